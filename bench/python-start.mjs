// A part of bench/python.mjs, in a process of its own: what the first Python of a process takes, and what an idle interpreter
// holds. `node bench/python-start.mjs OPTIONS`, `Sandbox.create`'s options as JSON.
// Prints {open, first, idle}: ms, ms, bytes of resident memory that an interpreter more takes.
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Sandbox } from "../packages/sandbox/dist/index.js";

const options = JSON.parse(process.argv[2] ?? "{}");
const start = performance.now();
const box = await Sandbox.create(options);
const opened = performance.now();
const { status, stderr } = await box.exec("exec python3 -c pass");
if (status !== 0) throw new Error(Buffer.from(stderr).toString());
const result = { open: opened - start, first: performance.now() - opened };
if (box.engine !== "wasmtime" && options.engine !== "wasmtime") result.idle = await idleInterpreter();
console.log(JSON.stringify(result));
await box.close();

/** What the second of two sandboxes with an idle interpreter each adds: code and module are there by then. */
async function idleInterpreter() {
  const boxes = [];
  const sizes = [];
  for (let i = 0; i < 3; i++) {
    const other = await Sandbox.create(options);
    boxes.push(other);
    await other.exec("true");
    const before = await resident();
    await other.python("1", { session: true });
    sizes.push((await resident()) - before);
  }
  for (const other of boxes) await other.close();
  return Math.max(...sizes.slice(1));
}

async function resident() {
  // Not an option of the process: code that was compiled ahead is not taken by one that has other flags.
  setFlagsFromString("--expose-gc");
  const gc = runInNewContext("gc");
  for (let i = 0; i < 3; i++) {
    gc();
    await pause(50);
  }
  return process.memoryUsage.rss();
}
