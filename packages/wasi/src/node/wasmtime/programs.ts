import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { limitModule } from "../../engine/module.ts";
import type { Programs } from "../../engine/programs.ts";
import { WasiError } from "../../errors.ts";
import type { Command } from "../../kernel/commands.ts";
import { startClock } from "../../kernel/deadlines.ts";
import type { Kernel } from "../../kernel/kernel.ts";
import { ProgramKind, Slot } from "../../kernel/layout.ts";
import { type Process, ProcessExit } from "../../kernel/process.ts";
import { Signal } from "../../kernel/signals.ts";
import { Child } from "./child.ts";
import { CompiledModules, type CompiledProgram } from "./compiled.ts";
import { Fifos } from "./fifos.ts";
import { Launcher } from "./launcher.ts";
import { MailboxFolders } from "./mailbox-folders.ts";

/** A program's module, as the sandbox knows it by number. */
export interface ProgramModule {
  name: string;
  /** Lower-case hexadecimal digest of its bytes. */
  sha256: string;
  /** The verified bytes, asked for when the module must be compiled. */
  bytes(): Uint8Array;
  /** The first version of wasmtime that can run it; default any. */
  since?: number;
  /** Folders that it has besides: guest's path → host's path. Asked for when it is started. */
  folders?(): Readonly<Record<string, string>>;
}

/** What programs in `wasmtime` processes run on. */
export interface WasmtimeOptions {
  /** Path of the binary. */
  binary: string;
  /** The folder that programs have as `/`. */
  root: string;
  /** Further folders of all programs: guest's path → host's path. */
  folders?: Readonly<Record<string, string>>;
  /** Where compiled modules are kept. */
  cache: string;
  /** The module with a number of the kernel's list of commands. */
  module(number: number): ProgramModule | undefined;
  /** Whether a command is not for wasmtime; default none. */
  inWorkers?(command: Command): boolean;
  /** The host's descriptor of an open file, -1 if it is none of the host's. */
  descriptor(dev: number, node: number): number;
  /** How many bytes may still be written; default as many as there is room for. */
  left?(): number;
  /** Told before a module is compiled, which takes a while. */
  onCompile?(name: string): void;
}

/** What all children of a sandbox share. */
export interface Shared {
  options: WasmtimeOptions;
  fifos: Fifos;
  compiled: CompiledModules;
  launcher: Launcher;
  mailboxes: MailboxFolders;
  /** A private folder outside of the sandbox's. */
  folder: string;
}

/** Status of a program that was found but cannot be run. */
const CANNOT_RUN = 126;

/** Runs the programs of a sandbox in stock `wasmtime` processes, one each, over a real folder. */
export class WasmtimePrograms implements Programs {
  readonly #kernel: Kernel;
  readonly #shared: Shared;
  readonly #children = new Map<number, Child>();

  constructor(kernel: Kernel, options: WasmtimeOptions) {
    this.#kernel = kernel;
    const folder = mkdtempSync(join(tmpdir(), "shadowbox-"));
    const fifos = join(folder, "pipes");
    mkdirSync(fifos, { mode: 0o700 });
    const compiled = new CompiledModules(options.binary, options.cache, options.onCompile);
    this.#shared = {
      options,
      fifos: new Fifos(fifos),
      compiled,
      launcher: new Launcher(),
      folder,
      mailboxes: new MailboxFolders(folder),
    };
  }

  takes(slot: number): boolean {
    const command = this.#kernel.commands.of(slot);
    return command === undefined || !(this.#shared.options.inWorkers?.(command) ?? false);
  }

  start(slot: number, pid: number): void {
    if (!this.#kernel.processes.take(slot, pid, -1)) return;
    void this.#run(this.#kernel.process(slot));
  }

  async #run(process: Process): Promise<void> {
    try {
      process.leave();
      const { program, folders } = await this.#module(process);
      if (!process.tryEnter()) return;
      process.leave();
      // Somebody may have killed it.
      if (!this.#shared.launcher.open) this.#shared.launcher = new Launcher();
      const child = new Child(this.#shared, process, program, folders);
      startClock(this.#kernel, process.slot);
      this.#children.set(process.pid, child);
      const status = await child.end;
      if (status >= 0) process.exit(status);
    } catch (error) {
      if (!(error instanceof ProcessExit)) this.#refuse(process, error as Error);
      // Who was killed meanwhile is ended by the supervisor.
      else if (error.status >= 0) process.exit(error.status);
    } finally {
      this.#children.delete(process.pid);
    }
  }

  #refuse(process: Process, error: Error): void {
    if (!process.tryEnter()) return;
    process.complain(error.message);
    process.exit(CANNOT_RUN);
  }

  /** The compiled module of a process, and the folders that it has besides. */
  async #module(
    process: Process,
  ): Promise<{ program: CompiledProgram; folders: Readonly<Record<string, string>> }> {
    const { i32 } = this.#kernel.memory;
    const { compiled, options } = this.#shared;
    if (i32[process.slot + Slot.KIND] === ProgramKind.FILE) {
      const name = Buffer.from(process.args().argv[0] ?? []).toString();
      const bytes = readProgram(process);
      limitModule(bytes, i32[process.slot + Slot.MEMORY_LIMIT], name);
      return { program: await compiled.fileOf(bytes, name), folders: {} };
    }
    const module = options.module(i32[process.slot + Slot.MODULE]);
    if (module === undefined)
      throw new WasiError("engine", "run program: expected a module that the engine knows, got another");
    await compiled.refuseBefore(module.since ?? 0, module.name);
    const program = await compiled.file(module.sha256, module.name, () => module.bytes());
    return { program, folders: module.folders?.() ?? {} };
  }

  stop(_slot: number, pid: number): void {
    this.#children.get(pid)?.kill();
  }

  /** Ends all programs, which say why on descriptor 2. */
  killAll(why: string): void {
    for (const [pid, child] of this.#children) {
      child.complain(`killed: ${why}`);
      this.#kernel.processes.kill(pid, Signal.KILL, 0, 0);
    }
  }

  /** Removes what the children needed; all have ended. */
  close(): void {
    for (const child of this.#children.values()) child.kill();
    this.#shared.launcher.close();
    this.#shared.mailboxes.close();
    rmSync(this.#shared.folder, { recursive: true, force: true });
  }
}

/** The bytes of the module file that a process was started from. */
function readProgram(process: Process): Uint8Array {
  const fd = process.kernel.memory.i32[process.slot + Slot.PROGRAM_FD];
  const bytes = new Uint8Array(Math.max(0, process.io.seek(fd, 0, 2)));
  let done = 0;
  for (let count = 1; count > 0 && done < bytes.length; done += Math.max(0, count))
    count = process.io.pread(fd, bytes.subarray(done), done);
  process.close(fd);
  return bytes.subarray(0, done);
}
