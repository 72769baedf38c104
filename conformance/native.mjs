// The shell alone over the host's own files and commands: what fails here is the shell's fault. A quick second view beside
// run.mjs, for work on packages/shell: node conformance/native.mjs [--bash] [--failures] [--filter RE] CASES.jsonl…
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { build } from "esbuild";
import { toBytes, toText } from "./lib/bytes.mjs";
import { CALLS_HELPERS } from "./lib/case.mjs";
import { differences } from "./lib/compare.mjs";
import { layOut } from "./lib/layout.mjs";

const TOP = fileURLToPath(new URL("..", import.meta.url));
/** A case's time, milliseconds: each shell here is a Node process that starts anew. */
const LIMIT_MS = 20_000;
/** A whole file of bash's own tests starts dozens of them. */
const FILE_LIMIT_MS = 120_000;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    bash: { type: "boolean", default: false },
    failures: { type: "boolean", default: false },
    filter: { type: "string", default: "" },
    jobs: { type: "string", default: "2" },
    out: { type: "string" },
  },
});

/** A folder with programs `bash` and `sh`: ours, over the host. */
export async function nativeShell(folder) {
  const bin = join(folder, "bin");
  fs.mkdirSync(bin, { recursive: true });
  for (const name of ["bash", "sh"]) {
    // A shebang rather than a script of a shell, which would drop the variables of exported functions.
    const js = `process.env.__SBX_ARGV0 ??= "${name}"; process.env.SBX_BASH = "${bin}/bash";`;
    await build({
      entryPoints: [join(TOP, "packages/shell/src/node/testing/main.ts")],
      outfile: join(bin, name),
      bundle: true,
      platform: "node",
      format: "cjs",
      target: "node20",
      banner: { js: `#!${process.execPath} --stack-size=3900\n${js}` },
    });
    fs.chmodSync(join(bin, name), 0o755);
  }
  return bin;
}

const files = {
  exists: (path) => fs.lstatSync(path, { throwIfNoEntry: false }) !== undefined,
  readFile: (path) => fs.readFileSync(path),
  mkdir: (path) => fs.mkdirSync(path),
  symlink: (target, path) => fs.symlinkSync(target, path),
  link: (from, to) => fs.linkSync(from, to),
  mkfifo: (path) => execFileSync("mkfifo", [path]),
  chmod: (path, mode) => fs.chmodSync(path, mode),
  utimes: (path, ns) => fs.utimesSync(path, Number(ns) / 1e9, Number(ns) / 1e9),
  writeFile(path, bytes) {
    fs.mkdirSync(dirname(path), { recursive: true });
    fs.writeFileSync(path, bytes);
  },
};

function environment(record, workspace, cwd, bin, helpers) {
  const oils = record.suite === "oils";
  const path = `${bin === undefined ? "" : `${bin}:`}/usr/local/bin:/usr/bin:/bin`;
  return {
    PATH: CALLS_HELPERS.has(record.suite) ? `${helpers}:${path}` : path,
    HOME: workspace,
    LC_ALL: "C.UTF-8",
    ...(oils ? { SH: "bash", TMP: cwd } : {}),
    ...record.env,
  };
}

async function runCase(record, { bin, helpers }) {
  const workspace = fs.realpathSync(fs.mkdtempSync(join(os.tmpdir(), "case-")));
  const path = (name) => join(workspace, name);
  layOut(files, record, path);
  const cwd = record.cwd ? path(record.cwd) : workspace;
  const text = record.subst_ws ? record.script.replaceAll("{ws}", workspace) : record.script;
  const env = environment(record, workspace, cwd, bin, helpers);
  if (bin !== undefined) env.__SBX_ARGV0 = "bash";
  const joined = record.combine ? "2>&1" : "";
  const program = bin === undefined ? "/bin/bash" : join(bin, "bash");
  const child = spawn("/bin/bash", ["-c", `exec -a bash "$0" -c "$1" ${joined}`, program, text], {
    cwd,
    env,
    detached: true,
  });
  const run = await finish(child, record);
  const differed = differences(record, { ...run, fs: files, path, workspace });
  fs.rmSync(workspace, { recursive: true, force: true, maxRetries: 3 });
  return {
    id: record.id,
    ok: differed.length === 0,
    differed,
    ...run,
    stdout: toText(run.stdout),
    stderr: toText(run.stderr),
  };
}

function finish(child, record) {
  const out = [];
  const err = [];
  child.stdout.on("data", (bytes) => out.push(bytes));
  child.stderr.on("data", (bytes) => err.push(bytes));
  child.stdin.on("error", () => {});
  child.stdin.end(toBytes(record.stdin ?? ""));
  return new Promise((done) => {
    let timedOut = false;
    const stop = () => {
      try {
        process.kill(-child.pid, "SIGKILL");
      } catch {
        // Nobody is left.
      }
    };
    const timer = setTimeout(
      () => {
        timedOut = true;
        stop();
        child.stdout.destroy();
        child.stderr.destroy();
      },
      record.suite === "gnu-bash" ? FILE_LIMIT_MS : LIMIT_MS,
    );
    child.on("close", (code, signal) => {
      clearTimeout(timer);
      const status = code ?? 128 + os.constants.signals[signal];
      done({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(err), timedOut });
    });
  });
}

async function main() {
  const folder = fs.mkdtempSync(join(os.tmpdir(), "native-shell-"));
  const bin = values.bash ? undefined : await nativeShell(folder);
  const lines = [];
  for (const name of positionals) {
    const file = resolve(name);
    const helpers = join(dirname(file), "helpers");
    const records = fs
      .readFileSync(file, "utf8")
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const wanted = records.filter(({ id }) => new RegExp(values.filter).test(id));
    const failed = [];
    const queue = wanted.values();
    const serve = async () => {
      for (const record of queue) {
        const result = await runCase(record, { bin, helpers }).catch((error) => ({
          id: record.id,
          ok: false,
          differed: [String(error)],
        }));
        lines.push(JSON.stringify(result));
        if (!result.ok) failed.push([record, result]);
      }
    };
    await Promise.all(Array.from({ length: Number(values.jobs) }, serve));
    const share = (100 * (1 - failed.length / wanted.length)).toFixed(1);
    console.log(`${name}: ${wanted.length - failed.length} of ${wanted.length} pass (${share} %)`);
    if (values.failures)
      for (const [record, result] of failed)
        console.log(
          `--- ${record.id}: ${result.differed.join(", ")}\n${record.script}\nstatus ${result.status}, want ${record.expected_status}\nstdout ${JSON.stringify(result.stdout)}\nwant   ${JSON.stringify(record.expected_stdout)}\nstderr ${JSON.stringify(result.stderr)}`,
        );
  }
  if (values.out) fs.writeFileSync(values.out, `${lines.join("\n")}\n`);
  fs.rmSync(folder, { recursive: true, force: true });
}

await main();
