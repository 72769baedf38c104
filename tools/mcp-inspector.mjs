// Asks `shadowbox mcp` everything that MCP's official inspector can ask, over standard input and output and over HTTP:
// `node tools/mcp-inspector.mjs`. Downloads the inspector by npx, with the Node that it needs (22).
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const SHADOWBOX = fileURLToPath(new URL("../packages/demo-node/bin/shadowbox.cjs", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "shadowbox-inspector-"));
const project = join(folder, "project");
mkdirSync(project);
writeFileSync(join(project, "a.txt"), "one\n");
const command = [process.execPath, SHADOWBOX, "mcp", "--project", project, "--state", join(folder, "state")];

/** Arguments of the inspector, its exit status (5: the tool said no), and a text in what it prints. */
const CHECKS = [
  ["--method initialize", 0, '"name": "shadowbox"'],
  ["--method tools/list --strict", 0, '"name": "bash"'],
  ["--method resources/list", 0, "shadowbox://diff"],
  ["--method resources/templates/list", 0, "resourceTemplates"],
  ["--method prompts/list", 0, "prompts"],
  ["--method tools/call --tool-name write --tool-arg path=b.txt content=two", 0, "b.txt, 1 lines"],
  ["--method tools/call --tool-name bash --tool-arg command=cat<*.txt", 0, "ambiguous redirect"],
  ["--method tools/call --tool-name read --tool-arg path=b.txt", 0, "two"],
  ["--method tools/call --tool-name status", 0, "created"],
  ["--method resources/read --uri shadowbox://diff", 0, "+two"],
  ["--method tools/call --tool-name commit", 5, "this client cannot ask"],
  ["--method tools/call --tool-name webfetch --tool-arg url=https://example.org/", 5, "the network is off"],
  ["--method tools/call --tool-name nope", 5, "not found"],
  ["--method tools/call --tool-name read --tool-arg path=b.txt --load --load-requests 200", 0, ""],
];
const npx = ["-y", "-p", "node@22", "-p", "@modelcontextprotocol/inspector@2", "mcp-inspector", "--cli"];

function check(transport, target, [args, status, wanted]) {
  const {
    stdout,
    stderr,
    status: got,
  } = spawnSync("npx", [...npx, ...target, ...args.split(" ")], {
    encoding: "utf8",
    timeout: 120_000,
  });
  const ok = got === status && (stdout + stderr).includes(wanted);
  console.log(`${ok ? "ok    " : "FAILED"} ${transport} ${args}`);
  if (!ok) console.log(`${stdout}${stderr}exit ${got}`);
  return ok;
}

// Built now, if it has to be: the inspector waits 15 seconds for a server.
spawnSync(process.execPath, [SHADOWBOX, "--version"], { stdio: "inherit" });
const results = CHECKS.map((each) => check("stdio", command, each));
const server = spawn(command[0], [...command.slice(1), "--http"], { stdio: ["ignore", "pipe", "inherit"] });
const [line] = await once(server.stdout, "data");
const { url, token } = JSON.parse(line.toString());
const target = [url, "--transport", "http", "--header", `Authorization: Bearer ${token}`];
results.push(...CHECKS.map((each) => check("http ", target, each)));
server.kill("SIGTERM");
await once(server, "exit");
rmSync(folder, { recursive: true, force: true });
console.log(`${results.filter(Boolean).length} of ${results.length} checks pass`);
process.exitCode = results.every(Boolean) ? 0 : 1;
