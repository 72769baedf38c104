import { type BaseSource, FileType, type NodeId, type Overlay, type TreeFileSystem } from "@shadowbox/vfs";
import { key } from "./collect.ts";
import type { Change } from "./types.ts";

/** The shadow of one project: what is needed to bring it in line after a commit or a discard. */
export interface Shadow {
  tree: TreeFileSystem;
  overlay: Overlay;
  /** The directory that stands for the project. */
  root: NodeId;
  base: BaseSource;
}

/**
 * Lets go of what the shadow holds although the project is the same by now (after a commit, or because the user did the same),
 * so that the project shows through. `open` are the changes that still differ.
 */
export function settleShadow({ tree, overlay, root, base }: Shadow, open: readonly Change[]): void {
  const places = new Set<string>();
  for (const { path, from } of open)
    for (const place of from ? [path, from] : [path])
      for (let at = key(place); at !== ""; at = at.slice(0, Math.max(0, at.lastIndexOf("/")))) places.add(at);
  const settle = (dir: NodeId, path: Uint8Array): void => {
    for (const entry of overlay.changed(dir)) {
      const at = path.length === 0 ? entry.name : join(path, entry.name);
      if (!places.has(key(at))) overlay.forget(dir, entry.name);
      else if (entry.node !== 0 && tree.type(entry.node) === FileType.DIRECTORY) {
        const standing = base.stat(at);
        const there = typeof standing !== "number" && standing.type === FileType.DIRECTORY;
        // Made in the shadow, and one of the project's since a commit of something in it.
        if (there && overlay.baseOf(entry.node) === undefined) overlay.attach(entry.node, at, standing);
        if (entry.inPlace || (there && entry.base === undefined)) settle(entry.node, at);
      }
    }
  };
  settle(root, new Uint8Array());
  overlay.settle(root);
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
