import { emptyStat, type FileSystem, FileType, type NodeId, type Stat } from "@shadowbox/vfs";

/** What one side has at a path. */
export interface Facts
  extends Pick<Stat, "ino" | "type" | "mode" | "nlink" | "size" | "atimeNs" | "mtimeNs" | "ctimeNs"> {
  node: NodeId;
  name: Uint8Array;
  /** Path of the directory that holds it; empty for the root. */
  parent: string;
}

/** What a tree and a folder both hold. */
export const KINDS: ReadonlySet<FileType> = new Set([
  FileType.REGULAR,
  FileType.DIRECTORY,
  FileType.SYMLINK,
  FileType.FIFO,
]);

/** What can be told apart from a new file by its number: a file with one name, a directory. */
export function movable({ type, nlink }: Facts): boolean {
  return type === FileType.DIRECTORY || (type === FileType.REGULAR && nlink === 1);
}

export function equal(one: Uint8Array | number, other: Uint8Array): boolean {
  if (typeof one === "number" || one.length !== other.length) return false;
  return one.every((byte, index) => byte === other[index]);
}

export function factsOf(fs: FileSystem, node: NodeId, name: Uint8Array, parent: string): Facts | undefined {
  const stat = emptyStat();
  if (fs.stat(node, stat) < 0) return undefined;
  const { ino, type, mode, nlink, size, atimeNs, mtimeNs, ctimeNs } = stat;
  return { node, name, parent, ino, type, mode, nlink, size, atimeNs, mtimeNs, ctimeNs };
}

export function same(a: Facts, b: Facts): boolean {
  if (a.type !== b.type || a.mode !== b.mode || a.mtimeNs !== b.mtimeNs) return false;
  if (a.type === FileType.DIRECTORY) return true;
  return a.ino === b.ino && a.size === b.size && a.ctimeNs === b.ctimeNs;
}
