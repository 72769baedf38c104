// Draws docs/images/session.svg: a session of the CLI as a terminal shows it, from what it really prints.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const top = resolve(import.meta.dirname, "..");
const work = mkdtempSync(join(tmpdir(), "picture-"));
const project = join(work, "project");

const SESSION = [
  `exec 'grep -rn TODO src | sort; sed -i s/TODO/DONE/ src/*.c; ls src > report.txt'`,
  "diff src",
  "commit src/main.c -y",
  "status",
  "undo",
];
const COLORS = {
  1: "#e6e1cf",
  2: "#7f8490",
  31: "#f28779",
  32: "#a6cc70",
  33: "#ffcc66",
  34: "#73d0ff",
  36: "#95e6cb",
};
const [WIDTH, LINE, LEFT, TOP] = [8.4, 19, 18, 46];

mkdirSync(join(project, "src"), { recursive: true });
writeFileSync(join(project, "src/main.c"), "int main(void)\n{\n    return 1; /* TODO: 0 */\n}\n");
writeFileSync(join(project, "src/list.c"), "/* TODO: free the nodes */\nint length;\n");
try {
  const lines = SESSION.flatMap((command) => [
    `\x1b[36m$\x1b[0m \x1b[1mshadowbox ${command}\x1b[0m`,
    ...run(command),
    "",
  ]);
  writeFileSync(join(top, "docs/images/session.svg"), picture(lines));
} finally {
  rmSync(work, { recursive: true });
}

/** The lines of one command on a terminal of 100 columns. */
function run(command) {
  const shadowbox = `stty cols 100; node ${top}/packages/demo-node/bin/shadowbox.cjs ${command} --project ${project} --state ${work}/state`;
  const output = execFileSync("script", ["-qec", shadowbox, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, TERM: "xterm-256color" },
  });
  // A line that was redrawn shows its last state.
  return output
    .trimEnd()
    .split("\r\n")
    .map((line) => line.split("\r").at(-1).replaceAll(project, "~/project"));
}

function picture(lines) {
  const height = TOP + lines.length * LINE;
  const longest = Math.max(...lines.map((line) => plain(line).length));
  const width = Math.ceil(LEFT * 2 + longest * WIDTH);
  const rows = lines.map((line, n) => `<text x="${LEFT}" y="${TOP + n * LINE}">${spans(line)}</text>`);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" font-family="ui-monospace,Menlo,Consolas,monospace" font-size="14" fill="#cccac2" style="white-space:pre" role="img" aria-labelledby="title">
<title id="title">A session: a script changes the shadow, diff shows it, commit takes one file, undo takes it back</title>
<rect width="100%" height="100%" rx="8" fill="#1f2430"/>
<circle cx="20" cy="18" r="5" fill="#f28779"/><circle cx="38" cy="18" r="5" fill="#ffcc66"/><circle cx="56" cy="18" r="5" fill="#a6cc70"/>
${rows.join("\n")}
</svg>
`;
}

function plain(line) {
  return line.replace(/\x1b\[[0-9;?]*[A-Za-z]/g, "");
}

/** SGR sequences as spans; other sequences move a cursor that is not drawn. */
function spans(line) {
  let fill = "";
  let out = "";
  for (const part of line.split(/(\x1b\[[0-9;?]*[A-Za-z])/)) {
    const sgr = /^\x1b\[([0-9;]*)m$/.exec(part);
    if (sgr)
      fill = sgr[1]
        .split(";")
        .reduce((now, code) => (Number(code) === 0 || code === "39" ? "" : (COLORS[code] ?? now)), fill);
    else if (!part.startsWith("\x1b"))
      out += part === "" ? "" : fill ? `<tspan fill="${fill}">${escaped(part)}</tspan>` : escaped(part);
  }
  return out;
}

function escaped(text) {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
