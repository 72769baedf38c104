import { readFileSync } from "node:fs";
import { basename } from "node:path";
import { Heap, Overlay, type TreeFileSystem } from "@shadowbox/vfs";
import {
  Kernel,
  limitModule,
  moduleLoader,
  OpenFlags,
  PAGE_BYTES,
  STATUS_SIGNALLED,
  V8Engine,
} from "@shadowbox/wasi";
import { openState, ProjectWorkspace } from "@shadowbox/workspace/node";
import { SandboxError } from "../../errors.ts";
import type { NodeSetup } from "../attach.ts";
import { sharedPool } from "../pool.ts";
import { checkFolder, folderPath, folderTree } from "./folders.ts";
import { DISK_BYTES, MEMORY_BYTES, type WasiRunOptions, type WasiRunResult } from "./types.ts";
import { runWasmtime } from "./wasmtime.ts";

/**
 * Runs a WASI preview 1 command module to its end, with nothing but the folders, arguments and streams given. Throws
 * SandboxError `file` (the module cannot be read), `project` (a folder), `engine`, `invalid`; WasiError `module` for what
 * is no such module or needs more memory than the limit.
 */
export async function runWasi(options: WasiRunOptions): Promise<WasiRunResult> {
  const name = options.argv0 ?? basename(options.module);
  const pages = Math.floor((options.memoryBytes ?? MEMORY_BYTES) / PAGE_BYTES);
  const bytes = readModule(options.module);
  const roots = (options.folders ?? []).map(({ host }) => checkFolder(host));
  if (options.engine === "wasmtime") {
    limitModule(bytes, pages, basename(options.module));
    return runWasmtime(options, roots, bytes);
  }
  if (options.writeBack && (roots.length !== 1 || options.state === undefined))
    throw new SandboxError(
      "invalid",
      `write back: expected one folder and a state folder, got ${roots.length} folders`,
    );
  const compiled = await moduleLoader(() => bytes, basename(options.module), pages)();
  const run = new V8Run(options, roots, pages, name);
  try {
    return await run.toEnd(compiled);
  } finally {
    await run.close();
  }
}

function readModule(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "no such file" : (error as Error).message;
    throw new SandboxError("file", `run "${path}": ${why}`, { cause: error });
  }
}

/** One module in a kernel of its own. */
class V8Run {
  readonly #options: WasiRunOptions;
  readonly #roots: readonly string[];
  readonly #name: string;
  readonly #tree: TreeFileSystem;
  readonly #engine: V8Engine;

  constructor(options: WasiRunOptions, roots: readonly string[], pages: number, name: string) {
    this.#options = options;
    this.#roots = roots;
    this.#name = name;
    const heap = Heap.create();
    this.#tree = folderTree(heap, roots, options.diskBytes ?? DISK_BYTES);
    const preopens = (options.folders ?? []).map(({ host, guest }, index) => ({
      name: guest ?? host,
      path: folderPath(index),
    }));
    const kernel = Kernel.create(heap, { root: this.#tree, preopens }, { memoryPages: pages });
    const setup: NodeSetup = { folders: roots, archives: [], registry: "" };
    this.#engine = new V8Engine(sharedPool(), kernel, setup);
  }

  async toEnd(module: WebAssembly.Module): Promise<WasiRunResult> {
    const started = performance.now();
    const { args = [], env = {}, timeoutMs, signal } = this.#options;
    const streams = this.#openStreams();
    const { pool } = this.#engine;
    const program = pool.addModule(async () => module);
    const pid = this.#engine.start({
      program: { module: program },
      argv: [this.#name, ...args],
      env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
      files: streams.files.map((file, fd) => ({ fd, file })),
      limits: timeoutMs === undefined ? {} : { timeoutMs },
    });
    for (const file of streams.files) this.#engine.closeFile(file);
    const kill = () => this.#engine.killSession(pid);
    signal?.addEventListener("abort", kill, { once: true });
    if (signal?.aborted) kill();
    void streams.feed();
    const [ended] = await Promise.all([this.#engine.waitExit(pid), ...streams.drain()]);
    signal?.removeEventListener("abort", kill);
    pool.removeModule(program);
    const { status, timedOut } = ended;
    return {
      status: status >= STATUS_SIGNALLED ? 128 + status - STATUS_SIGNALLED : status,
      timedOut,
      written: this.#options.writeBack ? this.#writeBack() : [],
      durationMs: performance.now() - started,
    };
  }

  #openStreams(): { files: number[]; feed(): Promise<void>; drain(): Promise<void>[] } {
    const { stdin, terminal = [false, false, false], onStdout, onStderr } = this.#options;
    const engine = this.#engine;
    const [stdout, stderr] = [engine.openPipe({ tty: terminal[1] }), engine.openPipe({ tty: terminal[2] })];
    const input = stdin === undefined ? undefined : engine.openPipe({ tty: terminal[0] });
    const drain = async (file: number, take: WasiRunOptions["onStdout"]) => {
      for await (const chunk of engine.read(file)) await take?.(chunk);
    };
    return {
      files: [input?.read ?? engine.openFile("/dev/null", OpenFlags.READ), stdout.write, stderr.write],
      feed: async () => {
        if (input === undefined || stdin === undefined) return;
        const writer = engine.writer(input.write);
        try {
          for await (const chunk of stdin) if (!(await writer.write(chunk))) break;
        } catch {
          // Input that breaks off has ended, as it has when the caller destroys it after the program.
        } finally {
          writer.close();
        }
      },
      drain: () => [drain(stdout.read, onStdout), drain(stderr.read, onStderr)],
    };
  }

  /** A commit of all that the program changed, also where the user changed the same meanwhile. */
  #writeBack(): string[] {
    const state = openState(this.#options.state as string, this.#roots[0] as string);
    try {
      const root = this.#tree.lookup(this.#tree.root, Uint8Array.of(0x30));
      const { base } = this.#tree;
      if (base === undefined) return [];
      const shadow = { tree: this.#tree, overlay: new Overlay(this.#tree), root, base };
      const workspace = new ProjectWorkspace(shadow, state.project, {
        state: state.path,
        // The shadow ends with the program.
        flush: () => {},
      });
      workspace.recover();
      // Write-back was asked for: nobody reviews what a program left, as nobody does on wasmtime.
      return workspace
        .commit({ onConflict: "theirs", allowRisky: true })
        .changes.changes.map(({ path }) => path);
    } finally {
      state.release();
    }
  }

  close(): Promise<void> {
    return this.#engine.close();
  }
}
