import { comparePaths, parentKey, pathKey, sameBytes } from "../paths.ts";
import { collectRaw, kindOf, type New, type Old, type RawChanges, standingOf } from "./raw.ts";
import { type Created, pairRenames } from "./renames.ts";
import type { Shadow } from "./shadow.ts";
import type { Change } from "./types.ts";

/**
 * What differs between the project and the shadow, in the order of a walk, from the marks that the tree keeps: cost
 * follows the change. What the project has by now just as the shadow has it (it was committed, or the user did the same)
 * is left out.
 */
export function collectChanges(shadow: Shadow): Change[] {
  return collectAll(shadow).changes;
}

/** The same with the tree's marks, from which it was made. */
export function collectAll(shadow: Shadow): { changes: Change[]; marks: RawChanges } {
  return shadow.tree.locked(() => {
    const marks = collectRaw(shadow);
    return { changes: changesOf(shadow, marks), marks };
  });
}

/** The changes that the tree's marks amount to. */
export function changesOf(shadow: Shadow, raw: RawChanges): Change[] {
  const changes: Change[] = [];
  const created: Created[] = [];
  const add = (change: Change | undefined, now?: New) => {
    if (change === undefined || isInProject(shadow, change)) return;
    changes.push(change);
    if (change.kind !== "created") return;
    created.push({ change, ...(now?.untouched && now.from && { movedFrom: now.from.path }) });
  };
  for (const [key, now] of raw.fresh) {
    const old = raw.old.get(key);
    if (old !== undefined) add(compare(old, now));
    else add({ path: now.path, kind: "created", after: now.side, node: now.node }, now);
  }
  for (const [key, old] of raw.old) if (!raw.fresh.has(key)) add(deletion(old));
  changes.sort((a, b) => comparePaths(a.path, b.path));
  created.sort((a, b) => comparePaths(a.change.path, b.change.path));
  return markImplied(pairRenames(changes, created));
}

function deletion(old: Old): Change {
  return track(old, { path: old.path, kind: "deleted", before: old.side, base: old.base, node: 0 });
}

/** The change learns that its old content is unknown when that is found out. */
function track(old: Old, change: Change): Change {
  Object.defineProperty(change, "stale", { get: () => old.stale, enumerable: true, configurable: true });
  return change;
}

function compare(old: Old, now: New): Change | undefined {
  const both = { path: now.path, before: old.side, after: now.side, base: old.base, node: now.node };
  if (old.side.kind !== now.side.kind) return track(old, { ...both, kind: "type" });
  const here = now.untouched && now.node === old.node;
  const same = here || now.side.kind === "directory" || isSameContent(old, now);
  if (!same) return track(old, { ...both, kind: "modified" });
  if (old.side.mode === now.side.mode || now.side.kind === "symlink") return undefined;
  return track(old, { ...both, kind: "mode" });
}

function isSameContent(old: Old, now: New): boolean {
  return old.side.size === now.side.size && sameBytes(old.side.read(), now.side.read()) && !old.stale;
}

/** Whether the project is already as the change would make it. */
function isInProject(shadow: Shadow, { path, kind, after, base }: Change): boolean {
  const standing = standingOf(shadow, path);
  if (standing === undefined) return after === undefined;
  if (after === undefined || kindOf(standing.type) !== after.kind) return false;
  if (after.kind === "directory") return kind !== "mode" || standing.mode === after.mode;
  if (after.kind === "symlink") return sameBytes(standing.target ?? new Uint8Array(), after.read());
  const untouched = base !== undefined && standing.mtimeNs === base.mtimeNs && standing.mode === base.mode;
  if (untouched || standing.size !== after.size || standing.mode !== after.mode) return false;
  const got = shadow.base.read(path);
  return typeof got !== "number" && sameBytes(got.bytes, after.read());
}

/** A folder shows only by what is in it; one that is empty shows by itself. */
export function markImplied(changes: Change[]): Change[] {
  const below = new Set<string>();
  for (const { path, from } of changes)
    for (const place of from ? [path, from] : [path])
      for (let at = parentKey(pathKey(place)); at !== "" && !below.has(at); at = parentKey(at)) below.add(at);
  for (const change of changes) {
    const isFolder = (change.after ?? change.before)?.kind === "directory";
    const comesOrGoes = change.kind === "created" || change.kind === "deleted";
    if (isFolder && comesOrGoes && below.has(pathKey(change.path))) change.implied = true;
  }
  return changes;
}
