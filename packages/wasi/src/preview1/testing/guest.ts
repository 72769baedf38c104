// One process and its memory, for tests of the interface's functions.
import { encodeText, Heap, TreeFileSystem } from "@shadowbox/vfs";
import { Kernel } from "../../kernel/kernel.ts";
import { OpenFlags, ProgramKind } from "../../kernel/layout.ts";
import type { Process } from "../../kernel/process.ts";
import { launch } from "../../kernel/spawn.ts";
import { AT_CWD } from "../../kernel/walker.ts";
import { Guest } from "../guest.ts";
import { preview1 } from "../index.ts";

type Call = (...args: (number | bigint)[]) => number;

export let process: Process;
export let memory: WebAssembly.Memory;
export let wasi: Record<string, Call>;

/** Where tests put things in the guest's memory. */
export const AT = { result: 16, vectors: 32, path: 1024, path2: 4096, buffer: 8192 };
export const END = 65536;

/** A fresh sandbox with a process and its memory, in the bindings above. */
export function freshGuest(): void {
  const heap = Heap.create();
  const kernel = Kernel.create(heap, { root: TreeFileSystem.format(heap) });
  kernel.starter = () => true;
  const stdin = kernel.files.createPipe(false, { read: OpenFlags.READ, write: OpenFlags.WRITE }, 8);
  const stdout = kernel.files.createPipe(false, { read: OpenFlags.READ, write: OpenFlags.WRITE }, 8);
  if (typeof stdin === "number" || typeof stdout === "number") throw new Error("no pipe");
  const pid = launch(kernel, {
    program: { kind: ProgramKind.MODULE, module: 1, argv: ["prog", "ä"].map(encodeText) },
    env: ["A=1", "EMPTY="].map(encodeText),
    files: [stdin.read, stdout.write, stdout.read, stdin.write].map((file, index) => ({
      fd: [0, 1, 4, 5][index],
      file,
    })),
    ppid: 0,
    pgid: 0,
    session: 0,
    umask: 0o022,
    ignored: 0,
    directory: () => 0,
  });
  const slot = kernel.processes.find(pid);
  process = kernel.process(slot);
  kernel.current = process;
  memory = new WebAssembly.Memory({ initial: 1 });
  const guest = new Guest();
  guest.bind(process, memory);
  wasi = preview1(guest) as Record<string, Call>;
  make("/file", "0123456789");
  process.paths.mkdir(AT_CWD, encodeText("/dir"));
  make("/dir/inner", "x");
  process.paths.symlink(encodeText("file"), AT_CWD, encodeText("/link"));
  process.paths.symlink(encodeText("loop"), AT_CWD, encodeText("/loop"));
  process.paths.symlink(encodeText("nowhere"), AT_CWD, encodeText("/dangling"));
}

export function make(path: string, text: string, mode = 0o644): void {
  const fd = process.paths.open(AT_CWD, encodeText(path), OpenFlags.WRITE | OpenFlags.CREATE, mode);
  process.io.write(fd, encodeText(text));
  process.close(fd);
}

export const u8 = () => new Uint8Array(memory.buffer);
export const view = () => new DataView(memory.buffer);
export const u32 = (at = AT.result) => view().getUint32(at, true);
export const text = (at: number, length: number) => new TextDecoder().decode(u8().slice(at, at + length));

/** Puts a string into memory; answers pointer and length, as arguments. */
export function put(string: string, at = AT.path): [number, number] {
  const bytes = encodeText(string);
  u8().set(bytes, at);
  return [at, bytes.length];
}

export function vector(at: number, length: number, index = 0): void {
  view().setUint32(AT.vectors + index * 8, at, true);
  view().setUint32(AT.vectors + index * 8 + 4, length, true);
}

export const READ = 1n << 1n;
export const WRITE = 1n << 6n;

/** `path_open` of a path from the root; the descriptor, or the errno negated. */
export function open(path: string, rights = READ, oflags = 0, fdflags = 0, fd = 3, follow = 1): number {
  const status = wasi.path_open(fd, follow, ...put(path), oflags, rights, 0n, fdflags, AT.result);
  return status === 0 ? u32() : -status;
}
