// The programs of this folder, run by the machine's python3 and in the box, and what differs.
import { spawnSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const HERE = new URL(".", import.meta.url);
export const TOPICS = ["agent", "code", "data", "dates", "errors", "files", "process", "recursion", "text"];
export const NATIVE = "/usr/bin/python3";
const LIMIT_MS = 30_000;
/** PATH is the box's; the order of hashes is not part of what a program means. */
const ENV = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/home/user",
  USER: "user",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp",
};

/** Programs in files are apart by lines `# --- name`. */
export function loadPrograms(topics = TOPICS) {
  return topics.flatMap((topic) => {
    const text = readFileSync(new URL(`${topic}.py`, HERE), "utf8");
    return text
      .split(/^# --- /m)
      .slice(1)
      .map((part) => {
        const end = part.indexOf("\n");
        return { name: `${topic}: ${part.slice(0, end)}`, code: part.slice(end + 1) };
      });
  });
}

/** Throws when the machine has no Python 3.11: there is nothing to compare with then. */
export function checkOracle() {
  const { stdout } = spawnSync(NATIVE, ["--version"], { encoding: "utf8" });
  if (!stdout?.startsWith("Python 3.11"))
    throw new Error(`expected Python 3.11 at ${NATIVE}, got "${stdout}"`);
}

/** What the machine's Python makes of a program, with `env` besides: status, output and the files of its folder. */
export function runNative(code, env = {}) {
  const root = mkdtempSync(join(tmpdir(), "python-corpus-"));
  const dir = join(root, "workspace");
  mkdirSync(dir);
  try {
    const options = { cwd: dir, env: { ...ENV, PWD: dir, ...env }, input: "", timeout: LIMIT_MS };
    spawnSync(NATIVE, ["-c", SETUP], options);
    writeFileSync(join(dir, "prog.py"), code);
    const { status, signal, stdout, stderr } = spawnSync(NATIVE, ["prog.py"], options);
    const shown = (bytes) => normal(bytes.toString("latin1").replaceAll(dir, "/workspace"));
    return {
      status: signal === "SIGINT" ? 130 : (status ?? signal),
      stdout: shown(stdout),
      stderr: shown(stderr),
      files: byName(listNative(dir, "", dir)),
    };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

const SETUP = readFileSync(new URL("setup.py", HERE), "utf8");

/** What differs between machines and runs whatever the interpreter. */
export function normal(text) {
  return text
    .replace(/0x[0-9a-f]{6,}/g, "0xADDRESS")
    .replace(/\bpid \d+/g, "pid N")
    .replace(/\b(in|after) \d+\.\d+( ?s\b| seconds)/g, "$1 N$2");
}

/** `root` is the folder's own name, which programs may write into files. */
function listNative(dir, prefix, root) {
  const files = {};
  for (const name of readdirSync(dir).sort()) {
    const path = join(dir, name);
    const facts = lstatSync(path);
    if (name === "__pycache__") continue;
    if (facts.isDirectory()) Object.assign(files, listNative(path, `${prefix}${name}/`, root));
    else if (facts.isSymbolicLink()) files[prefix + name] = `-> ${readlinkSync(path)}`;
    else
      files[prefix + name] =
        `${(facts.mode & 0o777).toString(8)} ${content(readFileSync(path)).replaceAll(root, "/workspace")}`;
  }
  return files;
}

/** Folders are listed in any order. */
export function byName(files) {
  return Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** What a file holds, as it is compared. */
export function content(bytes) {
  const text = Buffer.from(bytes).toString("latin1");
  return text.startsWith("SQLite format 3") ? "a database" : normal(text);
}

/** The same in a box, whose files are taken away afterwards. */
export async function runInBox(box, code, env = {}, timeoutMs = LIMIT_MS) {
  const dir = box.workspaceDir;
  for (const name of box.fs.readdir(dir)) box.fs.rm(`${dir}/${name}`, { recursive: true });
  await box.exec('python3 -c "$1"', { args: [SETUP] });
  box.fs.writeFile(`${dir}/prog.py`, code);
  const result = await box.exec("exec python3 prog.py", { env, timeoutMs });
  const shown = (bytes) => normal(Buffer.from(bytes).toString("latin1"));
  return {
    status: result.status,
    stdout: shown(result.stdout),
    stderr: shown(result.stderr),
    files: byName(listBox(box.fs, dir, "")),
  };
}

function listBox(fs, dir, prefix) {
  const files = {};
  for (const name of fs.readdir(dir).sort()) {
    const path = `${dir}/${name}`;
    const facts = fs.lstat(path);
    if (name === "__pycache__") continue;
    if (facts.type === "directory") Object.assign(files, listBox(fs, path, `${prefix}${name}/`));
    else if (facts.type === "symlink") files[prefix + name] = `-> ${fs.readlink(path)}`;
    else files[prefix + name] = `${(facts.mode & 0o777).toString(8)} ${content(fs.readFile(path))}`;
  }
  return files;
}
