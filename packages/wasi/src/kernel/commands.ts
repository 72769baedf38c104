import {
  type DirEntrySink,
  decodeText,
  Errno,
  encodeText,
  FileType,
  type NodeId,
  type Stat,
} from "@shadowbox/vfs";
import { Header, ProgramKind, Slot } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import { listNames, ReadOnlyFileSystem, readFrom } from "./read-only.ts";

/** A program of the `/bin` mount. */
export interface Command {
  name: string;
  /** `ProgramKind.MODULE`, or `SHELL` for `bash` and `sh`. */
  kind: ProgramKind;
  /** Number of its module in the engine's pool; 0 for a shell. */
  module: number;
  /** Bytes of the module. */
  size: number;
  /** Bits of `Capability`; default: what a shell has. */
  capabilities?: number;
  /** Bits of those that its manifest asks for and the sandbox's policy denies. */
  denied?: number;
  /** What its program finds as its own name; default: what the caller said. */
  argv0?: string;
  /** Name of its bundle, for messages. */
  bundle?: string;
  /** Its manifest's bounds: pages of linear memory, below the sandbox's own; milliseconds of a process. */
  memoryPages?: number;
  timeMs?: number;
}

/** The list of installed commands, in shared memory, so that every worker sees the same one. */
export class Commands {
  readonly #memory: KernelMemory;
  #version = -1;
  #list: readonly Command[] = [];
  #byName: ReadonlyMap<string, number> = new Map();

  constructor(memory: KernelMemory) {
    this.#memory = memory;
  }

  /** Replaces the list. -ENOMEM when the heap is full. Called by the host. */
  set(commands: readonly Command[]): number {
    const { u32, i32, base } = this.#memory;
    const sorted = [...commands].sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
    const text = encodeText(JSON.stringify(sorted));
    const pointer = this.#memory.store(text);
    if (pointer < 0) return pointer;
    // The old list stays allocated: a worker may be reading it, and lists are replaced a few times at most.
    u32[base + Header.COMMANDS] = pointer;
    u32[base + Header.COMMANDS_LENGTH] = text.length;
    Atomics.add(i32, base + Header.COMMANDS_VERSION, 1);
    return 0;
  }

  /** All of them, by name. */
  list(): readonly Command[] {
    const { u32, i32, base } = this.#memory;
    const version = Atomics.load(i32, base + Header.COMMANDS_VERSION);
    if (version === this.#version) return this.#list;
    this.#version = version;
    const pointer = u32[base + Header.COMMANDS];
    const text =
      pointer === 0 ? "[]" : decodeText(this.#memory.load(pointer, u32[base + Header.COMMANDS_LENGTH]));
    this.#list = JSON.parse(text) as Command[];
    this.#byName = new Map(this.#list.map((command, index) => [command.name, index]));
    return this.#list;
  }

  /** The command that a process runs. */
  of(slot: number): Command | undefined {
    const { i32 } = this.#memory;
    const command = this.list()[i32[slot + Slot.COMMAND] - 1];
    // The list may have been replaced since it was started.
    return command?.module === i32[slot + Slot.MODULE] ? command : undefined;
  }

  /** Index of a command in {@link Commands.list}, -1 if it is not there. */
  indexOf(name: string): number {
    this.list();
    return this.#byName.get(name) ?? -1;
  }
}

/** The bytes of a command's module, where the host lets programs read them; a negated errno otherwise. */
export type CommandBytes = (module: number) => Uint8Array | number;

const ROOT = 1;
const FIRST = 2;

/** `/bin` and `/usr/bin`: one read-only, executable entry per command. */
export class CommandFileSystem extends ReadOnlyFileSystem {
  readonly #commands: Commands;
  readonly #bytes: CommandBytes;

  constructor(dev: number, commands: Commands, bytes: CommandBytes = () => -Errno.EACCES) {
    super(dev);
    this.#commands = commands;
    this.#bytes = bytes;
  }

  lookup(dir: NodeId, name: Uint8Array): NodeId {
    if (dir !== ROOT) return -Errno.ENOTDIR;
    const index = this.#commands.indexOf(decodeText(name));
    return index < 0 ? -Errno.ENOENT : FIRST + index;
  }

  parent(_dir: NodeId): NodeId {
    return ROOT;
  }

  /** The command that a node stands for. */
  commandOf(node: NodeId): Command | undefined {
    return this.#commands.list()[node - FIRST];
  }

  stat(node: NodeId, out: Stat): number {
    if (node === ROOT) return this.fill(out, node, FileType.DIRECTORY, 0o755, 0);
    return this.fill(out, node, FileType.REGULAR, 0o755, this.commandOf(node)?.size ?? 0);
  }

  readlink(_node: NodeId): number {
    return -Errno.EINVAL;
  }

  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    if (dir !== ROOT) return -Errno.ENOTDIR;
    const names = this.#commands.list().map((command, index) => [command.name, FIRST + index] as const);
    return listNames(names, cookie, sink, ([name, node]) => ({
      name: encodeText(name),
      node,
      type: FileType.REGULAR,
    }));
  }

  read(node: NodeId, offset: number, dst: Uint8Array): number {
    const command = this.commandOf(node);
    if (command === undefined) return -Errno.EISDIR;
    if (command.kind !== ProgramKind.MODULE) return -Errno.EACCES;
    const bytes = this.#bytes(command.module);
    return typeof bytes === "number" ? bytes : readFrom(bytes, offset, dst);
  }
}
