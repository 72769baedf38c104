import { basename } from "node:path";
import { WorkspaceError } from "../errors.ts";
import { keyPath, sameBytes } from "../paths.ts";
import type { ConfinedFolder } from "./confined.ts";
import { type Content, digestOf, type Kept, type Pack, type PackWriter, type PlannedStep } from "./plans.ts";

/** What stands at a path, with its bytes. */
export function readStanding(target: ConfinedFolder, path: Uint8Array): Content | undefined {
  const standing = target.look(path);
  if (standing === undefined) return undefined;
  const { kind, mode, size } = standing;
  if (kind === "other")
    throw new WorkspaceError("apply", `replace "${Buffer.from(path)}": it is no file, link or folder`);
  return { kind, mode, bytes: kind === "directory" ? new Uint8Array() : target.read(path, kind, size) };
}

/**
 * Keeps the file that stands at a path by a link: nothing is read or copied, and the file system need not free it when it is
 * replaced, which takes longer than writing the new one. Undefined: it has to be read.
 */
export function linkStanding(
  target: ConfinedFolder,
  path: Uint8Array,
  place: string,
  keepsTime: boolean,
): Kept | undefined {
  const linked = target.link(path, place);
  if (linked === undefined) return undefined;
  const { mode, size } = linked;
  const mtimeNs = String(linked.mtimeNs);
  const link = { name: basename(place), mtimeNs };
  return { kind: "file", mode, at: 0, size, ...(keepsTime && { mtimeNs }), link };
}

/** Keeps what stands at a path by a copy. */
export function keepStanding(
  target: ConfinedFolder,
  path: Uint8Array,
  pack: PackWriter,
  keepsTime: boolean,
): Kept | undefined {
  const before = readStanding(target, path);
  const mtimeNs = keepsTime && before?.kind === "file" ? target.look(path)?.mtimeNs : undefined;
  return before && pack.keep({ ...before, ...(mtimeNs !== undefined && { mtimeNs }) });
}

/** Whether the project has at the step's path what the transaction found there, or what it puts there. */
export function standsAs(
  target: ConfinedFolder,
  pack: Pack,
  step: PlannedStep,
  side: "before" | "after",
): boolean {
  const now = readStanding(target, keyPath(step.path));
  const wanted = step[side];
  const other = side === "after" ? step.before : step.after;
  // A folder that was to go stayed for what is in it.
  if (wanted === undefined)
    return now === undefined || (now.kind === "directory" && other?.kind === "directory");
  if (now === undefined || now.kind !== wanted.kind) return false;
  if (wanted.kind === "directory") return true;
  if (wanted.kind === "file" && now.mode !== wanted.mode) return false;
  return isContent(pack, wanted, now.bytes);
}

function isContent(pack: Pack, wanted: Kept, bytes: Uint8Array): boolean {
  return wanted.staged ? digestOf(bytes) === wanted.staged.digest : sameBytes(bytes, pack.load(wanted).bytes);
}

/** Whether a file's bytes are the old or the new ones of a step, or as much of the new ones as was written. */
export function isOurs(now: Uint8Array, { before, after }: PlannedStep, pack: Pack): boolean {
  const isOld = () => before && pack.isUntouched(before) && isContent(pack, before, now);
  if (after?.staged) return isContent(pack, after, now) || isOld() === true;
  if (now.every((byte) => byte === 0) || isOld()) return true;
  return after !== undefined && sameBytes(pack.load(after).bytes.subarray(0, now.length), now);
}
