import {
  type DirEntrySink,
  decodeText,
  Errno,
  encodeText,
  FileType,
  type NodeId,
  type Stat,
  stackLeft,
} from "@shadowbox/vfs";
import type { Kernel } from "./kernel.ts";
import { ProcessState, Run, Slot } from "./layout.ts";
import { listNames, ReadOnlyFileSystem, readFrom } from "./read-only.ts";

const ROOT = 1;
const SELF = 2;
/** Files at the top, from this number. */
const TOP = 16;
/** Nodes of a process: pid × this, the directory itself first. */
const PER_PROCESS = 32;
const FIRST_PROCESS = 1024;

const TOP_FILES = ["cpuinfo", "meminfo", "version", "uptime", "loadavg", "mounts"] as const;
const PROCESS_FILES = ["stat", "status", "cmdline", "environ", "comm", "cwd", "fd", "limits"] as const;

/** `/proc`, as much of it as scripts ask for. */
export class ProcFileSystem extends ReadOnlyFileSystem {
  readonly #kernel: Kernel;

  constructor(dev: number, kernel: Kernel) {
    super(dev);
    this.#kernel = kernel;
  }

  lookup(dir: NodeId, name: Uint8Array): NodeId {
    const text = decodeText(name);
    if (dir === ROOT) return this.#lookupTop(text);
    if (dir < FIRST_PROCESS || (dir - FIRST_PROCESS) % PER_PROCESS !== 0) return -Errno.ENOTDIR;
    const index = PROCESS_FILES.indexOf(text as (typeof PROCESS_FILES)[number]);
    return index < 0 ? -Errno.ENOENT : dir + 1 + index;
  }

