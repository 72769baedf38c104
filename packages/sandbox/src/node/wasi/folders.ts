import { realpathSync, statSync } from "node:fs";
import type { Heap } from "@shadowbox/vfs";
import {
  type BaseEntry,
  type BaseSource,
  Errno,
  encodeText,
  FileType,
  Overlay,
  TreeFileSystem,
} from "@shadowbox/vfs";
import { NodeBaseSource } from "@shadowbox/vfs/node";
import { SandboxError } from "../../errors.ts";

/** A folder of the host that a program is to see. */
export interface WasiFolder {
  host: string;
  /** The name by which the program knows it; default `host` as it was given. */
  guest?: string;
}

const SLASH = 0x2f;

/** Several folders as one: the first name of a path is the folder's number. */
class FolderSources implements BaseSource {
  readonly #sources: readonly NodeBaseSource[];

  constructor(sources: readonly NodeBaseSource[]) {
    this.#sources = sources;
  }

  list(path: Uint8Array): BaseEntry[] | number {
    return this.#at(path, (source, rest) => source.list(rest));
  }

  stat(path: Uint8Array): BaseEntry | number {
    return this.#at(path, (source, rest) => source.stat(rest));
  }

  read(path: Uint8Array): { entry: BaseEntry; bytes: Uint8Array } | number {
    return this.#at(path, (source, rest) => source.read(rest));
  }

  #at<T>(path: Uint8Array, call: (source: NodeBaseSource, rest: Uint8Array) => T | number): T | number {
    const cut = path.indexOf(SLASH);
    const number = Number(Buffer.from(cut < 0 ? path : path.subarray(0, cut)).toString());
    const source = this.#sources[number];
    return source === undefined
      ? -Errno.ENOENT
      : call(source, cut < 0 ? new Uint8Array() : path.subarray(cut + 1));
  }
}

/** The folders (absolute paths) as what lies under a tree; a single one without the number, so that it can be written back. */
export function folderSource(roots: readonly string[]): BaseSource {
  const sources = roots.map((root) => new NodeBaseSource({ root }));
  return sources.length === 1 ? (sources[0] as NodeBaseSource) : new FolderSources(sources);
}

/** The real path of a folder. Throws SandboxError `project`. */
export function checkFolder(path: string): string {
  try {
    const real = realpathSync(path);
    if (statSync(real).isDirectory()) return real;
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    const why = missing ? "no such folder" : (error as Error).message;
    throw new SandboxError("project", `open folder "${path}": ${why}`, { cause: error });
  }
  throw new SandboxError("project", `open folder "${path}": expected a folder, it is something else`);
}

/** Where folder `number` stands in the tree. */
export const folderPath = (number: number): string => `/${number}`;

/** A tree with a directory for each folder, whose content is read when it is first looked at. */
export function folderTree(heap: Heap, roots: readonly string[], limitBytes: number): TreeFileSystem {
  const tree = TreeFileSystem.format(heap, { limitBytes }, folderSource(roots));
  const overlay = new Overlay(tree);
  for (const [number, root] of roots.entries()) {
    const { mode, mtimeNs, ctimeNs } = statSync(root, { bigint: true });
    const bits = Number(mode & 0o7777n);
    const dir = tree.create(tree.root, encodeText(String(number)), FileType.DIRECTORY, bits);
    const facts = { type: FileType.DIRECTORY, mode: bits, size: 0, mtimeNs, ctimeNs, ino: 0, nlink: 1 };
    const path = encodeText(roots.length === 1 ? "" : String(number));
    overlay.attach(dir, path, { name: new Uint8Array(), ...facts });
  }
  return tree;
}
