import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, lstatSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { SandboxError } from "../../errors.ts";
import { MEMORY_BYTES, type WasiRunOptions, type WasiRunResult } from "./types.ts";

/** Where wasmtime begins to say why a module ended otherwise than by status 0 to 125. */
const INVALID = ["Error: failed to compile", "Error: failed to parse WebAssembly module"];
const VERDICTS = ["Error: failed to run main module", ...INVALID];
const CANNOT_RUN = 126;
const ABORTED = 134;
/** In place of a status that stock wasmtime keeps to itself. */
const STATUS_LOST = 125;

/** Runs a module in a `wasmtime` process of its own, on copies of the folders unless they are to be written. */
export async function runWasmtime(options: WasiRunOptions, roots: readonly string[]): Promise<WasiRunResult> {
  if (options.wasmtime === undefined)
    throw new SandboxError(
      "engine",
      'run with engine "wasmtime": expected the path of a wasmtime binary, got none',
    );
  const started = performance.now();
  const copies =
    options.writeBack || roots.length === 0 ? undefined : mkdtempSync(join(tmpdir(), "shadowbox-"));
  try {
    const hosts =
      copies === undefined ? roots : roots.map((root, index) => copyOf(root, join(copies, String(index))));
    const ended = await new WasmtimeRun(options).toEnd(options.wasmtime, argumentsOf(options, hosts));
    return { ...ended, durationMs: performance.now() - started, written: [] };
  } finally {
    if (copies !== undefined) rmSync(copies, { recursive: true, force: true });
  }
}

/** Copies a folder with links as links; leaves out what cannot be copied (FIFOs, sockets, devices). */
function copyOf(root: string, to: string): string {
  const filter = (path: string) => {
    const facts = lstatSync(path);
    return facts.isFile() || facts.isDirectory() || facts.isSymbolicLink();
  };
  cpSync(root, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, filter });
  return to;
}

function argumentsOf(options: WasiRunOptions, hosts: readonly string[]): string[] {
  const { folders = [], env = {}, args = [], memoryBytes = MEMORY_BYTES, module } = options;
  const dirs = folders.map(({ host, guest }, index) => `--dir=${hosts[index]}::${guest ?? host}`);
  const variables = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
  const limits = ["-C", "cache=y", "-W", `max-memory-size=${memoryBytes}`];
  return [
    "run",
    ...limits,
    ...dirs,
    ...variables,
    `--argv0=${options.argv0 ?? basename(module)}`,
    module,
    ...args,
  ];
}

class WasmtimeRun {
  readonly #options: WasiRunOptions;
  #timedOut = false;

  constructor(options: WasiRunOptions) {
    this.#options = options;
  }

  async toEnd(binary: string, args: readonly string[]): Promise<Pick<WasiRunResult, "status" | "timedOut">> {
    const { terminal = [false, false, false], stdin, onStdout, timeoutMs, signal } = this.#options;
    const input = terminal[0] ? "inherit" : stdin === undefined ? "ignore" : "pipe";
    const child = spawn(binary, [...args], { stdio: [input, terminal[1] ? "inherit" : "pipe", "pipe"] });
    const kill = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", kill, { once: true });
    if (signal?.aborted) kill();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#expire(child), timeoutMs);
    try {
      const ended = new Promise<number>((resolve, reject) => {
        child.once("error", (error) =>
          reject(new SandboxError("engine", `start "${binary}": ${error.message}`)),
        );
        child.once("close", (code, killedBy) => resolve(code ?? (killedBy === "SIGKILL" ? 137 : ABORTED)));
      });
      void feed(child, stdin);
      const [code, , verdict] = await Promise.all([ended, pass(child.stdout, onStdout), this.#errors(child)]);
      return { status: this.#timedOut ? 137 : await this.#status(code, verdict), timedOut: this.#timedOut };
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener("abort", kill);
    }
  }

  #expire(child: ChildProcess): void {
    this.#timedOut = true;
    child.kill("SIGKILL");
  }

  /** Passes the program's standard error on; answers what wasmtime itself had to say at its end. */
  async #errors(child: ChildProcess): Promise<string> {
    let held = Buffer.alloc(0);
    for await (const chunk of child.stderr as Readable) {
      held = Buffer.concat([held, chunk as Buffer]);
      const at = Math.max(...VERDICTS.map((verdict) => held.indexOf(verdict)));
      // The verdict, or what may become one, is kept back.
      const safe = at >= 0 ? at : tail(held);
      if (safe > 0) await this.#options.onStderr?.(held.subarray(0, safe));
      held = held.subarray(safe);
    }
    if (VERDICTS.some((verdict) => held.toString("latin1").startsWith(verdict))) return held.toString();
    if (held.length > 0) await this.#options.onStderr?.(held);
    return "";
  }

  /** The status of the run: wasmtime shows traps, and statuses from 126 on, as errors of its own. */
  async #status(code: number, verdict: string): Promise<number> {
    if (verdict === "") return code;
    const name = this.#options.argv0 ?? basename(this.#options.module);
    if (INVALID.some((beginning) => verdict.startsWith(beginning))) {
      // The innermost cause is the last one.
      const causes = /Caused by:\n((?: {4}.*\n?)+)/.exec(verdict)?.[1] ?? verdict;
      const why = causes
        .trim()
        .split("\n")
        .at(-1)
        ?.replace(/^ *(\d+: )?/, "");
      await this.#options.onStderr?.(Buffer.from(`${name}: expected a valid module: ${why}\n`));
      return CANNOT_RUN;
    }
    const trap = /wasm trap: (.*)/.exec(verdict)?.[1];
    const lost = verdict.includes("invalid exit status");
    const why = lost ? "exited with a status over 125, which wasmtime does not tell" : verdict.split("\n")[0];
    await this.#options.onStderr?.(Buffer.from(`${name}: ${trap === undefined ? why : `trap: ${trap}`}\n`));
    return lost ? STATUS_LOST : ABORTED;
  }
}

/** Where a beginning of the verdict at the end of `bytes` starts, else their length. */
function tail(bytes: Buffer): number {
  const longest = Math.max(...VERDICTS.map(({ length }) => length));
  for (let at = Math.max(0, bytes.length - longest); at < bytes.length; at++)
    if (VERDICTS.some((verdict) => verdict.startsWith(bytes.toString("latin1", at)))) return at;
  return bytes.length;
}

async function pass(stream: Readable | null, take: WasiRunOptions["onStdout"]): Promise<void> {
  for await (const chunk of stream ?? []) await take?.(chunk as Buffer);
}

async function feed(child: ChildProcess, stdin: AsyncIterable<Uint8Array> | undefined): Promise<void> {
  const { stdin: to } = child;
  if (to === null || stdin === undefined) return;
  // The program may end, or close its input, at any time.
  to.on("error", () => {});
  try {
    for await (const chunk of stdin) {
      if (to.destroyed) return;
      if (!to.write(chunk)) await new Promise((done) => to.once("drain", done).once("close", done));
    }
  } catch {
    // Input that breaks off has ended, as it has when the caller destroys it after the program.
  } finally {
    to.end();
  }
}
