import {
  type BaseEntry,
  type BaseFacts,
  decodeText,
  Errno,
  emptyStat,
  errnoName,
  FileType,
  type NodeId,
  type Overlay,
  type OverlayEntry,
  type TreeFileSystem,
} from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { pairRenames } from "./renames.ts";
import type { Change, Side } from "./types.ts";

/** A path that was in the project. */
interface Old {
  path: Uint8Array;
  side: Side;
  base: BaseEntry;
}

/** A path that is in the shadow. */
interface New {
  path: Uint8Array;
  side: Side;
  node: NodeId;
  /** Where in the project the node comes from. */
  from?: BaseFacts;
}

/**
 * What differs between the project and the shadow, from the marks that the tree keeps: cost follows the change.
 * `root` is the directory that stands for the project.
 */
export function collectChanges(tree: TreeFileSystem, overlay: Overlay, root: NodeId): Change[] {
  const collector = new Collector(tree, overlay);
  if (overlay.changedBelow(root)) collector.directory(root, EMPTY);
  return collector.finish();
}

const EMPTY = new Uint8Array();

class Collector {
  readonly #tree: TreeFileSystem;
  readonly #overlay: Overlay;
  readonly #old = new Map<string, Old>();
  readonly #new = new Map<string, New>();

  constructor(tree: TreeFileSystem, overlay: Overlay) {
    this.#tree = tree;
    this.#overlay = overlay;
  }

  directory(dir: NodeId, path: Uint8Array): void {
    for (const entry of this.#overlay.changed(dir)) {
      const at = join(path, entry.name);
      if (entry.was !== undefined) this.#removed(entry.was.node, entry.was.base, at);
      if (entry.node === 0) continue;
      if (!entry.inPlace) this.#appeared(entry.node, at);
      else this.#inPlace(entry, at);
    }
  }

