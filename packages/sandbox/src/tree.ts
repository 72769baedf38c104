import {
  type BaseSource,
  emptyStat,
  encodeText,
  FileType,
  Overlay,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import { SandboxError } from "./errors.ts";

/** Lays a base under a directory. Throws SandboxError `project`. */
export function layUnder(tree: TreeFileSystem, workspaceDir: string, base: BaseSource): void {
  const dir = directoryAt(tree, workspaceDir);
  const stat = emptyStat();
  tree.stat(dir, stat);
  const root = {
    name: new Uint8Array(),
    type: FileType.DIRECTORY,
    mode: stat.mode,
    size: 0,
    mtimeNs: 0n,
    ctimeNs: 0n,
    ino: 0,
    nlink: 1,
  };
  const listed = base.list(new Uint8Array());
  if (typeof listed === "number")
    throw new SandboxError("project", "open project: its folder cannot be read");
  new Overlay(tree).attach(dir, new Uint8Array(), root);
}

/** Makes a directory, absolute, and those above it that are missing. */
export function makeDirectories(tree: TreeFileSystem, path: string): void {
  let dir: number = tree.root;
  for (const part of path.split("/").filter(Boolean)) {
    const name = encodeText(part);
    const next = tree.lookup(dir, name);
    dir = next < 0 ? tree.create(dir, name, FileType.DIRECTORY, 0o755) : next;
  }
}

/** The node of an absolute path of directories. */
export function directoryAt(tree: TreeFileSystem, path: string): number {
  let dir = tree.root;
  for (const name of path.split("/").filter(Boolean)) dir = tree.lookup(dir, encodeText(name));
  return dir;
}
