// Scripts of the conformance cases, changed at random, in bash and in ours: node bench/shell/mutate.mjs [--from SEED] [--count N] [--show N] [--jobs N] [--seconds N] [SEED…]
// The cases are in CONFORMANCE_DIR, or --corpus FILE.jsonl any number of times. A changed script may do anything: both run as nobody, with few commands and
// little of everything, so this needs root. Compares status, standard output and standard error. What differs as it stands in its case, or from run to run, is
// not counted; ends with 1 when anything else differs that bench/shell/known.mjs does not list.
import { spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { KNOWN_MUTATIONS, knownReason } from "./known.mjs";
import { loadShell } from "./lib.mjs";
import { mutationOf } from "./mutations.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: "string", default: "1" },
    count: { type: "string", default: "3000" },
    show: { type: "string", default: "20" },
    jobs: { type: "string", default: "2" },
    seconds: { type: "string", default: "100000" },
    corpus: { type: "string", multiple: true, default: [] },
  },
});

const SUITES = ["oils", "brush", "mvdan-sh", "busybox-shell", "smoosh", "just-bash-fixtures"];
/** Longer scripts say little of one change. */
const LONGEST = 1500;
const NOBODY = 65534;
const LIMIT_MS = 8000;
const COMMANDS =
  "basename cat cut dirname env expr false fold grep head ls mkdir od paste printf readlink rev rmdir sed seq sleep sort tac tail tee touch tr true uniq wc xargs";
/** Numbers of processes, time, chance, and what runs beside the script: nothing that two runs would agree about. */
const VARIES =
  /\$\$|\$!|PID|RANDOM|SECONDS|EPOCH|\bdate\b|\btimes?\b|\bjobs\b|\bkill\b|\bwait\b|\bcoproc\b|\bulimit\b|\bumask\b|[<>]\(|[^&>|]&\s*($|[^&>\s])|[^&>|]&$|\/dev\/(tcp|udp|tty)|\\[tj]|\bhistory\b|\bfc\b|HISTCMD|\bhelp\b|\bbind\b|\btype\b|\bhash\b|\blogout\b|\b(?:set|declare|typeset|local|export|readonly)(?: -\w+)?\s*(?:$|[;|&<>)])/m;

const folder = process.env.CONFORMANCE_DIR ?? join(import.meta.dirname, "../../../shared/conformance");
const files =
  values.corpus.length > 0 ? values.corpus : SUITES.map((suite) => join(folder, `${suite}.jsonl`));
const cases = files
  .flatMap((file) => readFileSync(file, "utf8").split("\n").filter(Boolean))
  .map((line) => JSON.parse(line))
  .filter(({ script }) => typeof script === "string" && script.length <= LONGEST && !VARIES.test(script));
const scripts = cases.map(({ script }) => script);

const { command } = await loadShell();
const room = mkdtempSync(join(tmpdir(), "shadowbox-mutate-"));
chmodSync(room, 0o755);
chmodSync(dirname(command.at(-1)), 0o755);
process.on("exit", () => rmSync(room, { recursive: true, force: true }));
const bin = join(room, "bin");
mkdirSync(bin);
for (const name of COMMANDS.split(" ")) symlinkSync(join("/usr/bin", name), join(bin, name));

const REAL = ["/bin/bash"];

