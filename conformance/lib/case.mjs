// One case in one fresh sandbox, as a user of the SDK would run it.
import { toBytes, toText } from "./bytes.mjs";
import { differences } from "./compare.mjs";
import { layOut } from "./layout.mjs";
import { treeDigest } from "./tree.mjs";

/** A case's time, milliseconds. */
export const LIMIT_MS = 5000;
/** Where the suites' helper scripts are inside. */
const HELPERS = "/usr/local/conformance";
const PATH = "/usr/local/bin:/usr/bin:/bin";
/** Suites whose cases call them. */
export const CALLS_HELPERS = new Set(["oils", "gnu-bash"]);
/** Bytes of output kept per stream: more than any case expects. */
const OUTPUT_BYTES = 4 << 20;

/** Runs a record; the result is one line of the report. `options`: `helpers` (name → text), `engine`, `registry`, `tree`. */
export async function runCase(Sandbox, record, options) {
  const workspaceDir = record.cwd_abs === undefined ? "/workspace" : "/";
  const sandbox = await Sandbox.create({ workspaceDir, engine: options.engine, registry: options.registry });
  try {
    const path = (name) => `${workspaceDir === "/" ? "" : workspaceDir}/${name}`;
    layOut(sandbox.fs, record, path);
    const cwd = record.cwd_abs ?? (record.cwd ? path(record.cwd) : workspaceDir);
    if (CALLS_HELPERS.has(record.suite)) layHelpers(sandbox.fs, options.helpers);
    const result = await sandbox.exec(script(record, workspaceDir), {
      cwd,
      stdin: record.stdin === undefined ? undefined : toBytes(record.stdin),
      env: environment(record, workspaceDir, cwd),
      bareEnv: true,
      combine: record.combine === true,
      timeoutMs: options.limitMs ?? LIMIT_MS,
      maxOutputBytes: OUTPUT_BYTES,
    });
    const differed = differences(record, { ...result, fs: sandbox.fs, path, workspace: workspaceDir });
    return {
      id: record.id,
      ok: differed.length === 0,
      differed,
      status: result.status,
      stdout: toText(result.stdout),
      stderr: toText(result.stderr),
      ms: Math.round(result.durationMs),
      ...(options.tree && {
        tree: await treeDigest(sandbox.fs, [workspaceDir === "/" ? cwd : workspaceDir, "/tmp"]),
      }),
    };
  } finally {
    await sandbox.close();
  }
}

function script(record, workspaceDir) {
  return record.subst_ws ? record.script.replaceAll("{ws}", workspaceDir) : record.script;
}

function environment(record, workspaceDir, cwd) {
  const oils = record.suite === "oils";
  return {
    PATH: CALLS_HELPERS.has(record.suite) ? `${HELPERS}:${PATH}` : PATH,
    HOME: workspaceDir,
    LC_ALL: "C.UTF-8",
    ...(oils ? { SH: "bash", TMP: cwd } : {}),
    ...record.env,
  };
}

function layHelpers(fs, helpers) {
  for (const [name, text] of Object.entries(helpers))
    fs.writeFile(`${HELPERS}/${name}`, toBytes(text), 0o755);
}
