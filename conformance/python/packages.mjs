// Runs the programs of net.py and packages.py with the machine's python3 and in the box, both against one local web server, and
// compares as run.mjs does: `node conformance/python/packages.mjs [--engine v8|wasmtime] [--grep TEXT] [--verbose]
// [--registry DIR] [--wheels DIR]`.
// The wheels of packages.txt come from the index that the machine's pip is configured for, or are in DIR already.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Worker } from "node:worker_threads";
import { checkOracle, loadPrograms, NATIVE, runInBox, runNative } from "./corpus.mjs";

const { values } = parseArgs({
  options: {
    engine: { type: "string", default: "v8" },
    grep: { type: "string", default: "" },
    verbose: { type: "boolean" },
    registry: { type: "string" },
    wheels: { type: "string" },
  },
});
/** The first import of a package compiles it. */
const LIMIT_MS = 90_000;
const LIST = fileURLToPath(new URL("packages.txt", import.meta.url));
const { Sandbox } = await import("../../packages/sandbox/dist/index.js");
checkOracle();
const work = mkdtempSync(join(tmpdir(), "python-packages-"));
const worker = new Worker(new URL("server.mjs", import.meta.url));
const { port, raw, closed } = await new Promise((resolve) => worker.once("message", resolve));
const address = (number) => `http://127.0.0.1:${number}`;
const SERVER = { SERVER: address(port), RAW: address(raw), CLOSED: address(closed) };
const box = await Sandbox.create({
  engine: values.engine,
  registry: values.registry,
  net: {
    policy: {
      allow: [
        { host: "127.0.0.1", scheme: "http", port: "*", methods: "*" },
        { host: "no.such.host.invalid", scheme: "http" },
      ],
      allowLoopback: true,
    },
  },
});
let failed = 0;
let count = 0;
try {
  await compare("net");
  if (wantedOf("packages").length > 0) {
    const wheels = values.wheels ?? download();
    const site = installNative(wheels);
    await installInBox(wheels);
    await compare("packages", { PYTHONPATH: site, PATH: `${site}/bin:/usr/bin:/bin` });
  }
  console.log(`${count - failed} of ${count} programs as native python3`);
} finally {
  await box.close();
  await worker.terminate();
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;

function pip(...args) {
  const { status, stderr } = spawnSync(NATIVE, ["-m", "pip", ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`pip ${args[0]}: ${stderr}`);
}

function download() {
  const dir = join(work, "wheels");
  pip("download", "--quiet", "--no-deps", "--require-hashes", "--only-binary=:all:", "-d", dir, "-r", LIST);
  return dir;
}

function installNative(wheels) {
  const dir = join(work, "site");
  pip(
    "install",
    "--quiet",
    "--no-index",
    "-f",
    wheels,
    "--no-compile",
    "--require-hashes",
    "-t",
    dir,
    "-r",
    LIST,
  );
  return dir;
}

/** The box's pip checks the same digests. */
async function installInBox(wheels) {
  box.fs.mkdir("/tmp/wheels", { recursive: true });
  for (const name of readdirSync(wheels))
    box.fs.writeFile(`/tmp/wheels/${name}`, readFileSync(join(wheels, name)));
  box.fs.writeFile("/tmp/packages.txt", readFileSync(LIST, "utf8"));
  const { status, stderr } = await box.exec(
    "pip install --no-index -f /tmp/wheels --require-hashes -r /tmp/packages.txt && pip check",
  );
  if (status !== 0) throw new Error(`pip install in the box: ${Buffer.from(stderr)}`);
}

function wantedOf(topic) {
  return loadPrograms([topic]).filter(({ name }) => name.includes(values.grep));
}

async function compare(topic, env = {}) {
  for (const { name, code } of wantedOf(topic)) {
    const expected = runNative(code, { ...SERVER, ...env });
    const actual = await runInBox(box, code, SERVER, LIMIT_MS);
    const parts = Object.keys(expected).filter(
      (key) => JSON.stringify(expected[key]) !== JSON.stringify(actual[key]),
    );
    count++;
    if (parts.length === 0) continue;
    failed++;
    console.log(`DIFFERS ${name}: ${parts.join(", ")}`);
    if (values.verbose)
      for (const part of parts)
        console.log(`  expected ${shown(expected[part])}\n  got      ${shown(actual[part])}`);
  }
}

function shown(value) {
  return JSON.stringify(value).slice(0, 6000);
}
