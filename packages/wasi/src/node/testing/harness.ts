import { fileURLToPath } from "node:url";
import { Heap, TreeFileSystem } from "@shadowbox/vfs";
import { build } from "esbuild";
import { moduleLoader, V8Engine } from "../../engine/engine.ts";
import { WorkerPool } from "../../engine/pool.ts";
import type { Command } from "../../kernel/commands.ts";
import { Kernel, type KernelLimits } from "../../kernel/kernel.ts";
import { OpenFlags, ProgramKind } from "../../kernel/layout.ts";
import type { Process } from "../../kernel/process.ts";
import { nodeWorkerFactory } from "../worker-factory.ts";
import type { ScriptTools } from "./script-worker.ts";

/** A pool whose workers run modules, and scripts of tests in place of shells. */
export async function testPool(
  options: { maxWorkers?: number } = {},
): Promise<WorkerPool & { problems: string[] }> {
  const out = fileURLToPath(new URL("../../../dist/testing/", import.meta.url));
  const entry = async (source: string, name: string): Promise<URL> => {
    const outfile = `${out}${name}-${process.pid}.mjs`;
    const entryPoints = [fileURLToPath(new URL(source, import.meta.url))];
    await build({ entryPoints, outfile, bundle: true, format: "esm", platform: "node", target: "node20" });
    return new URL(`file://${outfile}`);
  };
  const [module, shell] = await Promise.all([
    entry("../process-worker.ts", "process-worker"),
    entry("./script-worker.ts", "script-worker"),
  ]);
  const problems: string[] = [];
  const pool = new WorkerPool(nodeWorkerFactory({ module, shell }), {
    ...options,
    onProblem: (message) => problems.push(message),
  });
  return Object.assign(pool, { problems });
}

/** What a process printed, and how it ended. */
export interface RunResult {
  stdout: string;
  stderr: string;
  status: number;
  timedOut: boolean;
}

/** A sandbox with a few commands. */
export class TestSandbox {
  readonly kernel: Kernel;
  readonly engine: V8Engine;

  constructor(pool: WorkerPool, commands: Readonly<Record<string, Uint8Array>>, limits: KernelLimits = {}) {
    const heap = Heap.create();
    this.kernel = Kernel.create(heap, { root: TreeFileSystem.format(heap) }, limits);
    this.engine = new V8Engine(pool, this.kernel, null);
    const pages = limits.memoryPages ?? 16384;
    const entries = Object.entries(commands).map(
      ([name, bytes]): Command => ({
        name,
        kind: ProgramKind.MODULE,
        module: pool.addModule(moduleLoader(() => bytes, name, pages)),
        size: bytes.length,
      }),
    );
    this.engine.setCommands(entries);
  }

  /** Runs a command, or a script given as a function, to its end. */
  async run(
    program: readonly string[] | ((process: Process, tools: ScriptTools) => number | undefined),
    options: { stdin?: string; timeoutMs?: number; state?: unknown } = {},
  ): Promise<RunResult> {
    const { engine } = this;
    const [stdin, stdout, stderr] = [engine.openPipe(), engine.openPipe(), engine.openPipe()];
    const script = typeof program === "function";
    const pid = engine.start({
      program: script
        ? { shell: { source: String(program), state: options.state } }
        : { path: program[0].includes("/") ? program[0] : `/bin/${program[0]}` },
      argv: script ? ["script"] : program,
      env: ["PATH=/bin", "PWD=/"],
      files: [stdin.read, stdout.write, stderr.write].map((file, fd) => ({ fd, file })),
      limits: { timeoutMs: options.timeoutMs },
    });
    for (const file of [stdin.read, stdout.write, stderr.write]) engine.closeFile(file);
    const writer = engine.writer(stdin.write);
    void writer.write(new TextEncoder().encode(options.stdin ?? "")).then(() => writer.close());
    const [out, err, exit] = await Promise.all([
      this.text(stdout.read),
      this.text(stderr.read),
      engine.waitExit(pid),
    ]);
    return { stdout: out, stderr: err, ...exit };
  }

  /** All that comes out of a pipe. */
  async text(file: number): Promise<string> {
    const decoder = new TextDecoder();
    let text = "";
    for await (const chunk of this.engine.read(file)) text += decoder.decode(chunk, { stream: true });
    return text;
  }

  /** Makes an executable file. */
  writeFile(path: string, bytes: Uint8Array | string, mode = 0o755): void {
    const { host } = this.kernel;
    const name = new TextEncoder().encode(path);
    const flags = OpenFlags.WRITE | OpenFlags.CREATE | OpenFlags.TRUNCATE;
    const fd = host.paths.open(-1, name, flags, mode);
    host.io.write(fd, typeof bytes === "string" ? new TextEncoder().encode(bytes) : bytes);
    host.close(fd);
  }
}
