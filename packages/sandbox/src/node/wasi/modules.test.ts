import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { PROGRAMS } from "./testing/programs.ts";
import { runBytes, wasmtimePath } from "./testing/run-bytes.ts";

/** Programs of crates/wasi-tests, in Rust without a library and in C with its own: one line a check. */
const bytesOf = (name: string) =>
  readFile(fileURLToPath(new URL(`../../../../../crates/wasi-tests/modules/${name}.wasm`, import.meta.url)));

interface Ended {
  status: number;
  lines: string[];
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-modules-"));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function* once(text: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(text);
}

function onEngine(engine: "v8" | "wasmtime", name: string): Promise<Ended> {
  const { args, env, stdin } = PROGRAMS[name] ?? {};
  return inFolder(async (folder) => {
    const printed = await runBytes(await bytesOf(name), {
      engine,
      folders: [{ host: folder, guest: "/" }],
      argv0: name,
      ...(args !== undefined && { args }),
      ...(env !== undefined && { env }),
      ...(stdin !== undefined && { stdin: once(stdin) }),
    });
    return { status: printed.status, lines: printed.stdout.toString().split("\n") };
  });
}

/** The oracle: the stock binary, with nothing of ours between. */
function onStockWasmtime(name: string): Promise<Ended> {
  const { args = [], env = {}, stdin = "" } = PROGRAMS[name] ?? {};
  const module = fileURLToPath(
    new URL(`../../../../../crates/wasi-tests/modules/${name}.wasm`, import.meta.url),
  );
  return inFolder(async (folder) => {
    const variables = Object.entries(env).map(([key, value]) => `--env=${key}=${value}`);
    const flags = [`--dir=${folder}::/`, ...variables, `--argv0=${name}`];
    const child = spawn(wasmtimePath(), ["run", ...flags, module, ...args]);
    const out: Buffer[] = [];
    child.stdout.on("data", (chunk) => out.push(chunk));
    // A program may end before it has read anything.
    child.stdin.on("error", () => {}).end(stdin);
    const status = await new Promise<number>((resolve) => child.once("close", (code) => resolve(code ?? -1)));
    return { status, lines: Buffer.concat(out).toString().split("\n") };
  });
}

describe.each(Object.keys(PROGRAMS))("the checks of %s", (name) => {
  it("hold on both engines and on stock wasmtime, line by line", async () => {
    const oracle = await onStockWasmtime(name);
    expect(oracle.lines.filter((line) => line.startsWith("FAILED"))).toEqual([]);
    expect(oracle.lines.length).toBeGreaterThan(20);
    expect(await onEngine("v8", name)).toEqual(oracle);
    expect(await onEngine("wasmtime", name)).toEqual(oracle);
  });
});

describe.each(["v8", "wasmtime"] as const)("a module on %s", (engine) => {
  it("ends while its input stays open, and the input may break off", async () => {
    const stdin = new PassThrough();
    const printed = await runBytes(await bytesOf("rights"), { engine, stdin });
    stdin.destroy(new Error("gone"));
    await new Promise((resolve) => setTimeout(resolve, 50));
    // Without a folder its checks fail: an end, and no trap.
    expect(printed.status).toBe(1);
  });
});
