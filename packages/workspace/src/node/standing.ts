import { basename } from "node:path";
import { WorkspaceError } from "../errors.ts";
import { keyPath, sameBytes } from "../paths.ts";
import type { ConfinedFolder } from "./confined.ts";
import { type Content, digestOf, type Kept, type Pack, type PackWriter, type PlannedStep } from "./plans.ts";
import { changedMeanwhile, isUnchanged, isUnwritten, type Standing } from "./stamps.ts";
import type { Step } from "./transaction.ts";

/** What stands at a path, with its bytes. */
export function readStanding(target: ConfinedFolder, path: Uint8Array): Content | undefined {
  const standing = target.look(path);
  if (standing === undefined) return undefined;
  const { kind, mode, size } = standing;
  if (kind === "other")
    throw new WorkspaceError("apply", `replace "${Buffer.from(path)}": it is no file, link or folder`);
  return { kind, mode, bytes: kind === "directory" ? new Uint8Array() : target.read(path, kind, size) };
}

/** What a transaction found at a path: how that is kept, and what it looks like from then on unless somebody changes it. */
export interface Found {
  before?: Kept;
  standing: Standing | undefined;
}

/**
 * Keeps what stands at the step's path, if it is still what was seen there; else throws WorkspaceError `conflict`. A file is linked to
 * `place`: nothing is read or copied, and the file system need not free it when it is replaced, which takes longer than writing the
 * new one. What cannot be linked is copied.
 */
export function keepStanding(
  target: ConfinedFolder,
  { path, seen, keepsTime }: Step,
  pack: PackWriter,
  place: string,
): Found {
  if (seen === undefined) return { standing: undefined };
  const now = target.look(path);
  if (!isUnchanged(seen, now)) throw changedMeanwhile(path, seen, now);
  const time = keepsTime && seen.kind === "file" && { mtimeNs: String(seen.mtimeNs) };
  // What has other names can be written to by those.
  const linked = seen.kind === "file" && seen.nlink === 1 ? target.link(path, place) : undefined;
  if (linked === undefined) {
    const content = readStanding(target, path);
    if (content === undefined) throw changedMeanwhile(path, seen);
    return { before: { ...pack.keep(content), ...time }, standing: now };
  }
  if (!isUnwritten(seen, linked)) throw changedMeanwhile(path, seen, linked);
  const { mode, size } = linked;
  const link = { name: basename(place), mtimeNs: String(linked.mtimeNs) };
  return { before: { kind: "file", mode, at: 0, size, ...time, link }, standing: linked };
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

/** Whether a step that has something to put has not put it. */
export function isUndone(target: ConfinedFolder, pack: Pack, step: PlannedStep): boolean {
  return standsAs(target, pack, step, "before") && !standsAs(target, pack, step, "after");
}

/** Whether a step has changed its path, be it halfway: the file is gone, and the folder not made yet. */
export function isPut(target: ConfinedFolder, pack: Pack, step: PlannedStep): boolean {
  const { path, before, after } = step;
  const isHalf = before && after?.kind === "directory" && target.look(keyPath(path)) === undefined;
  return isHalf || (standsAs(target, pack, step, "after") && !isUndone(target, pack, step));
}
