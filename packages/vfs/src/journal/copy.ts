import type { TreeFileSystem } from "../tree/tree.ts";
import { collectAll } from "./collect.ts";
import { JournalState } from "./restore.ts";

/**
 * The shadow as it is, in memory, for {@link restoreTree} into another tree over the same project. A journaled tree must be flushed
 * before, under the same lock: what is copied counts as written.
 */
export function copyTree(fs: TreeFileSystem): JournalState {
  const state = new JournalState();
  collectAll(fs, (record) => state.apply(record));
  return state;
}