  #inPlace(entry: OverlayEntry, path: Uint8Array): void {
    if (entry.type === FileType.DIRECTORY) {
      if (entry.below) this.directory(entry.node, path);
      return;
    }
    if (!entry.contentChanged && !entry.modeChanged) return;
    const base = entry.base as BaseFacts;
    this.#old.set(key(path), { path, side: this.#oldSide(entry.node, base), base: base.entry });
    this.#new.set(key(path), { path, side: this.#newSide(entry.node), node: entry.node, from: base });
  }

  /** Everything that the project has at and below a name that is gone. */
  #removed(node: NodeId, base: BaseFacts, path: Uint8Array): void {
    this.#old.set(key(path), { path, side: this.#oldSide(node, base), base: base.entry });
    if (base.entry.type !== FileType.DIRECTORY) return;
    const listed = this.#tree.base?.list(base.path) ?? [];
    if (typeof listed === "number") return;
    const known = new Map(this.#overlay.changed(node).map((entry) => [key(entry.name), entry]));
    for (const child of listed) {
      const was = known.get(key(child.name))?.was;
      const facts = was?.base ?? { path: join(base.path, child.name), entry: child };
      this.#removed(was?.node ?? 0, facts, join(path, child.name));
    }
  }

  #appeared(node: NodeId, path: Uint8Array): void {
    const side = this.#newSide(node);
    const from = this.#overlay.baseOf(node);
    this.#new.set(key(path), { path, side, node, ...(from && { from }) });
    if (side.kind !== "directory") return;
    this.#tree.readdir(node, 0, (name, child) => {
      this.#appeared(child, join(path, name.slice()));
      return true;
    });
  }

  #oldSide(node: NodeId, { path, entry }: BaseFacts): Side {
    const { type, mode, size } = entry;
    const read = () => {
      if (type === FileType.SYMLINK) return entry.target ?? EMPTY;
      const bytes = node === 0 ? this.#readProject(path) : this.#overlay.projectContent(node);
      if (typeof bytes !== "number") return bytes;
      throw new WorkspaceError(
        "stale",
        `read "${decodeText(path)}" of the project: ${errnoName(bytes)}; it changed since the box saw it`,
      );
    };
    return { kind: kindOf(type), mode, size, read };
  }

  #readProject(path: Uint8Array): Uint8Array | number {
    const got = this.#tree.base?.read(path);
    return got === undefined ? -29 : typeof got === "number" ? got : got.bytes;
  }

  #newSide(node: NodeId): Side {
    const stat = emptyStat();
    this.#tree.stat(node, stat);
    const read = () => {
      if (stat.type === FileType.SYMLINK) return this.#tree.readlink(node) as Uint8Array;
      const bytes = this.#overlay.content(node);
      if (typeof bytes !== "number") return bytes;
      throw new WorkspaceError("stale", `read a file of the shadow: ${errnoName(bytes)}`);
    };
    return { kind: kindOf(stat.type), mode: stat.mode, size: stat.size, read };
  }

  finish(): Change[] {
    const changes: Change[] = [];
    const created: (New & { change: Change })[] = [];
    for (const [at, now] of this.#new) {
      const old = this.#old.get(at);
      this.#old.delete(at);
      if (old === undefined) {
        const change: Change = { path: now.path, kind: "created", after: now.side, node: now.node };
        created.push({ ...now, change });
        changes.push(change);
      } else {
        const change = compare(old, now);
        if (change !== undefined) changes.push(change);
      }
    }
    for (const old of this.#old.values())
      changes.push({ path: old.path, kind: "deleted", before: old.side, base: old.base, node: 0 });
    const open = changes.filter((change) => !this.#isInProject(change));
    return markImplied(pairRenames(open, created)).sort((a, b) => compareBytes(a.path, b.path));
  }

  /** Whether the project is already as the change would make it: it was committed, or the user did the same. */
  #isInProject({ path, after, base }: Change): boolean {
    const standing = this.#tree.base?.stat(path) ?? -Errno.ENOENT;
    if (typeof standing === "number") return after === undefined && standing === -Errno.ENOENT;
    if (after === undefined || kindOf(standing.type) !== after.kind) return false;
    if (after.kind === "directory") return true;
    if (after.kind === "symlink") return sameBytes(standing.target ?? EMPTY, after.read());
    const untouched = base !== undefined && standing.mtimeNs === base.mtimeNs && standing.mode === base.mode;
    if (untouched || standing.size !== after.size || standing.mode !== after.mode) return false;
    const bytes = this.#readProject(path);
    return typeof bytes !== "number" && sameBytes(bytes, after.read());
  }
}

/** A folder shows only by what is in it; one that is empty shows by itself. */
function markImplied(changes: Change[]): Change[] {
  const below = new Set<string>();
  for (const { path, from } of changes)
    for (const place of from ? [path, from] : [path])
      for (let at = key(place), cut = at.lastIndexOf("/"); cut > 0; cut = at.lastIndexOf("/")) {
        at = at.slice(0, cut);
        below.add(at);
      }
  for (const change of changes)
    if (
      (change.after ?? change.before)?.kind === "directory" &&
      change.kind !== "type" &&
      below.has(key(change.path))
    )
      change.implied = true;
  return changes;
}

function compare(old: Old, now: New): Change | undefined {
  const both = { path: now.path, before: old.side, after: now.side, base: old.base, node: now.node };
  if (old.side.kind !== now.side.kind) return { ...both, kind: "type" };
  if (now.side.kind === "directory") return undefined;
  if (old.side.size !== now.side.size || !sameBytes(old.side.read(), now.side.read()))
    return { ...both, kind: "modified" };
  return now.side.kind === "file" && old.side.mode !== now.side.mode ? { ...both, kind: "mode" } : undefined;
}

function kindOf(type: FileType): Side["kind"] {
  return type === FileType.DIRECTORY ? "directory" : type === FileType.SYMLINK ? "symlink" : "file";
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i++)
    if (a[i] !== b[i]) return (a[i] as number) - (b[i] as number);
  return a.length - b.length;
}

/** Bytes as a map's key. */
export function key(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function join(dir: Uint8Array, name: Uint8Array): Uint8Array {
  if (dir.length === 0) return name.slice();
  const path = new Uint8Array(dir.length + 1 + name.length);
  path.set(dir);
  path[dir.length] = 0x2f;
  path.set(name, dir.length + 1);
  return path;
}
