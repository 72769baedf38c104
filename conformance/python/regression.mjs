// Runs CPython's own tests (Debian's libpython3.11-testsuite) with the machine's python3 and in the box, and compares case by
// case: `node conformance/python/regression.mjs [--grep RE] [--all] [--registry DIR] [--update-known]`. A long check: half an hour.
// Runs the modules of regression-modules.txt; with --all every module but those of LEFT_OUT.
// A case counts when native python3 passes it and the box does not leave it out for what it does not have (NOT_HERE).
import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { checkOracle } from "./corpus.mjs";

const { values } = parseArgs({
  options: {
    grep: { type: "string", default: "." },
    registry: { type: "string" },
    jobs: { type: "string", default: "2" },
    all: { type: "boolean" },
    verbose: { type: "boolean" },
    "update-known": { type: "boolean" },
  },
});
const NATIVE = "/usr/bin/python3";
const SUITE = "/usr/lib/python3.11/test";
const KNOWN = new URL("regression-known.txt", import.meta.url);
const LIMIT_MS = 240_000;
/** A case that takes the interpreter down is left out in the next round. */
const ROUNDS = 8;
/** Reasons of skipped cases that name what the box does not have. */
const NOT_HERE =
  /_test|ndarray object|_hashlib|legacy Unicode|"slow" conversion|zoneinfo|thread|fork|socket|network|multiprocess|signal|itimer|ctypes|_ctypes|ssl|curses|tkinter|_xxsubinterpreters|faulthandler|pty|poll|kqueue|symlink privileges|wasi|emscripten|mmap|dlopen|dynamic|locale|gdb|not supported on this platform|FIFO|mkfifo|umask|chown|setuid|dbm|requires os\.|No module named/i;
/** C modules that serve CPython's tests only. */
const TEST_MODULE = /No module named \\?'_test/;
/** Modules about sockets, threads, processes by fork, terminals, other systems, or parts that the box does not ship. */
const LEFT_OUT = new Set(
  `_locale _osx_support _xxsubinterpreters asynchat asyncio asyncore bigaddrspace bigmem buffer c_locale_coercion call cgitb check_c_globals
  clinic concurrent_futures cppext crashers ctypes curses dbm dbm_gnu dbm_ndbm devpoll distutils docxmlrpc dtrace eintr embed
  ensurepip epoll faulthandler file_eintr fork1 ftplib gdb httplib httpservers idle imaplib importlib interpreters ioctl kqueue
  largefile launcher lib2to3 msilib multiprocessing_fork multiprocessing_forkserver multiprocessing_main_handling
  multiprocessing_spawn nis nntplib openpty osx_env ossaudiodev peg_generator poplib pty queue regrtest signal site smtpd
  smtplib smtpnet socket socketserver spwd ssl stable_abi_ctypes startfile support syslog tcl telnetlib thread threadedtempfile
  threading threading_local threadsignals timeout tix tk tools ttk_guionly ttk_textonly turtle urllib2_localnet urllib2net
  urllibnet venv wait3 wait4 winconsoleio winreg winsound xmlrpc xmlrpc_net xxlimited xxtestfuzz zipfile64`.split(
    /\s+/,
  ),
);
const MEASURED = new Set(
  readFileSync(new URL("regression-modules.txt", import.meta.url), "utf8")
    .split("\n")
    .filter(Boolean),
);

if (!existsSync(join(SUITE, "test_grammar.py")))
  throw new Error("no CPython tests: apt-get install libpython3.11-testsuite");
checkOracle();
const { Sandbox } = await import("../../packages/sandbox/dist/index.js");
const root = mkdtempSync(join(tmpdir(), "python-regression-"));
const project = join(root, "workspace");
cpSync(SUITE, join(project, "test"), {
  recursive: true,
  filter: (path) => !path.includes("__pycache__"),
});
cpSync(new URL("regression.py", import.meta.url), join(project, "regression.py"));
const names = readdirSync(SUITE)
  .filter((name) => name.startsWith("test_") && (name.endsWith(".py") || !name.includes(".")))
  .map((name) => name.replace(/^test_|\.py$/g, ""))
  .filter(
    (name) => (values.all ? !LEFT_OUT.has(name) : MEASURED.has(name)) && new RegExp(values.grep).test(name),
  );

const modules = new Map();
try {
  const queue = names.values();
  await Promise.all(Array.from({ length: Number(values.jobs) }, () => work(queue)));
} finally {
  rmSync(root, { recursive: true, force: true });
}
report();

async function work(queue) {
  for (const name of queue) {
    const module = `test.test_${name}`;
    const native = await runRounds(module, runNative);
    const inBox = await runRounds(module, runInBox);
    const compared = compare(module, native, inBox);
    modules.set(module, compared);
    if (values["update-known"]) keepKnown(name, compared.failed);
    console.log(
      `${module}: ${compared.passed} of ${compared.counted}${compared.skipped.size ? `, ${compared.skipped.size} need what is not here` : ""}`,
    );
    for (const [id, why] of compared.failed) if (values.verbose) console.log(`  ${id}\t${why}`);
  }
}

/** Outcomes by case, over as many rounds as interpreters are taken down. */
async function runRounds(module, run) {
  const all = new Map();
  for (let round = 0; round < ROUNDS; round++) {
    const { text, why } = await run(module, [...all.keys()]);
    let open;
    let ended = false;
    for (const line of text.split("\n")) {
      const record = parse(line);
      if (record?.start) open = record.start;
      if (record?.skipped) all.set(module, { outcome: "skip", why: record.skipped });
      if (record?.end || record?.skipped) ended = true;
      if (!record?.id) continue;
      open = undefined;
      // Cases that a table makes may share an id.
      const before = all.get(record.id);
      if (!before || before.outcome === "pass") all.set(record.id, record);
    }
    if (ended) break;
    all.set(open ?? module, { outcome: "error", why: `the interpreter ends: ${why}` });
    if (open === undefined) break;
  }
  return all;
}

