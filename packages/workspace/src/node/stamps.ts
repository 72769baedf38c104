import { decodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import type { Files } from "./files.ts";

/** What stands at a path of the project. */
export interface Standing {
  kind: "file" | "symlink" | "directory" | "other";
  mode: number;
  size: number;
  mtimeNs: bigint;
  ctimeNs: bigint;
  dev: number;
  ino: number;
  nlink: number;
}

/** What stands at a place, or undefined; a link is not followed. */
export function standingAt(files: Files, place: Buffer | string): Standing | undefined {
  const stat = files.lstatSync(place, { bigint: true, throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  const kind = stat.isFile()
    ? "file"
    : stat.isSymbolicLink()
      ? "symlink"
      : stat.isDirectory()
        ? "directory"
        : "other";
  const { mtimeNs, ctimeNs } = stat;
  const [mode, size, dev, ino] = [
    Number(stat.mode) & 0o7777,
    Number(stat.size),
    Number(stat.dev),
    Number(stat.ino),
  ];
  return { kind, mode, size, mtimeNs, ctimeNs, dev, ino, nlink: Number(stat.nlink) };
}

/** Whether nobody replaced, wrote or set anything of what stood at a path between two looks; of a folder, its mode. */
export function isUnchanged(seen: Standing | undefined, now: Standing | undefined): boolean {
  if (seen === undefined || now === undefined) return seen === now;
  if (!isUnwritten(seen, now)) return false;
  // Names that come and go set a file's ctime, and the transaction itself may take away another name of it.
  return (
    seen.kind === "directory" || (isSameFile(seen, now) && (seen.nlink > 1 || seen.ctimeNs === now.ctimeNs))
  );
}

/**
 * The same as far as a link leaves it: that sets the ctime, and makes of a file in a lower layer (of a container's image) one in the
 * upper.
 */
export function isUnwritten(seen: Standing, now: Standing): boolean {
  if (seen.kind !== now.kind || seen.mode !== now.mode) return false;
  // A directory's size and times are those of the names in it, which have steps of their own.
  return seen.kind === "directory" || (seen.size === now.size && seen.mtimeNs === now.mtimeNs);
}

export function isSameFile(a: Standing | undefined, b: Standing | undefined): boolean {
  return a !== undefined && b !== undefined && a.ino === b.ino && a.dev === b.dev;
}

/** The refusal of a transaction under which somebody changed the path. */
export function changedMeanwhile(path: Uint8Array, seen?: Standing, now?: Standing): WorkspaceError {
  const what = seen === undefined ? "created" : now === undefined ? "deleted" : "changed";
  const name = JSON.stringify(decodeText(path));
  return new WorkspaceError(
    "conflict",
    `change ${name} in the project: it was ${what} there meanwhile; everything else is as it was, look at it and try again`,
  );
}
