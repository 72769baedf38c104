import { isBinary } from "../diff/hunks.ts";
import { type MergeLabels, mergeTexts } from "../diff/merge.ts";
import { sameBytes } from "../paths.ts";
import type { View } from "./shadow.ts";
import type { Change, Side } from "./types.ts";

const LABELS: MergeLabels = { ours: "project", theirs: "box" };

/** What the project has at a path by now. */
export interface Standing {
  kind: Side["kind"];
  mode: number;
  bytes: Uint8Array;
}

/**
 * The file with the user's edits and the box's, for the box, and how many places stand between conflict markers; undefined where that
 * cannot be: other kinds, binary, one side gone.
 */
export function mergeChange(
  change: Change,
  now: Standing | undefined,
): { view: View; marks: number } | undefined {
  const { path, before, after } = change;
  if (after?.kind !== "file" || (before !== undefined && before.kind !== "file")) return undefined;
  if (now?.kind !== "file") return undefined;
  const [base, theirs] = [before?.read() ?? new Uint8Array(), after.read()];
  if (change.stale || [base, theirs, now.bytes].some(isBinary)) return undefined;
  const { bytes, conflicts } = sameBytes(base, theirs)
    ? { bytes: now.bytes, conflicts: 0 }
    : mergeTexts(base, now.bytes, theirs, LABELS);
  const mode = before === undefined || after.mode !== before.mode ? after.mode : now.mode;
  return { view: { path, kind: "file", mode, bytes }, marks: conflicts };
}