/** Runs a script in a folder of the same name each time; what it printed, and its end. */
function run(program, script, lane) {
  const cwd = join(room, `lane${lane}`, "work");
  rmSync(dirname(cwd), { recursive: true, force: true });
  mkdirSync(cwd, { recursive: true });
  chownSync(cwd, NOBODY, NOBODY);
  const bounds =
    'ulimit -f 20000 -t 10 -c 0; exec setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"';
  const env = { PATH: bin, HOME: cwd, LC_ALL: "C.UTF-8", TMP: cwd, SH: "bash", __SBX_ARGV0: "/bin/bash" };
  const pairs = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  if (program === REAL) pairs.pop();
  return new Promise((done) => {
    const child = spawn(
      "/bin/bash",
      ["-c", bounds, "bash", "env", "-i", ...pairs, ...program, "-c", script],
      {
        cwd,
        detached: true,
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    const out = { stdout: "", stderr: "", status: 0 };
    for (const name of ["stdout", "stderr"])
      child[name].on("data", (bytes) => {
        if (out[name].length < 1 << 20) out[name] += bytes.toString("latin1");
      });
    const end = () => {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // All of it has ended.
      }
    };
    const timer = setTimeout(() => {
      out.late = true;
      end();
    }, LIMIT_MS);
    child.on("close", (status, signal) => {
      clearTimeout(timer);
      end();
      done({ ...out, status: out.late ? "late" : (signal ?? status) });
    });
  });
}

const alike = (one, other) =>
  one.status === other.status && one.stdout === other.stdout && one.stderr === other.stderr;

/** What became of a script: "same", "varies", "late" (endless in bash), "case" (as it differs without the change), or both ends. */
async function compare(script, original, lane) {
  const want = await run(REAL, script, lane);
  if (want.status === "late") return "late";
  const got = await run(command, script, lane);
  if (process.env.VERBOSE) console.error(script, want, got);
  if (alike(want, got)) return "same";
  const again = [await run(REAL, script, lane), await run(command, script, lane)];
  if (!alike(want, again[0]) || !alike(got, again[1])) return "varies";
  const plain = [await run(REAL, original, lane), await run(command, original, lane)];
  return alike(plain[0], plain[1]) ? { want, got } : "case";
}

const seeds = positionals.length
  ? positionals.map(Number)
  : Array.from({ length: Number(values.count) }, (_, i) => Number(values.from) + i);
const counts = { same: 0, varies: 0, late: 0, case: 0, stdout: 0, status: 0, stderr: 0 };
const listed = new Map();
const differing = [];
let at = 0;
await Promise.all(Array.from({ length: Number(values.jobs) }, (_, lane) => work(lane)));

async function work(lane) {
  while (at < seeds.length && performance.now() < Number(values.seconds) * 1000) {
    const seed = seeds[at++];
    if (at % 500 === 0) console.error(`${at} so far, ${differing.length} otherwise`);
    const mutation = mutationOf(seed, scripts);
    const { script } = mutation;
    if (script.includes("\0") || VARIES.test(script)) {
      counts.varies++;
      continue;
    }
    const end = await compare(script, scripts[mutation.at], lane);
    if (typeof end === "string") counts[end]++;
    else note(seed, cases[mutation.at].id, script, end);
  }
}

function note(seed, id, script, { want, got }) {
  const reason = knownReason(KNOWN_MUTATIONS, script, want.stdout + want.stderr, got.stdout + got.stderr);
  if (reason !== undefined) {
    listed.set(reason, [...(listed.get(reason) ?? []), seed]);
    return;
  }
  const kind = ["stdout", "status", "stderr"].find((part) => want[part] !== got[part]);
  counts[kind]++;
  differing.push(seed);
  if (differing.length > Number(values.show)) return;
  const side = (name, one) => `-- ${name} ${one.status}\n${one.stdout}-- and\n${one.stderr}`;
  console.log(`---- ${seed} ${id} (${kind})\n${script}\n${side("bash", want)}${side("ours", got)}`);
}

console.log(
  `${counts.same} of ${at} do the same; ${counts.late} never end in bash, ${counts.varies} vary, ${counts.case} differ as their case does; ` +
    `${[...listed.values()].flat().length} differ as listed; otherwise ${differing.length}: ${counts.stdout} in standard output, ${counts.status} in status, ${counts.stderr} in messages`,
);
for (const [reason, names] of listed)
  console.log(`  ${names.length} × ${reason} (${names.slice(0, 5).join(" ")})`);
if (differing.length) console.log(`otherwise: ${differing.slice(0, 200).join(" ")}`);
process.exit(differing.length ? 1 : 0);
