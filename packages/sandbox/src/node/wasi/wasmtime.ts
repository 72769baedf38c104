import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants, cpSync, lstatSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import type { Readable } from "node:stream";
import { PAGE_BYTES, STATUS_SIGNALLED } from "@shadowbox/wasi";
import { causeOf, HELPER, interpose, MemoryWatch, outcomeOf } from "@shadowbox/wasi/node";
import { SandboxError } from "../../errors.ts";
import { DiskGuard, folderBytes } from "../wasmtime/disk-guard.ts";
import { DISK_BYTES, MEMORY_BYTES, type WasiRunOptions, type WasiRunResult } from "./types.ts";

/** Where wasmtime begins to say why a module ended otherwise than by status 0 to 125. */
const INVALID = ["Error: failed to compile", "Error: failed to parse WebAssembly module"];
const VERDICTS = ["Error: failed to run main module", ...INVALID];
const CANNOT_RUN = 126;
/** As a shell says that it could not start a command. */
const NOT_FOUND = 127;
const ABORTED = 134;
const KILLED = 137;
/** Descriptors that a program has besides its folders. */
const STREAMS = 3;
/** Blocks of which `ulimit -f` counts. */
const BLOCK = 512;

/** Runs a checked module in a `wasmtime` process of its own, on copies of the folders unless they are to be written. */
export async function runWasmtime(
  options: WasiRunOptions,
  roots: readonly string[],
  bytes: Uint8Array,
): Promise<WasiRunResult> {
  if (options.wasmtime === undefined)
    throw new SandboxError(
      "engine",
      'run with engine "wasmtime": expected the path of a wasmtime binary, got none',
    );
  if (options.wasmtime.includes("/") && !canRun(options.wasmtime)) throw cannotStart(options.wasmtime);
  const started = performance.now();
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-"));
  try {
    const hosts = options.writeBack
      ? roots
      : roots.map((root, index) => copyOf(root, join(folder, String(index))));
    const modules = modulesOf(options.module, bytes, STREAMS + roots.length, folder);
    const run = new WasmtimeRun(options, hosts);
    const ended = await run.toEnd(options.wasmtime, argumentsOf(options, hosts, modules));
    return { ...ended, durationMs: performance.now() - started, written: [] };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function canRun(binary: string): boolean {
  try {
    accessSync(binary, constants.X_OK);
    return lstatSync(binary).isFile() || lstatSync(binary).isSymbolicLink();
  } catch {
    return false;
  }
}

function cannotStart(binary: string): SandboxError {
  return new SandboxError("engine", `start "${binary}": expected a program, there is none that can run`);
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

/** The files of the module and of what stands between it and wasmtime, for a program that starts with `open` descriptors. */
function modulesOf(
  module: string,
  bytes: Uint8Array,
  open: number,
  folder: string,
): { module: string; helper?: string } {
  const interposed = interpose(bytes, open);
  if (interposed === undefined) return { module };
  const files = { module: join(folder, basename(module)), helper: join(folder, "helper") };
  writeFileSync(files.module, interposed.program);
  writeFileSync(files.helper, interposed.helper);
  return files;
}

function argumentsOf(
  options: WasiRunOptions,
  hosts: readonly string[],
  { module, helper }: { module: string; helper?: string },
): string[] {
  const { folders = [], env = {}, args = [], memoryBytes = MEMORY_BYTES } = options;
  const dirs = folders.map(({ host, guest }, index) => `--dir=${hosts[index]}::${guest ?? host}`);
  const variables = Object.entries(env).map(([name, value]) => `--env=${name}=${value}`);
  const limits = ["-C", "cache=y", "-W", `max-memory-size=${memoryBytes}`];
  return [
    "run",
    ...limits,
    ...(helper === undefined ? [] : [`--preload=${HELPER}=${helper}`]),
    ...dirs,
    ...variables,
    `--argv0=${options.argv0 ?? basename(options.module)}`,
    module,
    ...args,
  ];
}

class WasmtimeRun {
  readonly #options: WasiRunOptions;
  readonly #hosts: readonly string[];
  #timedOut = false;
  #diskFull = false;
  readonly #memory = new MemoryWatch();

  constructor(options: WasiRunOptions, hosts: readonly string[]) {
    this.#options = options;
    this.#hosts = hosts;
  }

  async toEnd(binary: string, args: readonly string[]): Promise<Pick<WasiRunResult, "status" | "timedOut">> {
    const { terminal = [false, false, false], stdin, onStdout, timeoutMs, signal } = this.#options;
    const guards = await this.#guards(() => kill());
    const input = terminal[0] ? "inherit" : stdin === undefined ? "ignore" : "pipe";
    const child = spawn("/bin/sh", ["-c", this.#bounded(), binary, ...args], {
      stdio: [input, terminal[1] ? "inherit" : "pipe", "pipe"],
      // What it says of a module is read here.
      env: { ...process.env, RUST_BACKTRACE: "0" },
    });
    const kill = () => child.kill("SIGKILL");
    signal?.addEventListener("abort", kill, { once: true });
    if (signal?.aborted) kill();
    for (const guard of guards) guard.start();
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#expire(child), timeoutMs);
    try {
      const ended = new Promise<number>((resolve, reject) => {
        child.once("error", (error) =>
          reject(new SandboxError("engine", `start "${binary}": ${error.message}`)),
        );
        child.once("close", (code, killedBy) => resolve(code ?? (killedBy === "SIGKILL" ? KILLED : ABORTED)));
      });
      void feed(child, stdin);
      const [code, , verdict] = await Promise.all([ended, pass(child.stdout, onStdout), this.#errors(child)]);
      if (verdict === "" && (code === CANNOT_RUN || code === NOT_FOUND)) throw cannotStart(binary);
      return { status: await this.#status(code, verdict), timedOut: this.#timedOut };
    } finally {
      clearTimeout(timer);
      for (const guard of guards) guard.stop();
      signal?.removeEventListener("abort", kill);
    }
  }

  /** A file that would become too large is EFBIG, and no signal. */
  #bounded(): string {
    const blocks = Math.ceil((this.#options.diskBytes ?? DISK_BYTES) / BLOCK);
    return `trap '' XFSZ; ulimit -f ${blocks}; exec "$0" "$@"`;
  }

  /** One for each folder: it may grow by as much as the program may write. */
  #guards(kill: () => void): Promise<DiskGuard[]> {
    const most = this.#options.diskBytes ?? DISK_BYTES;
    const full = () => {
      this.#diskFull = true;
      kill();
    };
    return Promise.all(
      this.#hosts.map(async (host) => {
        const before = await folderBytes(host);
        return new DiskGuard(host, () => before + most, full);
      }),
    );
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
      await this.#passError(held.subarray(0, safe));
      held = held.subarray(safe);
    }
    if (VERDICTS.some((verdict) => held.toString("latin1").startsWith(verdict))) return held.toString();
    await this.#passError(held);
    return "";
  }

  async #passError(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    this.#memory.see(bytes);
    await this.#options.onStderr?.(bytes);
  }

  /** The status of the run: wasmtime shows traps as errors of its own. */
  async #status(code: number, verdict: string): Promise<number> {
    if (this.#timedOut) return KILLED;
    if (this.#diskFull) {
      await this.#complain("killed: the disk limit is reached");
      return KILLED;
    }
    if (verdict === "") return code;
    if (INVALID.some((beginning) => verdict.startsWith(beginning))) {
      await this.#complain(`expected a valid module: ${causeOf(verdict)}`);
      return CANNOT_RUN;
    }
    const limit = Math.floor((this.#options.memoryBytes ?? MEMORY_BYTES) / PAGE_BYTES);
    const { status, complaint } = outcomeOf({ code, signal: 0 }, verdict, {
      limit,
      wanted: this.#memory.wanted,
    });
    if (complaint !== undefined) await this.#complain(complaint);
    return status >= STATUS_SIGNALLED ? 128 + status - STATUS_SIGNALLED : status;
  }

  async #complain(text: string): Promise<void> {
    const name = this.#options.argv0 ?? basename(this.#options.module);
    await this.#options.onStderr?.(Buffer.from(`${name}: ${text}\n`));
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
