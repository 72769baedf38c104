import { emptyStat } from "@shadowbox/vfs";
import { keyPath, parentKey, pathKey, sameBytes } from "../paths.ts";
import { collectRaw, kindOf, type RawChanges, standingOf } from "./raw.ts";
import type { Picked } from "./select.ts";
import { settleMarks, settleShadow } from "./settle.ts";
import { nodeAt, type Shadow, showView, type View, viewOf } from "./shadow.ts";
import { type Change, placesOf } from "./types.ts";

/**
 * The project was changed at these paths by a transaction: what the box sees there stays as it is. Where the project is the
 * same now, the shadow lets go of the path; where it differs, that is a change on top of the project.
 */
export function settleTransaction(shadow: Shadow, paths: readonly Uint8Array[], known: Known = {}): void {
  shadow.tree.locked(() => {
    const raw = collectRaw(shadow);
    const { letGo, rebase, shown } = sortPaths(shadow, raw, paths, known);
    settleMarks(shadow, raw, { letGo, rebase, shown });
  });
  shadow.tree.locked(() => disownMoved(shadow, new Set(paths.map(pathKey))));
}

/** What came from these paths and lies elsewhere was the project's: moved back, it would pass for what the project has there now. */
function disownMoved(shadow: Shadow, changed: ReadonlySet<string>): void {
  for (const { node, path, from, side } of collectRaw(shadow).fresh.values())
    if (from && side.kind !== "directory" && changed.has(pathKey(from.path)) && !sameBytes(from.path, path))
      shadow.overlay.disown(node);
}

/** What need not be looked up. */
export interface Known {
  /** Paths at which the project has what the box sees. */
  same?: ReadonlySet<Uint8Array>;
  /** What the box saw at paths where the shadow holds nothing and the project showed. */
  seen?: readonly View[];
  /** The shadow lets go of nothing: what it holds stays, and it holds what is seen besides where the project has another thing. */
  holdsAll?: boolean;
}

function sortPaths(
  shadow: Shadow,
  raw: RawChanges,
  paths: readonly Uint8Array[],
  { same, seen = [], holdsAll = false }: Known,
) {
  const views = new Map(seen.map((view) => [pathKey(view.path), view]));
  const sorted = { letGo: [] as Uint8Array[], rebase: [] as Uint8Array[], shown: [] as View[] };
  for (const path of paths) {
    if (same?.has(path)) {
      sorted.letGo.push(path);
      continue;
    }
    const key = pathKey(path);
    const held = raw.old.has(key) || raw.fresh.has(key);
    const clean = held ? undefined : views.get(key);
    const view = clean ?? (viewOf(shadow, path, false)[0] as View);
    // What the box moved without reading it was read for the commit, which has it in the project.
    const unread = held && view.kind === "nothing" && nodeAt(shadow, path) >= 0;
    if (holdsAll && (held || isStanding(shadow, view))) continue;
    if (unread || isStanding(shadow, view)) sorted.letGo.push(path);
    else {
      sorted.rebase.push(path);
      if (clean !== undefined) sorted.shown.push(clean);
    }
  }
  return sorted;
}

/** Whether the project has at the path just what the box sees there. */
function isStanding(shadow: Shadow, view: View): boolean {
  const standing = standingOf(shadow, view.path);
  if (standing === undefined || view.kind === "nothing")
    return standing === undefined && view.kind === "nothing";
  if (kindOf(standing.type) !== view.kind) return false;
  if (view.kind === "symlink") return sameBytes(standing.target ?? new Uint8Array(), view.bytes);
  if (standing.mode !== view.mode) return false;
  if (view.kind === "directory") return true;
  const got = standing.size === view.bytes.length ? shadow.base.read(view.path) : 0;
  return typeof got !== "number" && sameBytes(got.bytes, view.bytes);
}

/**
 * The project is about to change at these paths: what the box moved away from there without changing it becomes the
 * shadow's own, since the project would show through. `marks` are the tree's, if they are known.
 */
export function ownMoved(shadow: Shadow, paths: readonly Uint8Array[], marks?: RawChanges): void {
  shadow.tree.locked(() => {
    const { fresh } = marks ?? collectRaw(shadow);
    const changing = new Set(paths.map(pathKey));
    const folders = new Set(paths.map((path) => parentKey(pathKey(path))));
    const moved: string[] = [];
    for (const { path, node, from, untouched, side } of fresh.values()) {
      if (from === undefined || sameBytes(from.path, path)) continue;
      const source = pathKey(from.path);
      if (side.kind === "directory" && folders.has(source)) moved.push(pathKey(path));
      else if (untouched && side.kind === "file" && changing.has(source)) ownContent(shadow, node);
    }
    for (const path of moved) ownFolder(shadow, keyPath(path));
  });
}

/** Makes the folder anew, with all that is in it. */
function ownFolder(shadow: Shadow, path: Uint8Array): void {
  const views = viewOf(shadow, path, true);
  for (const view of [...views].reverse()) showView(shadow, { ...view, kind: "nothing" });
  for (const view of views) showView(shadow, view);
}

/** Writing the first byte as it is makes the content the shadow's own. */
function ownContent({ tree }: Shadow, node: number): void {
  const stat = emptyStat();
  tree.stat(node, stat);
  const first = new Uint8Array(1);
  if (tree.read(node, 0, first) !== 1) return;
  tree.write(node, 0, first);
  tree.setStat(node, { mtimeNs: stat.mtimeNs });
}

/** Takes changes back in the shadow. */
export function discardPicked(
  shadow: Shadow,
  picked: readonly Picked[],
  changes: readonly Change[],
  isAll = false,
): void {
  const staying = new Set(changes);
  for (const { change, partial } of picked) if (partial === undefined) staying.delete(change);
  const homes = new Set<string>();
  for (const { path, from } of staying)
    for (const place of from ? [path, from] : [path])
      for (let at = parentKey(pathKey(place)); at !== "" && !homes.has(at); at = parentKey(at)) homes.add(at);
  const letGo: Uint8Array[] = [];
  const shown: View[] = [];
  for (const { change, partial } of picked) {
    const { path, kind, after } = change;
    // A folder that was made stays for what stays in it.
    if (change.implied && kind === "created" && homes.has(pathKey(path))) continue;
    if (partial === undefined) letGo.push(...placesOf(change));
    else shown.push({ path, kind: "file", mode: after?.mode ?? 0o644, bytes: partial.left.read() });
  }
  // What differs no more but is held still (the user removed what the box had removed) would come back when the project changes again.
  if (isAll) letGo.push(...settledPaths(shadow, changes));
  settleShadow(shadow, letGo, [], shown);
}

/** The paths of changes, those that renamed files came from included. */
export function pathsOf(changes: readonly Change[]): Uint8Array[] {
  return changes.flatMap(placesOf);
}

/** Paths that the shadow holds something of although nothing differs there; `changes` are all changes, of these marks. */
export function settledPaths(
  shadow: Shadow,
  changes: readonly Change[],
  { old, fresh } = shadow.tree.locked(() => collectRaw(shadow)),
): Uint8Array[] {
  const differing = new Set(pathsOf(changes).map(pathKey));
  return [...old.values(), ...fresh.values()]
    .map(({ path }) => path)
    .filter((path) => !differing.has(pathKey(path)));
}
