import { closeSync } from "node:fs";
import { decodeText, Errno } from "@shadowbox/vfs";
import { PAGE_BYTES } from "../../engine/module.ts";
import { Device, type DeviceId } from "../../kernel/devices.ts";
import { FileKind, Limit, OpenFile, Slot } from "../../kernel/layout.ts";
import type { Process } from "../../kernel/process.ts";
import { Signal } from "../../kernel/signals.ts";
import type { CompiledProgram } from "./compiled.ts";
import { launchChild } from "./direct.ts";
import type { SystemPipe } from "./fifos.ts";
import { HELPER } from "./interposed.ts";
import { checkStarted, type Ended, type Launched, type Streams } from "./launcher.ts";
import { Mailbox } from "./mailbox.ts";
import type { MailboxFolder } from "./mailbox-folders.ts";
import type { Shared } from "./programs.ts";
import { FileInput, type InputStream, OutputStream, PumpedInput } from "./streams.ts";
import { outcomeOf, VerdictFilter } from "./verdict.ts";

/** As a program ends whose output nobody takes any more. */
const STATUS_OF_PIPE = 128 + Signal.PIPE;

/** One process of the kernel as a child of this one: `wasmtime` with the compiled module, its three streams and its mailbox. */
export class Child {
  /** The status for the kernel, when all that it wrote was brought on; -1 after {@link Child.kill}. */
  readonly end: Promise<number>;
  readonly #shared: Shared;
  readonly #process: Process;
  readonly #folders: Readonly<Record<string, string>>;
  readonly #folder: MailboxFolder;
  readonly #mailbox: Mailbox;
  readonly #filter = new VerdictFilter();
  readonly #outputs: OutputStream[] = [];
  readonly #names: string[] = [];
  #input: InputStream | undefined;
  #launched: Launched | undefined;
  readonly #holds: number[] = [];
  #killed = false;

  constructor(
    shared: Shared,
    process: Process,
    program: CompiledProgram,
    folders: Readonly<Record<string, string>> = {},
  ) {
    this.#shared = shared;
    this.#process = process;
    this.#folders = { ...shared.options.folders, ...folders };
    this.#folder = shared.mailboxes.take();
    this.#mailbox = new Mailbox(this.#folder, process);
    this.end = this.#run(program);
  }

  async #run(program: CompiledProgram): Promise<number> {
    let over = false;
    try {
      const input = this.#openInput();
      this.#mailbox.onHandOver = async () => this.#input?.pause();
      this.#mailbox.onBack = () => this.#input?.resume();
      const { binary } = this.#shared.options;
      const launched = this.#launch([binary, ...this.#arguments(program)], input, this.#openOutputs());
      this.#launched = launched;
      this.#mailbox.serve();
      await launched.started;
      this.#letGo();
      const ended = await launched.ended;
      // Only of what ended by itself is it sure that it is no more.
      over = ended.code !== null;
      if (!this.#killed) checkStarted(ended, binary);
      return await this.#settle(ended);
    } finally {
      this.#letGo();
      this.#mailbox.close();
      if (over) this.#shared.mailboxes.give(this.#folder);
      else this.#shared.mailboxes.discard(this.#folder);
    }
  }

