// Benchmarks of the v8 engine in Node: `node packages/wasi/bench/wasi.mjs`. Prints one line per figure.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const out = `${root}packages/wasi/dist/bench`;
const options = { bundle: true, format: "esm", target: "node20", platform: "node", logLevel: "warning" };
const contents = `export * from "./packages/wasi/src/index.ts";
  export * from "./packages/wasi/src/node/index.ts";
  export { Heap, TreeFileSystem, encodeText } from "./packages/vfs/src/index.ts";`;
await Promise.all([
  build({ ...options, stdin: { contents, resolveDir: root, loader: "ts" }, outfile: `${out}/lib.mjs` }),
  build({
    ...options,
    entryPoints: [`${root}packages/wasi/src/node/process-worker.ts`],
    outfile: `${out}/module.mjs`,
  }),
  build({
    ...options,
    entryPoints: [`${root}packages/wasi/src/node/testing/script-worker.ts`],
    outfile: `${out}/script.mjs`,
  }),
]);
const wasi = await import(`${out}/lib.mjs`);
const entry = (name) => new URL(`file://${out}/${name}.mjs`);
const pool = new wasi.WorkerPool(
  wasi.nodeWorkerFactory({ module: entry("module"), shell: entry("script") }),
  {
    onProblem: (message) => console.error(message),
  },
);

/** `(module (memory (export "memory") 1) (func (export "_start")))`, with a loop in `_start` if it is to spin. */
function emptyModule(spin) {
  const body = spin ? [0x00, 0x03, 0x40, 0x0c, 0x00, 0x0b, 0x0b] : [0x00, 0x0b];
  const name = (text) => [text.length, ...Buffer.from(text)];
  const section = (id, bytes) => [id, bytes.length, ...bytes];
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, [1, 0x60, 0, 0]),
    ...section(3, [1, 0]),
    ...section(5, [1, 0, 1]),
    ...section(7, [2, ...name("memory"), 2, 0, ...name("_start"), 0, 0]),
    ...section(10, [1, body.length, ...body]),
  ]);
}

function createSandbox() {
  const heap = wasi.Heap.create();
  const kernel = wasi.Kernel.create(heap, { root: wasi.TreeFileSystem.format(heap) });
  const engine = new wasi.V8Engine(pool, kernel, null);
  engine.setCommands(commands);
  return engine;
}

const commands = [];
function addCommand(name, bytes) {
  const module = pool.addModule(wasi.moduleLoader(() => bytes, name, 16384));
  commands.push({ name, kind: wasi.ProgramKind.MODULE, module, size: bytes.length });
}
addCommand("noop", emptyModule(false));
addCommand("spin", emptyModule(true));

async function collect(engine, file) {
  const chunks = [];
  for await (const chunk of engine.read(file)) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

/** Runs a function in a script worker; answers what it printed. */
async function script(engine, body) {
  const stdout = engine.openPipe();
  const devNull = engine.openFile("/dev/null", wasi.OpenFlags.READ | wasi.OpenFlags.WRITE);
  const files = [
    { fd: 0, file: devNull },
    { fd: 1, file: stdout.write },
    { fd: 2, file: stdout.write },
  ];
  const pid = engine.start({
    program: { shell: { source: String(body) } },
    argv: ["script"],
    env: ["PATH=/bin", "PWD=/"],
    files,
  });
  engine.closeFile(stdout.write);
  engine.closeFile(devNull);
  const [text, { status }] = await Promise.all([collect(engine, stdout.read), engine.waitExit(pid)]);
  if (status !== 0) throw new Error(`script ended with ${status}: ${text}`);
  return text.trim();
}

const engine = createSandbox();
console.log(
  "no-op process:",
  await script(engine, (process, { spawn, print }) => {
    const once = (argv) => {
      const pid = spawn(argv);
      if (pid < 0) throw new Error(`spawn ${argv}: ${pid}`);
      return process.children.wait(pid, false);
    };
    const median = (argv, count) => {
      const times = [];
      for (let i = 0; i < count; i++) {
        const from = performance.now();
        once(argv);
        times.push(performance.now() - from);
      }
      times.sort((a, b) => a - b);
      return `${times[count >> 1].toFixed(3)} ms median, ${times[0].toFixed(3)} min, ${times[Math.floor(count * 0.95)].toFixed(3)} p95`;
    };
    median(["noop"], 200);
    print(1, median(["noop"], 1000));
    return 0;
  }),
);

console.log(
  "pipe:",
  await script(engine, (process, { print }) => {
    const pipe = process.pipe();
    const total = 512 * 1024 * 1024;
    const pid = process.children.fork({
      source: `(process) => { const [r, w] = [${pipe.readEnd}, ${pipe.writeEnd}]; process.close(r);
      const block = new Uint8Array(65536).fill(7);
      for (let done = 0; done < ${total}; done += block.length) process.io.write(w, block); return 0; }`,
    });
    process.close(pipe.writeEnd);
    const buffer = new Uint8Array(65536);
    let got = 0;
    let from = 0;
    for (;;) {
      const count = process.io.read(pipe.readEnd, buffer);
      if (from === 0) from = performance.now();
      if (count <= 0) break;
      got += count;
    }
    const seconds = (performance.now() - from) / 1000;
    process.children.wait(pid, false);
    print(
      1,
      `${(got / 1e6 / seconds).toFixed(0)} MB/s through one pipe between two processes (${got} bytes)`,
    );
    return 0;
  }),
);

const kills = [];
for (let i = 0; i < 10; i++) {
  const pid = engine.start({ program: { path: "/bin/spin" }, argv: ["spin"], env: [], files: [] });
  await new Promise((resolve) => setTimeout(resolve, 30));
  const from = performance.now();
  engine.kill(pid, wasi.Signal.KILL);
  await engine.waitExit(pid);
  kills.push(performance.now() - from);
}
console.log(`kill of a spinning guest: ${kills.map((ms) => ms.toFixed(1)).join(" ")} ms`);

const from = performance.now();
const many = 200;
for (let i = 0; i < many; i++) {
  const one = createSandbox();
  const pid = one.start({ program: { path: "/bin/noop" }, argv: ["noop"], env: [], files: [] });
  await one.waitExit(pid);
  await one.close();
}
console.log(
  `sandbox made, one process, closed: ${((performance.now() - from) / many).toFixed(2)} ms; threads: ${pool.size}`,
);
await pool.close();
