import { decodeText } from "@shadowbox/vfs";
import type { View } from "../changes/shadow.ts";
import { type Change, placesOf } from "../changes/types.ts";
import type { Conflict, Resolution } from "../operations.ts";
import type { ConfinedFolder } from "./confined.ts";
import { mergeWith } from "./merge-with.ts";
import { conflictOf } from "./plan.ts";

/** What bringing the user's newer edits into the shadow does to it. */
export interface Refresh {
  conflicts: Conflict[];
  letGo: Uint8Array[];
  rebase: Uint8Array[];
  shown: View[];
}

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
    const reason = resolution && (change.lost ? "deleted" : conflictOf(target, change));
    if (reason === undefined) continue;
    const conflict: Conflict = { path, reason, resolution };
    const places = placesOf(change);
    if (change.lost) conflict.lost = true;
    if (change.lost && resolution !== "ours" && resolution !== "skip") delete conflict.resolution;
    else if (resolution === "ours") plan.letGo.push(...places);
    else if (resolution === "theirs") plan.rebase.push(...places);
    else if (resolution === "merge") {
      const merged = mergeWith(target, change);
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
