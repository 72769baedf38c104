import { decodeText } from "@shadowbox/vfs";
import { describeChanges } from "../changes/facts.ts";
import type { Change, ChangeSet } from "../changes/types.ts";
import { type PatchOptions, printPatch } from "../diff/patch.ts";
import { WorkspaceError } from "../errors.ts";
import { isBelow } from "../paths.ts";

/** How what changed between two snapshots is told. */
export interface BetweenOptions extends PatchOptions {
  /** Only what is at or below these files and folders; default everything. */
  paths?: readonly string[];
}

/** What changed between two snapshots, as data and as a patch. Throws WorkspaceError `invalid` for a path without a change. */
export function describeBetween(
  changes: readonly Change[],
  { paths = [], ...options }: BetweenOptions = {},
): { changes: ChangeSet; patch: Uint8Array } {
  const isAt = ({ path, from }: Change, place: string) =>
    [path, ...(from ? [from] : [])].some((one) => isBelow(decodeText(one), [place]));
  const idle = paths.find((place) => !changes.some((change) => isAt(change, place)));
  if (idle !== undefined && !isBelow("", [idle]))
    throw new WorkspaceError("invalid", `select "${idle}": nothing changed there between these snapshots`);
  const picked = paths.length === 0 ? changes : changes.filter((one) => paths.some((at) => isAt(one, at)));
  return { changes: describeChanges(picked), patch: printPatch(picked, options) };
}
