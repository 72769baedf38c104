import { decodeText } from "@shadowbox/vfs";
import type { View } from "../changes/shadow.ts";
import type { Change } from "../changes/types.ts";
import { isBinary } from "../diff/hunks.ts";
import { type MergeLabels, mergeTexts } from "../diff/merge.ts";
import type { Conflict, Resolution } from "../operations.ts";
import { sameBytes } from "../paths.ts";
import type { ConfinedFolder } from "./confined.ts";
import { conflictOf } from "./plan.ts";
import { readStanding } from "./standing.ts";

/** What bringing the user's newer edits into the shadow does to it. */
export interface Refresh {
  conflicts: Conflict[];
  letGo: Uint8Array[];
  rebase: Uint8Array[];
  shown: View[];
}

const LABELS: MergeLabels = { ours: "project", theirs: "box" };

/** Answers each conflict of the changes; those answered `skip`, and those that cannot be merged, stay as they are. */
export function planRefresh(
  target: ConfinedFolder,
  changes: readonly Change[],
  answerOf: (path: string) => Resolution | undefined,
): Refresh {
  const plan: Refresh = { conflicts: [], letGo: [], rebase: [], shown: [] };
  for (const change of changes) {
    const path = decodeText(change.path);
    const resolution = answerOf(path);
    const reason = resolution && conflictOf(target, change);
    if (reason === undefined) continue;
    const conflict: Conflict = { path, reason, resolution };
    const places = change.from ? [change.path, change.from] : [change.path];
    if (resolution === "ours") plan.letGo.push(...places);
    else if (resolution === "theirs") plan.rebase.push(...places);
    else if (resolution === "merge") {
      const merged = mergeChange(target, change);
      if (merged === undefined) delete conflict.resolution;
      else {
        if (merged.marks > 0) conflict.marks = merged.marks;
        plan.rebase.push(...places);
        plan.shown.push(merged.view);
      }
    }
    plan.conflicts.push(conflict);
  }
  return plan;
}

/** The file with the user's edits and the box's; undefined where that cannot be: other kinds, binary, one side gone. */
function mergeChange(target: ConfinedFolder, change: Change): { view: View; marks: number } | undefined {
  const { path, from, before, after } = change;
  if (from !== undefined && target.look(path) !== undefined) return undefined;
  if (after?.kind !== "file" || (before !== undefined && before.kind !== "file")) return undefined;
  const now = readStanding(target, from ?? path);
  if (now?.kind !== "file") return undefined;
  const [base, theirs] = [before?.read() ?? new Uint8Array(), after.read()];
  if (change.stale || [base, theirs, now.bytes].some(isBinary)) return undefined;
  const { bytes, conflicts } = sameBytes(base, theirs)
    ? { bytes: now.bytes, conflicts: 0 }
    : mergeTexts(base, now.bytes, theirs, LABELS);
  const mode = before === undefined || after.mode !== before.mode ? after.mode : now.mode;
  return { view: { path, kind: "file", mode, bytes }, marks: conflicts };
}
