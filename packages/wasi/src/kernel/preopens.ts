import { encodeText, FileType, type Namespace } from "@shadowbox/vfs";
import { WasiError } from "../errors.ts";
import { FileKind, Header, OpenFile, OpenFlags, PREOPEN } from "./layout.ts";
import type { KernelMemory } from "./memory.ts";
import type { OpenFiles } from "./open-files.ts";

/** A directory that every guest finds open. */
export interface Preopen {
  /** The name that the guest sees. */
  name: string;
  /** Absolute path of a directory of the kernel's root file system. */
  path: string;
}

/**
 * The directories that every guest finds open, from descriptor {@link PREOPEN} on. Normally there is one, `/`. A list of
 * others confines the guests to them: no path, symlink or `..` leads from one to anything else.
 */
export class Preopens {
  readonly #memory: KernelMemory;
  readonly #files: OpenFiles;

  constructor(memory: KernelMemory, files: OpenFiles) {
    this.#memory = memory;
    this.#files = files;
  }

  /** Opens them, once for all threads. Throws WasiError `kernel` for a path that is no directory, `limit` for a full heap. */
  create(namespace: Namespace, list: readonly Preopen[] | undefined): void {
    const { base } = this.#memory;
    const wanted = list ?? [{ name: "/", path: "/" }];
    const numbers = Uint32Array.from(wanted, (preopen) => this.#open(namespace, preopen));
    const pointer = this.#store(new Uint8Array(numbers.buffer));
    this.#memory.u32[base + Header.PREOPENS] = pointer;
    this.#memory.i32[base + Header.PREOPENS_COUNT] = numbers.length;
    this.#memory.i32[base + Header.ROOT_FILE] = list === undefined ? numbers[0] : -1;
  }

  #open(namespace: Namespace, { name, path }: Preopen): number {
    const place = namespace.walk(namespace.root, encodeText(path));
    if (typeof place === "number" || place.node === 0)
      throw new WasiError("kernel", `open "${path}" for guests: expected a directory there, got none`);
    const bytes = encodeText(name);
    const blob = new Uint8Array(4 + bytes.length);
    new DataView(blob.buffer).setUint32(0, bytes.length, true);
    blob.set(bytes, 4);
    place.fs.retain(place.node);
    return this.#files.create({
      kind: FileKind.DIRECTORY,
      flags: OpenFlags.READ,
      type: FileType.DIRECTORY,
      dev: place.fs.dev,
      node: place.node,
      detail: this.#store(blob),
    });
  }

  #store(bytes: Uint8Array): number {
    const pointer = this.#memory.store(bytes);
    if (pointer < 0) throw new WasiError("limit", "open directories for guests: the heap is full");
    return pointer;
  }

  /** The open file that stands for `/`, -1 where guests are confined to other directories. */
  get root(): number {
    return this.#memory.i32[this.#memory.base + Header.ROOT_FILE];
  }

  /** File numbers, in the order of the descriptors. */
  get list(): readonly number[] {
    const { u32, base } = this.#memory;
    const count = u32[base + Header.PREOPENS_COUNT];
    const bytes = this.#memory.load(u32[base + Header.PREOPENS], count * 4);
    return [...new Uint32Array(bytes.buffer, 0, count)];
  }

  /** The name by which a guest knows descriptor `fd`, open as `file` (a number); undefined for what it opened itself. */
  nameOf(fd: number, file: number): Uint8Array | undefined {
    const { i32, u32 } = this.#memory;
    const at = this.#files.at(file);
    const pointer = u32[at + OpenFile.DETAIL];
    if (i32[at + OpenFile.KIND] !== FileKind.DIRECTORY || pointer === 0) return undefined;
    // Of the root's copies that a program makes, wasi-libc is to see none.
    if (file === this.root && fd !== PREOPEN) return undefined;
    const length = new DataView(this.#memory.load(pointer, 4).buffer).getUint32(0, true);
    return this.#memory.load(pointer + 4, length);
  }
}