  /** A file of the host can only be shared, offset and all, with a child of this process; everything else has a name. */
  #launch(
    command: readonly string[],
    input: number | string | undefined,
    outputs: Pick<Streams, "output" | "errors">,
  ): Launched {
    const { launcher, options } = this.#shared;
    const bounds = {
      umask: this.#process.kernel.memory.i32[this.#process.slot + Slot.UMASK],
      fileBytes: options.left?.() ?? Number.POSITIVE_INFINITY,
    };
    if (typeof input === "number") return launchChild(launcher, command, bounds, { input, ...outputs });
    return launcher.start(command, bounds, { input, ...outputs });
  }

  /** Lets go of what kept the pipes open until the child had them. */
  #letGo(): void {
    for (const fd of this.#holds.splice(0)) closeSync(fd);
  }

  async #settle(ended: Ended): Promise<number> {
    await Promise.all([this.#input?.end(), ...this.#outputs.map(({ done }) => done)]);
    for (const name of this.#names) this.#shared.fifos.release(name);
    if (this.#killed) return -1;
    const memory = { limit: this.#pages, wanted: this.#filter.memory.wanted };
    const { status, complaint, wantsMemory } = outcomeOf(ended, this.#filter.end().verdict, memory);
    if (wantsMemory) this.#process.kernel.memory.noteLimit(Limit.MEMORY);
    if (complaint !== undefined) this.#process.complain(complaint);
    return this.#afterWrites(this.#mailbox.status ?? status);
  }

  get #pages(): number {
    return this.#process.kernel.memory.i32[this.#process.slot + Slot.MEMORY_LIMIT];
  }

  /** The status, given that the program could not hear what became of its writes: it wrote to a pipe. */
  #afterWrites(status: number): number {
    const failed = this.#outputs.map((output) => output.failed).find((errno) => errno !== 0);
    if (failed === undefined || !(status === 0 || status === STATUS_OF_PIPE)) return status;
    const why = failed === Errno.ENOSPC ? "No space left on device" : `errno ${failed}`;
    this.#process.complain(`write error: ${why}`);
    return 1;
  }

  #arguments({ module, helper }: CompiledProgram): string[] {
    const { root } = this.#shared.options;
    const { argv, env } = this.#process.args();
    const [argv0 = "", ...args] = argv.map(decodeText);
    return [
      "run",
      "--allow-precompiled",
      // What is compiled already needs none, nor the thread that keeps it.
      ...["-C", "cache=n"],
      ...(helper === undefined ? [] : ["--preload", `${HELPER}=${helper}`]),
      ...["-W", `max-memory-size=${this.#pages * PAGE_BYTES}`],
      ...["--dir", `${root}::/`, "--dir", `${this.#folder.path}::/dev/shadowbox`],
      ...Object.entries(this.#folders).flatMap(([guest, host]) => ["--dir", `${host}::${guest}`]),
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

  #hold({ name, hold }: SystemPipe): string {
    this.#names.push(name);
    this.#holds.push(hold);
    return name;
  }

  /** A descriptor of this process, the name of a FIFO, or nothing. */
  #openInput(): number | string | undefined {
    const open = this.#open(0);
    if (open === undefined || this.#isNull(open)) return undefined;
    // EISDIR to whoever reads it, and nothing else: any directory will do.
    if (open.kind === FileKind.DIRECTORY) return this.#folder.path;
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
    const pipe = this.#shared.fifos.input();
    this.#input = new PumpedInput(this.#process, 0, pipe);
    return this.#hold(pipe);
  }

  /** Descriptors 1 and 2 of the child: one pipe for both where both are one open file, so that the order stays. */
  #openOutputs(): Pick<Streams, "output" | "errors"> {
    const one = this.#process.fileNumber(1);
    const both = one >= 0 && one === this.#process.fileNumber(2);
    const output = this.#openOutput(1, both ? this.#filter : undefined);
    // wasmtime's own words must not be lost: they say how the program ended.
    return { output, errors: both && output ? "output" : this.#openOutput(2, this.#filter) };
  }

  #openOutput(fd: number, filter: VerdictFilter | undefined): string | undefined {
    const open = this.#open(fd);
    if (open === undefined || (filter === undefined && this.#isNull(open))) return undefined;
    const pipe = this.#shared.fifos.output();
    this.#outputs.push(new OutputStream(this.#process, fd, pipe.ours, filter));
    return this.#hold(pipe);
  }

  #isNull({ kind, detail }: { kind: number; detail: number }): boolean {
    return kind === FileKind.DEVICE && (detail as DeviceId) === Device.NULL;
  }

  complain(text: string): void {
    this.#process.complain(text);
  }

  /** Stops it at once; its process is ended by somebody else. */
  kill(): void {
    this.#killed = true;
    this.#launched?.kill();
    for (const output of this.#outputs) output.stop();
  }
}
