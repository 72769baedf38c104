import { type BaseEntry, FileType, type NodeId } from "@shadowbox/vfs";
import { comparePaths, parentKey, pathKey, sameBytes } from "../paths.ts";
import { collectRaw, kindOf, type New, type Old, type RawChanges, standingOf } from "./raw.ts";
import { type Created, pairRenames } from "./renames.ts";
import type { Shadow } from "./shadow.ts";
import type { Change, Side } from "./types.ts";

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
  const add = (kind: Change["kind"] | undefined, old: Old | undefined, now: New | undefined) => {
    if (kind === undefined) return;
    const change = new Tracked(shadow, kind, old, now);
    if (isInProject(shadow, change)) return;
    changes.push(change);
    if (kind !== "created") return;
    created.push({ change, ...(now?.untouched && now.from && { movedFrom: now.from.path }) });
  };
  for (const [key, now] of raw.fresh) {
    const old = raw.old.get(key);
    add(old === undefined ? "created" : kindOfChange(old, now), old, now);
  }
  for (const [key, old] of raw.old) if (!raw.fresh.has(key)) add("deleted", old, undefined);
  changes.sort((a, b) => comparePaths(a.path, b.path));
  created.sort((a, b) => comparePaths(a.change.path, b.change.path));
  return markImplied(pairRenames(changes, created));
}

/** A change that finds out when it is asked what the project does not have any more. */
class Tracked implements Change {
  readonly path: Uint8Array;
  kind: Change["kind"];
  from?: Uint8Array;
  similarity?: number;
  before?: Side;
  after?: Side;
  base?: BaseEntry;
  readonly node: NodeId;
  implied?: boolean;
  readonly #shadow: Shadow;
  readonly #old: Old | undefined;
  readonly #now: New | undefined;

  constructor(shadow: Shadow, kind: Change["kind"], old: Old | undefined, now: New | undefined) {
    this.path = (now ?? (old as Old)).path;
    this.kind = kind;
    if (old) this.before = old.side;
    if (now) this.after = now.side;
    if (old) this.base = old.base;
    this.node = now?.node ?? 0;
    this.#shadow = shadow;
    this.#old = old;
    this.#now = now;
  }

  get stale(): boolean {
    return this.#old?.stale === true;
  }

  get lost(): Uint8Array | undefined {
    const { untouched, from, side, node } = this.#now ?? {};
    if (!untouched || from === undefined || side?.kind !== "file") return undefined;
    const { base, overlay } = this.#shadow;
    const standing = base.stat(from.path);
    if (typeof standing !== "number" && standing.type === FileType.REGULAR) return undefined;
    return typeof overlay.content(node as NodeId) === "number" ? from.path : undefined;
  }
}

function kindOfChange(old: Old, now: New): Change["kind"] | undefined {
  if (old.side.kind !== now.side.kind) return "type";
  const here = now.untouched && now.node === old.node;
  const same = here || now.side.kind === "directory" || isSameContent(old, now);
  if (!same) return "modified";
  return old.side.mode === now.side.mode || now.side.kind === "symlink" ? undefined : "mode";
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
