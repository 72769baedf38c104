import { Tree } from "./layout.ts";
import type { TreeFileSystem } from "./tree.ts";

const word = (tree: number, name: number): number => (tree + 4 * name) >>> 3;

/** Bytes of file data that may still be written to a tree; below 0 after {@link beyondLimit}. */
export function spaceLeft(fs: TreeFileSystem): number {
  return fs.locked(() => fs.heap.f64[word(fs.tree, Tree.LIMIT)] - fs.heap.f64[word(fs.tree, Tree.USED)]);
}

/** Runs `action`, whose data is kept even where the tree's limit leaves no room for it. */
export function beyondLimit(fs: TreeFileSystem, action: () => void): void {
  const set = (bytes: number) =>
    fs.locked(() => {
      fs.heap.f64[word(fs.tree, Tree.LIMIT)] = bytes;
    });
  const limit = fs.locked(() => fs.heap.f64[word(fs.tree, Tree.LIMIT)]);
  set(Number.POSITIVE_INFINITY);
  try {
    action();
  } finally {
    set(limit);
  }
}
