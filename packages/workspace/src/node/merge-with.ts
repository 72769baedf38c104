import { mergeChange } from "../changes/merge.ts";
import type { Change } from "../changes/types.ts";
import type { ConfinedFolder } from "./confined.ts";
import { readStanding } from "./standing.ts";

/** The change merged with what stands in the project; undefined if the two cannot be merged. Writes nothing. */
export function mergeWith(target: ConfinedFolder, change: Change): ReturnType<typeof mergeChange> {
  const { path, from } = change;
  if (from !== undefined && target.look(path) !== undefined) return undefined;
  return mergeChange(change, readStanding(target, from ?? path));
}
