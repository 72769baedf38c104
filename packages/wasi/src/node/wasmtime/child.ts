import { type ChildProcess, spawn } from "node:child_process";
import { closeSync } from "node:fs";
import { constants } from "node:os";
import { decodeText } from "@shadowbox/vfs";
import { PAGE_BYTES } from "../../engine/module.ts";
import { Device, type DeviceId } from "../../kernel/devices.ts";
import { FileKind, OpenFile, Slot } from "../../kernel/layout.ts";
import type { Process } from "../../kernel/process.ts";
import type { InputPipe } from "./fifos.ts";
import { Mailbox } from "./mailbox.ts";
import type { Shared } from "./programs.ts";
import { FileInput, type InputStream, OutputStream, PumpedInput } from "./streams.ts";
import { outcomeOf, VerdictFilter } from "./verdict.ts";

/** One process of the kernel as a child of this one: `wasmtime` with the compiled module, its three streams and its mailbox. */
export class Child {
  /** The status for the kernel, when all that it wrote was brought on; -1 after {@link Child.kill}. */
  readonly end: Promise<number>;
  readonly #shared: Shared;
  readonly #process: Process;
  readonly #mailbox: Mailbox;
  readonly #filter = new VerdictFilter();
  readonly #outputs: OutputStream[] = [];
  readonly #names: string[] = [];
  #input: InputStream | undefined;
  #child: ChildProcess | undefined;
  #killed = false;

  constructor(shared: Shared, process: Process, module: string) {
    this.#shared = shared;
    this.#process = process;
    this.#mailbox = new Mailbox(shared.folder, process);
    this.end = this.#run(module);
  }

  async #run(module: string): Promise<number> {
    const ends: number[] = [];
    try {
      const input = this.#openInput(ends);
      this.#mailbox.onHandOver = async () => this.#input?.pause();
      this.#mailbox.onBack = () => this.#input?.resume();
      const stdio = [input, ...this.#openOutputs(ends)];
      const { binary } = this.#shared.options;
      const { i32 } = this.#process.kernel.memory;
      const mask = i32[this.#process.slot + Slot.UMASK];
      const command = [binary, ...this.#arguments(module)];
      // A mask of its own can only be had through a shell that sets it.
      const [file, ...args] =
        mask === process.umask()
          ? command
          : ["/bin/sh", "-c", 'umask "$0" && exec "$@"', mask.toString(8), ...command];
      this.#child = spawn(file as string, args, { cwd: "/", env: {}, stdio: stdio as never });
      const ended = ending(this.#child);
      for (const fd of ends) closeSync(fd);
      ends.length = 0;
      const { code, signal } = await ended;
      return await this.#settle(code, signal);
    } finally {
      for (const fd of ends) closeSync(fd);
      this.#mailbox.close();
    }
  }

  async #settle(code: number | null, signal: number): Promise<number> {
    await Promise.all([this.#input?.end(), ...this.#outputs.map(({ done }) => done)]);
    for (const name of this.#names) this.#shared.fifos.release(name);
    if (this.#killed) return -1;
    const { status, complaint } = outcomeOf(code, signal, this.#filter.end().verdict);
    if (complaint !== undefined) this.#process.complain(complaint);
    return this.#mailbox.status ?? status;
  }

  #arguments(module: string): string[] {
    const { root, folders = {} } = this.#shared.options;
    const { argv, env } = this.#process.args();
    const [argv0 = "", ...args] = argv.map(decodeText);
    const pages = this.#process.kernel.memory.i32[this.#process.slot + Slot.MEMORY_LIMIT];
    return [
      "run",
      "--allow-precompiled",
      ...["-W", `max-memory-size=${pages * PAGE_BYTES}`],
      ...["--dir", `${root}::/`, "--dir", `${this.#mailbox.folder}::/dev/shadowbox`],
      ...Object.entries(folders).flatMap(([guest, host]) => ["--dir", `${host}::${guest}`]),
      ...env.flatMap((each) => ["--env", decodeText(each)]),
      ...["--argv0", argv0, module],
      ...args,
    ];
  }

  /** What stands behind a descriptor: kind and detail of the open file; undefined: it is closed. */
  #open(fd: number): { kind: number; detail: number; at: number } | undefined {
    const at = this.#process.file(fd);
    if (at < 0) return undefined;
    const { i32 } = this.#process.kernel.memory;
    return { kind: i32[at + OpenFile.KIND], detail: i32[at + OpenFile.DETAIL], at };
  }

  #openInput(ends: number[]): number | "ignore" {
    const open = this.#open(0);
    if (open === undefined || this.#isNull(open) || open.kind === FileKind.DIRECTORY) return "ignore";
    if (open.kind === FileKind.FILE && process.platform === "linux") {
      const { i32, u32 } = this.#process.kernel.memory;
      const { descriptor } = this.#shared.options;
      const fd = descriptor(i32[open.at + OpenFile.DEV], u32[open.at + OpenFile.NODE]);
      if (fd >= 0) {
        const input = new FileInput(this.#process, 0, `/proc/self/fd/${fd}`);
        this.#input = input;
        return input.childs;
      }
    }
    const pipe: InputPipe & { name: string } = this.#shared.fifos.input();
    this.#names.push(pipe.name);
    ends.push(pipe.childs);
    this.#input = new PumpedInput(this.#process, 0, pipe);
    return pipe.childs;
  }

  /** Descriptors 1 and 2 of the child: one pipe for both where both are one open file, so that the order stays. */
  #openOutputs(ends: number[]): (number | "ignore")[] {
    const one = this.#process.fileNumber(1);
    const both = one >= 0 && one === this.#process.fileNumber(2);
    const out = this.#openOutput(1, both ? this.#filter : undefined, ends);
    // wasmtime's own words must not be lost: they say how the program ended.
    return [out, both && out !== "ignore" ? out : this.#openOutput(2, this.#filter, ends)];
  }

  #openOutput(fd: number, filter: VerdictFilter | undefined, ends: number[]): number | "ignore" {
    const open = this.#open(fd);
    if (open === undefined || (filter === undefined && this.#isNull(open))) return "ignore";
    const pipe = this.#shared.fifos.output();
    this.#names.push(pipe.name);
    ends.push(pipe.childs);
    this.#outputs.push(new OutputStream(this.#process, fd, pipe.ours, filter));
    return pipe.childs;
  }

  #isNull({ kind, detail }: { kind: number; detail: number }): boolean {
    return kind === FileKind.DEVICE && (detail as DeviceId) === Device.NULL;
  }

  /** Stops it at once; its process is ended by somebody else. */
  kill(): void {
    this.#killed = true;
    this.#child?.kill("SIGKILL");
    for (const output of this.#outputs) output.stop();
  }
}

/** How a child ended. Rejects when it could not be started. */
function ending(child: ChildProcess): Promise<{ code: number | null; signal: number }> {
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(error));
    child.once("exit", (code, name) => {
      resolve({ code, signal: name === null ? 0 : constants.signals[name] });
    });
  });
}