function parse(line) {
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

function runNative(module, leftOut) {
  const cwd = mkdtempSync(join(root, "native-"));
  const results = join(cwd, "..", `${module}.jsonl`);
  const args = [join(project, "regression.py"), results, module, ...leftOut];
  const env = { PATH: "/usr/local/bin:/usr/bin:/bin", HOME: cwd, LANG: "C.UTF-8", PYTHONPATH: project };
  return new Promise((resolve) => {
    const child = spawn(NATIVE, args, {
      cwd,
      env,
      stdio: "ignore",
      timeout: LIMIT_MS,
      killSignal: "SIGKILL",
    });
    child.on("close", (status, signal) =>
      resolve({
        text: existsSync(results) ? readFileSync(results, "utf8") : "",
        why: signal ?? `status ${status}`,
      }),
    );
  });
}

async function runInBox(module, leftOut) {
  const box = await Sandbox.create({ project, registry: values.registry });
  try {
    box.fs.mkdir("/tmp/run");
    const result = await box.exec('exec python3 /workspace/regression.py /tmp/results "$@"', {
      cwd: "/tmp/run",
      args: [module, ...leftOut],
      env: { PYTHONPATH: "/workspace" },
      timeoutMs: LIMIT_MS,
      maxOutputBytes: 65_536,
    });
    const text = box.fs.exists("/tmp/results") ? Buffer.from(box.fs.readFile("/tmp/results")).toString() : "";
    const last = Buffer.from(result.stderr).toString().trim().split("\n").at(-1).slice(0, 200);
    return { text, why: `${result.timedOut ? "deadline" : `status ${result.status}`} ${last}` };
  } finally {
    await box.close();
  }
}

function compare(module, native, inBox) {
  const failed = new Map();
  const skipped = new Map();
  let passed = 0;
  for (const [id, { outcome }] of native) {
    if (outcome !== "pass") continue;
    const got = inBox.get(id) ??
      inBox.get(module) ??
      broadly(inBox, id) ?? { outcome: "error", why: "did not run" };
    if (got.outcome === "pass") passed++;
    else if ((got.outcome === "skip" && NOT_HERE.test(got.why)) || TEST_MODULE.test(got.why))
      skipped.set(id, got.why);
    else failed.set(id, `${got.outcome}: ${got.why}`.replace(/\s+/g, " "));
  }
  return { passed, counted: passed + failed.size, failed, skipped };
}

/** A class whose set-up failed or was skipped speaks for its cases: `setUpClass (test.test_x.Class)`. */
function broadly(inBox, id) {
  for (const [key, got] of inBox) {
    const group = /^setUp(?:Class|Module) \((.*)\)$/.exec(key)?.[1];
    if (group && id.startsWith(`${group}.`)) return got;
  }
  return undefined;
}

function readKnown() {
  const lines = existsSync(KNOWN) ? readFileSync(KNOWN, "utf8").split("\n").filter(Boolean) : [];
  return new Map(lines.map((line) => line.split("\t")));
}

function isOf(name, id) {
  return (
    id === `test.test_${name}` || id.startsWith(`test.test_${name}.`) || id.includes(`(test.test_${name}.`)
  );
}

/** The list with what fails of a module now; reasons that are there stay. */
function keepKnown(name, failed) {
  const known = readKnown();
  const others = [...known].filter(([id]) => !isOf(name, id));
  const mine = [...failed].map(([id, why]) => [id, known.get(id) ?? `auto: ${why.slice(0, 200)}`]);
  const lines = [...others, ...mine].map((pair) => pair.join("\t")).sort();
  writeFileSync(KNOWN, lines.map((line) => `${line}\n`).join(""));
}

function report() {
  const known = readKnown();
  const failed = new Map([...modules.values()].flatMap(({ failed }) => [...failed]));
  const skips = new Map();
  for (const { skipped } of modules.values())
    for (const why of skipped.values()) skips.set(why, (skips.get(why) ?? 0) + 1);
  const most = [...skips].sort((a, b) => b[1] - a[1]);
  console.log("\nleft out for what is not here:");
  for (const [why, count] of most.slice(0, 25)) console.log(`  ${count} ${why.slice(0, 120)}`);
  const sum = (of) => [...modules.values()].reduce((total, each) => total + of(each), 0);
  const [passed, counted] = [sum((each) => each.passed), sum((each) => each.counted)];
  const whole = [...modules.values()].filter((each) => each.failed.size === 0).length;
  console.log(
    `${passed} of ${counted} cases (${((100 * passed) / counted).toFixed(2)} %) of ${modules.size} modules pass; ` +
      `${whole} modules whole; ${sum((each) => each.skipped.size)} cases need what is not here`,
  );
  if (values["update-known"]) return;
  const fresh = [...failed].filter(([id]) => !known.has(id));
  const mended = [...known.keys()].filter((id) => names.some((name) => isOf(name, id)) && !failed.has(id));
  for (const [id, why] of fresh) console.log(`NEW FAILURE ${id}\t${why}`);
  for (const id of mended) console.log(`PASSES NOW ${id}`);
  process.exitCode = fresh.length + mended.length > 0 ? 1 : 0;
}
