import { type NodeId, Overlay, TreeFileSystem } from "@shadowbox/vfs";
import { comparePaths, keyPath, parentKey, pathKey } from "../paths.ts";
import { collectRaw, type Head, type RawChanges } from "./raw.ts";
import { nodeAt, type Shadow, showView, type View, viewOf } from "./shadow.ts";

/**
 * Brings the shadow's marks in line with a project that was changed under it, or takes changes back.
 *
 * `let go` names the paths of which the shadow shall hold nothing any more: the project shows there. `rebase` names paths
 * at which the box goes on seeing what it sees, on top of what the project has now. `shown` overrides what the box sees.
 * All other changes stay.
 */
export function settleShadow(
  shadow: Shadow,
  letGo: Iterable<Uint8Array>,
  rebase: Iterable<Uint8Array> = [],
  shown: readonly View[] = [],
): void {
  shadow.tree.locked(() => settleMarks(shadow, collectRaw(shadow), { letGo, rebase, shown }));
}

/** The same with the tree's marks as they are; wants the tree locked. */
export function settleMarks(
  shadow: Shadow,
  raw: RawChanges,
  {
    letGo,
    rebase,
    shown,
  }: { letGo: Iterable<Uint8Array>; rebase: Iterable<Uint8Array>; shown: readonly View[] },
): void {
  const dropped = new Set(Array.from(letGo, pathKey));
  const moved = [...new Set(Array.from(rebase, pathKey))].filter((path) => !dropped.has(path));
  const heads = touchedHeads(raw, [...dropped, ...moved]);
  const kept = viewsBelow(shadow, raw, heads, dropped);
  const clean = topmost(moved.filter((path) => !isCovered(path, heads)));
  for (const path of clean) keepClean(shadow, raw, path, kept);
  for (const view of shown) kept.set(pathKey(view.path), view);
  forgetHeads(shadow, heads);
  for (const path of clean) forgetClean(shadow, path);
  showAll(shadow, [...kept.values()]);
  shadow.overlay.settle(shadow.root);
}

/** The heads that hold the paths or lie below them, and those that share a moved directory with one of them. */
function touchedHeads(raw: RawChanges, paths: readonly string[]): Map<string, Head> {
  const touched = new Map<string, Head>();
  const all = new Set(paths);
  for (const sides of [raw.old, raw.fresh])
    for (const [path, { head }] of sides) if (isBelowOne(path, all)) touched.set(pathKey(head.path), head);
  for (const path of paths) {
    for (const side of [raw.old.get(path), raw.fresh.get(path)])
      if (side !== undefined) touched.set(pathKey(side.head.path), side.head);
    const gone = removedAbove(raw, path);
    if (gone !== undefined) touched.set(pathKey(gone.path), gone);
  }
  const homes = new Map<NodeId, Head[]>();
  for (const side of [...raw.old.values(), ...raw.fresh.values()])
    if (side.side.kind === "directory") homes.set(side.node, [...(homes.get(side.node) ?? []), side.head]);
  const shared = [...homes.values()].filter((heads) => heads.length > 1);
  for (let grew = true; grew; ) {
    grew = false;
    for (const heads of shared) {
      if (!heads.some(({ path }) => touched.has(pathKey(path)))) continue;
      for (const head of heads) {
        grew ||= !touched.has(pathKey(head.path));
        touched.set(pathKey(head.path), head);
      }
    }
  }
  return touched;
}

/** The head of a folder above the path that the box removed or replaced: what comes up in the project below it is removed, too. */
function removedAbove(raw: RawChanges, path: string): Head | undefined {
  for (let at = parentKey(path); at !== ""; at = parentKey(at)) {
    const old = raw.old.get(at);
    if (old !== undefined && raw.fresh.get(at)?.node !== old.node) return old.head;
  }
  return undefined;
}

/** What the box sees at each changed path below the heads that is to stay. */
function viewsBelow(
  shadow: Shadow,
  raw: RawChanges,
  heads: ReadonlyMap<string, Head>,
  dropped: ReadonlySet<string>,
): Map<string, View> {
  const kept = new Map<string, View>();
  for (const sides of [raw.old, raw.fresh])
    for (const [path, { head }] of sides) {
      if (dropped.has(path) || kept.has(path) || !heads.has(pathKey(head.path))) continue;
      for (const view of viewOf(shadow, keyPath(path), false)) kept.set(path, view);
    }
  return kept;
}

/** Paths that lie below none of the others. */
function topmost(paths: readonly string[]): string[] {
  const all = new Set(paths);
  return paths.filter((path) => !isBelowOne(path, all));
}

function isBelowOne(path: string, folders: ReadonlySet<string>): boolean {
  for (let at = parentKey(path); at !== ""; at = parentKey(at)) if (folders.has(at)) return true;
  return false;
}

/** What the box sees at and below a path of which the tree has no marks, and what is removed below it. */
function keepClean(shadow: Shadow, raw: RawChanges, path: string, kept: Map<string, View>): void {
  for (const view of viewOf(shadow, keyPath(path), true)) kept.set(pathKey(view.path), view);
  for (const gone of raw.old.keys())
    if (gone.startsWith(`${path}/`) && !kept.has(gone))
      kept.set(gone, { path: keyPath(gone), kind: "nothing", mode: 0, bytes: new Uint8Array() });
}

function isCovered(path: string, heads: ReadonlyMap<string, Head>): boolean {
  for (let at = path; at !== ""; at = parentKey(at)) if (heads.has(at)) return true;
  return false;
}

/**
 * Without the project behind it a tree lists nothing: letting go of one name after the other does not read the directory
 * again each time.
 */
function forgetHeads({ tree }: Shadow, heads: ReadonlyMap<string, Head>): void {
  const overlay = new Overlay(TreeFileSystem.attach(tree.heap));
  for (const { dir, name } of heads.values()) overlay.forget(dir, name);
}

/** What nobody changed in the shadow may still be known from before. */
function forgetClean(shadow: Shadow, path: string): void {
  const dir = nodeAt(shadow, keyPath(parentKey(path)));
  if (dir >= 0) shadow.overlay.forget(dir, keyPath(path.slice(path.lastIndexOf("/") + 1)));
}

/** Removals from the inside out, then the rest from the outside in. */
function showAll(shadow: Shadow, views: readonly View[]): void {
  const sorted = [...views].sort((a, b) => comparePaths(a.path, b.path));
  const gone = sorted.filter(({ kind }) => kind === "nothing").reverse();
  for (const view of gone) showView(shadow, view);
  for (const view of sorted) if (view.kind !== "nothing") showView(shadow, view);
}
