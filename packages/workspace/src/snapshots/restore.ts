import { decodeText } from "@shadowbox/vfs";
import { settleTransaction } from "../changes/after.ts";
import { settleShadow } from "../changes/settle.ts";
import type { Shadow } from "../changes/shadow.ts";
import { isBelow } from "../paths.ts";
import type { Snapshots } from "./snapshots.ts";

/** Makes the box as it was after snapshot `id` (0: before the first), at and below the paths; the paths that may have changed. */
export function restoreSnapshot(
  shadow: Shadow,
  snapshots: Snapshots,
  id: number,
  paths: readonly string[],
): string[] {
  const { views, letGo } = snapshots.viewsAt(id);
  const isWanted = (path: Uint8Array) => isBelow(decodeText(path), paths);
  const shown = views.filter(({ path }) => isWanted(path));
  const dropped = letGo.filter(isWanted);
  const places = shown.map(({ path }) => path);
  settleShadow(shadow, dropped, places, shown);
  settleTransaction(shadow, places);
  return [...places, ...dropped].map(decodeText).sort();
}