  #lookupTop(text: string): NodeId {
    if (text === "self") return SELF;
    const top = TOP_FILES.indexOf(text as (typeof TOP_FILES)[number]);
    if (top >= 0) return TOP + top;
    if (!/^[1-9][0-9]{0,8}$/.test(text)) return -Errno.ENOENT;
    const pid = Number(text);
    return this.#slot(pid) === 0 ? -Errno.ENOENT : FIRST_PROCESS + pid * PER_PROCESS;
  }

  #slot(pid: number): number {
    for (const slot of this.#kernel.processes.used())
      if (this.#kernel.memory.i32[slot + Slot.PID] === pid) return slot;
    return 0;
  }

  parent(_dir: NodeId): NodeId {
    return ROOT;
  }

  stat(node: NodeId, out: Stat): number {
    const type = typeOf(node);
    if (type === FileType.DIRECTORY) return this.fill(out, node, type, 0o555, 0);
    return this.fill(out, node, type, type === FileType.SYMLINK ? 0o777 : 0o444, 0);
  }

  readlink(node: NodeId): Uint8Array | number {
    if (node === SELF) return encodeText(String(this.#kernel.current?.pid ?? 0));
    const { pid, file } = split(node);
    if (file === "fd" && pid === this.#kernel.current?.pid) return encodeText("/dev/fd");
    if (file !== "cwd") return -Errno.EINVAL;
    const slot = this.#slot(pid);
    return slot === 0 ? -Errno.ENOENT : this.#kernel.directoryPath(slot);
  }

  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    if (typeOf(dir) !== FileType.DIRECTORY) return -Errno.ENOTDIR;
    const names: [string, NodeId][] = [];
    if (dir === ROOT) {
      names.push(["self", SELF]);
      for (const [index, name] of TOP_FILES.entries()) names.push([name, TOP + index]);
      for (const slot of this.#kernel.processes.used()) {
        const pid = this.#kernel.memory.i32[slot + Slot.PID];
        names.push([String(pid), FIRST_PROCESS + pid * PER_PROCESS]);
      }
    } else for (const [index, name] of PROCESS_FILES.entries()) names.push([name, dir + 1 + index]);
    return listNames(names, cookie, sink, ([name, node]) => ({
      name: encodeText(name),
      node,
      type: typeOf(node),
    }));
  }

  read(node: NodeId, offset: number, dst: Uint8Array): number {
    const content = node < FIRST_PROCESS ? this.#topContent(node) : this.#processContent(node);
    return content === undefined ? -Errno.EISDIR : readFrom(encodeText(content), offset, dst);
  }

  #topContent(node: NodeId): string | undefined {
    switch (TOP_FILES[node - TOP]) {
      case "cpuinfo":
        return "processor\t: 0\nvendor_id\t: WebAssembly\nmodel name\t: wasm32\n\n";
      case "meminfo": {
        const total = Math.floor(this.#kernel.heapLimit / 1024);
        const free = Math.max(0, total - Math.floor(this.#kernel.memory.heap.used / 1024));
        return `MemTotal:       ${total} kB\nMemFree:        ${free} kB\nMemAvailable:   ${free} kB\n`;
      }
      case "version":
        return "Shadowbox (wasm32-wasip1)\n";
      case "uptime": {
        const seconds = (Date.now() - this.#kernel.bootTime) / 1000;
        return `${seconds.toFixed(2)} ${seconds.toFixed(2)}\n`;
      }
      case "loadavg":
        return "0.00 0.00 0.00 1/1 1\n";
      case "mounts":
        return this.#kernel.mountLines();
      default:
        return undefined;
    }
  }

  #processContent(node: NodeId): string | undefined {
    const { pid, file } = split(node);
    const slot = this.#slot(pid);
    if (slot === 0 || file === undefined) return undefined;
    const { argv, env } = this.#kernel.argumentsOf(slot);
    const name = decodeText(argv[0] ?? new Uint8Array(0));
    const { i32 } = this.#kernel.memory;
    const ppid = i32[slot + Slot.PPID];
    const state = stateLetter(i32, slot);
    const lines = (strings: readonly Uint8Array[]) =>
      strings.map((string) => `${decodeText(string)}\0`).join("");
    switch (file) {
      case "cmdline":
        return lines(argv);
      case "environ":
        return lines(env);
      case "comm":
        return `${name}\n`;
      case "limits":
        return limitLine("Max stack size", stackLeft());
      case "stat":
        return `${pid} (${name}) ${state} ${ppid} ${i32[slot + Slot.PGID]} ${i32[slot + Slot.SESSION]} 0 -1 0\n`;
      case "status":
        return `Name:\t${name}\nUmask:\t${i32[slot + Slot.UMASK].toString(8).padStart(4, "0")}\nState:\t${state}\nPid:\t${pid}\nPPid:\t${ppid}\nUid:\t1000\t1000\t1000\t1000\nGid:\t1000\t1000\t1000\t1000\n`;
      default:
        return undefined;
    }
  }
}

/** R, S or Z, as `ps` shows them. */
export function stateLetter(i32: Int32Array, slot: number): "R" | "S" | "Z" {
  if (i32[slot + Slot.STATE] === ProcessState.ZOMBIE) return "Z";
  return i32[slot + Slot.RUN] === Run.SYS && i32[slot + Slot.WAITS_ON] !== 0 ? "S" : "R";
}

function split(node: NodeId): { pid: number; file: (typeof PROCESS_FILES)[number] | undefined } {
  const number = node - FIRST_PROCESS;
  return { pid: Math.floor(number / PER_PROCESS), file: PROCESS_FILES[(number % PER_PROCESS) - 1] };
}

function typeOf(node: NodeId): FileType {
  if (node === SELF) return FileType.SYMLINK;
  if (node === ROOT) return FileType.DIRECTORY;
  if (node < FIRST_PROCESS) return FileType.REGULAR;
  const { file } = split(node);
  if (file === undefined) return FileType.DIRECTORY;
  return file === "cwd" || file === "fd" ? FileType.SYMLINK : FileType.REGULAR;
}

/** The head of Linux's table, and a line of it. */
function limitLine(name: string, bytes: number): string {
  const line = (what: string, soft: string, unit: string) =>
    `${what.padEnd(26)}${soft.padEnd(21)}${soft.padEnd(21)}${unit.padEnd(10)}\n`;
  const head = `${"Limit".padEnd(26)}${"Soft Limit".padEnd(21)}${"Hard Limit".padEnd(21)}${"Units".padEnd(10)}\n`;
  return head + line(name, String(bytes), "bytes");
}
