import { type BaseSource, FileType, type NodeId, type Overlay, type TreeFileSystem } from "@shadowbox/vfs";
import type { Change } from "./types.ts";

/** The shadow of one project: what is needed to bring it in line after a commit or a discard. */
export interface Shadow {
  tree: TreeFileSystem;
  overlay: Overlay;
  /** The directory that stands for the project. */
  root: NodeId;
  base: BaseSource;
}

/** The project has these changes now: the shadow lets go of its copies where it can, so that the project shows through. */
export function settleCommitted(shadow: Shadow, changes: readonly Change[]): void {
  const paths = changes.flatMap((change) => (change.from ? [change.from, change.path] : [change.path]));
  // Deepest first, so that a directory is dropped after what is in it.
  for (const path of paths.sort((a, b) => b.length - a.length)) dropCommitted(shadow, path);
  shadow.overlay.settle(shadow.root);
}

function dropCommitted({ tree, overlay, root, base }: Shadow, path: Uint8Array): void {
  const names = split(path);
  const last = names.pop() as Uint8Array;
  let dir = root;
  let at: Uint8Array = new Uint8Array();
  for (const name of names) {
    dir = tree.lookup(dir, name);
    if (dir < 0) return;
    at = at.length === 0 ? name : join(at, name);
    const facts = overlay.baseOf(dir);
    if (facts === undefined) {
      // Made in the shadow, and in the project since this commit.
      const entry = base.stat(at);
      if (typeof entry === "number" || entry.type !== FileType.DIRECTORY) return;
      overlay.attach(dir, at, entry);
    } else if (!same(facts.path, at)) return;
  }
  const node = tree.lookup(dir, last);
  if (node >= 0 && tree.type(node) === FileType.DIRECTORY) {
    // A directory with more in it than was committed stays, now as one of the project's.
    const entry = base.stat(path);
    if (typeof entry !== "number" && overlay.baseOf(node) === undefined) overlay.attach(node, path, entry);
    if (overlay.changedBelow(node)) return;
  }
  overlay.forget(dir, last);
}

/** Takes changes back in the shadow; false for those that hang on a directory that is moved or removed as a whole. */
export function discardChange({ tree, overlay, root }: Shadow, change: Change): boolean {
  let done = true;
  for (const path of change.from ? [change.path, change.from] : [change.path]) {
    const names = split(path);
    const last = names.pop() as Uint8Array;
    let dir = root;
    for (const name of names) if (dir >= 0) dir = tree.lookup(dir, name);
    if (dir < 0) done = false;
    else if (overlay.baseOf(dir) !== undefined) overlay.forget(dir, last);
    else done = tree.unlink(dir, last) >= 0 && done;
  }
  return done;
}

/** Takes everything back. */
export function discardAll({ overlay, root }: Shadow): void {
  const clear = (dir: NodeId): void => {
    for (const entry of overlay.changed(dir)) {
      const descend =
        entry.node !== 0 && entry.inPlace && entry.type === FileType.DIRECTORY && entry.was === undefined;
      if (descend && !entry.modeChanged) clear(entry.node);
      else overlay.forget(dir, entry.name);
    }
  };
  clear(root);
  overlay.settle(root);
}

function split(path: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== 0x2f) continue;
    names.push(path.subarray(start, at));
    start = at + 1;
  }
  return names;
}

function join(dir: Uint8Array, name: Uint8Array): Uint8Array {
  const path = new Uint8Array(dir.length + 1 + name.length);
  path.set(dir);
  path[dir.length] = 0x2f;
  path.set(name, dir.length + 1);
  return path;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}
