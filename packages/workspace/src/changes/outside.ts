import { decodeText } from "@shadowbox/vfs";
import type { Conflict, Resolution } from "../operations.ts";
import { pathKey, sameBytes } from "../paths.ts";
import { mergeChange, type Standing } from "./merge.ts";
import type { View } from "./shadow.ts";
import type { Change } from "./types.ts";

/** A path as it is where the project came from; without `now` nothing is there. */
export interface Outside {
  path: Uint8Array;
  now?: Standing;
}

/** What taking newer versions of the user's in does to the project and to the box. */
export interface TakeIn {
  conflicts: Conflict[];
  /** Those that the project is to have. */
  taken: Outside[];
  letGo: Uint8Array[];
  rebase: Uint8Array[];
  shown: View[];
}

/**
 * Answers each path that the box changed, too; `skip`, and what cannot be merged, stays as it is. What the box did not change is
 * taken as it is.
 */
export function planTakeIn(
  changes: readonly Change[],
  outside: readonly Outside[],
  answerOf: (path: string) => Resolution | undefined,
): TakeIn {
  const plan: TakeIn = { conflicts: [], taken: [], letGo: [], rebase: [], shown: [] };
  for (const item of outside) {
    const key = pathKey(item.path);
    const change = changes.find(({ path, from }) => pathKey(path) === key || (from && pathKey(from) === key));
    if (change === undefined || isWanted(change, item)) {
      plan.taken.push(item);
      plan.letGo.push(item.path);
    } else takeChanged(change, item, answerOf, plan);
  }
  return plan;
}

function takeChanged(
  change: Change,
  item: Outside,
  answerOf: (path: string) => Resolution | undefined,
  plan: TakeIn,
): void {
  const path = decodeText(change.path);
  const reason = item.now === undefined ? "deleted" : change.before === undefined ? "created" : "changed";
  const resolution = answerOf(path);
  const conflict: Conflict = { path, reason, ...(resolution && { resolution }) };
  plan.conflicts.push(conflict);
  const places = change.from ? [change.path, change.from] : [change.path];
  const merged = resolution === "merge" ? mergeChange(change, item.now) : undefined;
  if (resolution === "merge" && merged === undefined) delete conflict.resolution;
  else if (resolution !== "skip" && resolution !== undefined) {
    plan.taken.push(item);
    (resolution === "ours" ? plan.letGo : plan.rebase).push(...places);
  }
  if (merged === undefined) return;
  if (merged.marks > 0) conflict.marks = merged.marks;
  plan.shown.push(merged.view);
}

/** Whether the user did just what the box did. */
function isWanted({ path, from, after }: Change, { path: place, now }: Outside): boolean {
  if (from !== undefined || pathKey(path) !== pathKey(place)) return false;
  if (after === undefined || now === undefined) return after === undefined && now === undefined;
  return after.kind === now.kind && sameBytes(after.read(), now.bytes);
}
