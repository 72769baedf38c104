import {
  type BaseSource,
  emptyStat,
  FileType,
  type NodeId,
  type Overlay,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import { joinPath, sameBytes, splitPath } from "../paths.ts";
import { kindOf } from "./raw.ts";
import type { Side } from "./types.ts";

/** The shadow of one project. */
export interface Shadow {
  tree: TreeFileSystem;
  overlay: Overlay;
  /** The directory that stands for the project. */
  root: NodeId;
  base: BaseSource;
}

/** What a box sees at a path: nothing, or a thing with its content. */
export interface View {
  path: Uint8Array;
  kind: Side["kind"] | "nothing";
  mode: number;
  /** A file's content or a link's target. */
  bytes: Uint8Array;
}

const NOTHING = new Uint8Array();

/** The node at a path, or a negated errno; no symlink is followed. */
export function nodeAt({ tree, root }: Shadow, path: Uint8Array): NodeId {
  let node = root;
  for (const name of path.length === 0 ? [] : splitPath(path)) {
    node = tree.lookup(node, name);
    if (node < 0) break;
  }
  return node;
}

/**
 * What the box sees at a path; with what is below it, each after the directory it is in. A file's bytes are put in `into` if they fit,
 * without anything below.
 */
export function viewOf(shadow: Shadow, path: Uint8Array, below: boolean, into?: Uint8Array): View[] {
  const node = nodeAt(shadow, path);
  if (node < 0) return [{ path, kind: "nothing", mode: 0, bytes: NOTHING }];
  const { tree, overlay } = shadow;
  const stat = emptyStat();
  tree.stat(node, stat);
  const kind = kindOf(stat.type);
  const bytes =
    kind === "directory" ? NOTHING : kind === "symlink" ? tree.readlink(node) : overlay.content(node, into);
  // What cannot be read any more (the project lost it) is not there.
  if (typeof bytes === "number") return [{ path, kind: "nothing", mode: 0, bytes: NOTHING }];
  const views: View[] = [{ path, kind, mode: stat.mode, bytes }];
  if (kind !== "directory" || !below) return views;
  const names: Uint8Array[] = [];
  tree.readdir(node, 0, (name) => names.push(name.slice()) > 0);
  for (const name of names) views.push(...viewOf(shadow, joinPath(path, name), true));
  return views;
}

/** Makes the box see `view` at its path, touching as little as possible. False when that cannot be (no space). */
export function showView(shadow: Shadow, view: View): boolean {
  const [now] = viewOf(shadow, view.path, false) as [View];
  const same = now.kind === view.kind && now.mode === view.mode && sameBytes(now.bytes, view.bytes);
  if (same || (now.kind === "nothing" && view.kind === "nothing")) return true;
  const names = splitPath(view.path);
  const name = names.pop() as Uint8Array;
  const dir = directoryAt(shadow, names, view.kind !== "nothing");
  if (dir < 0) return view.kind === "nothing";
  const { tree } = shadow;
  if (now.kind !== "nothing" && now.kind !== view.kind && removeAt(shadow, dir, name, now.kind) < 0)
    return view.kind === "nothing";
  if (view.kind === "nothing") return true;
  if (view.kind === "symlink") {
    if (now.kind === "symlink") tree.unlink(dir, name);
    return tree.create(dir, name, FileType.SYMLINK, 0o777, view.bytes) >= 0;
  }
  const type = view.kind === "file" ? FileType.REGULAR : FileType.DIRECTORY;
  const node = now.kind === view.kind ? tree.lookup(dir, name) : tree.create(dir, name, type, view.mode);
  if (node < 0) return false;
  const wrote =
    view.kind === "directory" || sameBytes(now.bytes, view.bytes) || write(shadow, node, view.bytes);
  return tree.setStat(node, { mode: view.mode }) >= 0 && wrote;
}

function write({ tree }: Shadow, node: NodeId, bytes: Uint8Array): boolean {
  if (tree.setStat(node, { size: 0 }) < 0) return false;
  for (let at = 0; at < bytes.length; ) {
    const wrote = tree.write(node, at, bytes.subarray(at));
    if (wrote <= 0) return false;
    at += wrote;
  }
  return true;
}

function directoryAt({ tree, root }: Shadow, names: readonly Uint8Array[], make: boolean): NodeId {
  let dir = root;
  for (const name of names) {
    const next = tree.lookup(dir, name);
    dir = next < 0 && make ? tree.create(dir, name, FileType.DIRECTORY, 0o755) : next;
    if (dir < 0) break;
  }
  return dir;
}

/** Removes what stands there, a directory only if it is empty. */
function removeAt({ tree }: Shadow, dir: NodeId, name: Uint8Array, kind: View["kind"]): number {
  return kind === "directory" ? tree.rmdir(dir, name) : tree.unlink(dir, name);
}
