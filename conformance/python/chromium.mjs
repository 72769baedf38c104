// The corpus in pages of a real Chromium, through the built site's conformance page: a program is a case whose script lists
// the files that it left behind.
import { readFileSync } from "node:fs";
import { toBytes, toLatin } from "../lib/bytes.mjs";
import { runAllInChromium } from "../lib/chromium.mjs";
import { byName, content, normal } from "./corpus.mjs";

const LIMIT_MS = 25_000;
const MARK = "\x1e";
const SETUP = readFileSync(new URL("setup.py", import.meta.url), "utf8");
const LIST = `import json, os, stat
files = {}
for folder, names, leaves in os.walk("."):
    names[:] = [name for name in names if name != "__pycache__"]
    for name in names + leaves:
        path = os.path.join(folder, name)
        mode = os.lstat(path).st_mode
        if stat.S_ISLNK(mode): files[path[2:]] = ["", os.readlink(path)]
        elif not stat.S_ISDIR(mode): files[path[2:]] = [format(mode & 0o777, "o"), open(path, "rb").read().decode("latin-1")]
print(json.dumps(files))`;

/** Runs programs and tells `report` each one's status, output and files as they come. */
export async function runInChromium(programs, jobs, report) {
  const byId = new Map(programs.map((program) => [program.name, program]));
  const records = programs.map(({ name, code }) => ({
    id: name,
    suite: "python",
    script: `python3 -c "$SETUP"; unset SETUP; python3 prog.py; printf '${MARK}%s${MARK}' $?; exec python3 -c "$LIST"`,
    env: { SETUP, LIST, HOME: "/home/user", USER: "user", LANG: "C.UTF-8", TMPDIR: "/tmp" },
    files: { "prog.py": code },
  }));
  await runAllInChromium(records, {
    jobs,
    limitMs: LIMIT_MS,
    helpers: {},
    report: (record, result) => report(byId.get(record.id), outcome(result)),
  });
}

function outcome({ stdout = "", stderr = "", differed, error }) {
  const [shown = "", status = "", files = "{}"] = toLatin(toBytes(stdout)).split(MARK);
  if (files === "{}") return { status: `${differed} ${error ?? ""}`, stdout: shown, stderr, files: {} };
  const entries = Object.entries(JSON.parse(files)).map(([name, [mode, text]]) => [
    name,
    mode === "" ? `-> ${text}` : `${mode} ${content(Buffer.from(text, "latin1"))}`,
  ]);
  return {
    status: Number(status),
    stdout: normal(shown),
    stderr: normal(toLatin(toBytes(stderr))),
    files: byName(Object.fromEntries(entries)),
  };
}
