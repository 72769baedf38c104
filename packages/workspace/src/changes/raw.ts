import {
  type BaseEntry,
  type BaseFacts,
  Errno,
  emptyStat,
  FileType,
  type NodeId,
  type OverlayEntry,
} from "@shadowbox/vfs";
import { joinPath, pathKey } from "../paths.ts";
import type { Shadow } from "./shadow.ts";
import type { Side } from "./types.ts";

/** A name in a directory that the project has too, at or below which things differ: what can be let go of as one. */
export interface Head {
  dir: NodeId;
  name: Uint8Array;
  path: Uint8Array;
}

/** A path that was in the project. */
export interface Old {
  path: Uint8Array;
  side: Side;
  base: BaseEntry;
  node: NodeId;
  head: Head;
  /** The project's content was gone before anyone read it. Known after `side.read()`. */
  stale: boolean;
}

/** A path that is in the shadow. */
export interface New {
  path: Uint8Array;
  side: Side;
  node: NodeId;
  head: Head;
  /** Where in the project the node comes from. */
  from?: BaseFacts;
  /** Its content is the project's. */
  untouched: boolean;
}

/** Both sides of every path that the tree has marks of, by path. */
export interface RawChanges {
  old: Map<string, Old>;
  fresh: Map<string, New>;
}

/** Reads the tree's marks: cost follows the change. Wants nothing else to change the tree meanwhile. */
export function collectRaw(shadow: Shadow): RawChanges {
  const collector = new Collector(shadow);
  if (shadow.overlay.changedBelow(shadow.root)) collector.directory(shadow.root, new Uint8Array());
  return collector.finish();
}

class Collector {
  readonly #shadow: Shadow;
  readonly #old = new Map<string, Old>();
  readonly #fresh = new Map<string, New>();
  /** Names whose project side is to be walked when it is known what was moved where. */
  readonly #gone: { node: NodeId; base: BaseFacts; path: Uint8Array; head: Head }[] = [];
  readonly #moved = new Set<NodeId>();

  constructor(shadow: Shadow) {
    this.#shadow = shadow;
  }

  directory(dir: NodeId, path: Uint8Array): void {
    for (const entry of this.#shadow.overlay.changed(dir)) {
      const at = joinPath(path, entry.name);
      const head = { dir, name: entry.name, path: at };
      if (entry.was !== undefined) this.#gone.push({ ...entry.was, path: at, head });
      if (entry.node === 0) continue;
      if (!entry.inPlace) this.#appeared(entry.node, at, head, !entry.contentChanged);
      else this.#inPlace(entry, at, head);
    }
  }

  #inPlace(entry: OverlayEntry, path: Uint8Array, head: Head): void {
    const base = entry.base as BaseFacts;
    if (entry.contentChanged || entry.modeChanged) {
      this.#addOld(entry.node, base, path, head);
      const untouched = !entry.contentChanged;
      this.#fresh.set(pathKey(path), {
        ...{ path, side: this.#newSide(entry.node), node: entry.node, head, from: base, untouched },
      });
    }
    if (entry.type === FileType.DIRECTORY && entry.below) this.directory(entry.node, path);
  }

  #appeared(node: NodeId, path: Uint8Array, head: Head, untouched: boolean): void {
    const side = this.#newSide(node);
    const from = this.#shadow.overlay.baseOf(node);
    this.#fresh.set(pathKey(path), { path, side, node, head, untouched, ...(from && { from }) });
    if (side.kind !== "directory") return;
    this.#moved.add(node);
    const changed = this.#changedNames(node);
    for (const [name, child] of this.#children(node))
      this.#appeared(child, joinPath(path, name), head, changed.get(pathKey(name))?.contentChanged !== true);
  }

  #changedNames(dir: NodeId): Map<string, OverlayEntry> {
    return new Map(this.#shadow.overlay.changed(dir).map((entry) => [pathKey(entry.name), entry]));
  }

  #children(dir: NodeId): [Uint8Array, NodeId][] {
    const found: [Uint8Array, NodeId][] = [];
    this.#shadow.tree.readdir(dir, 0, (name, child) => found.push([name.slice(), child]) > 0);
    return found;
  }

  finish(): RawChanges {
    for (const { node, base, path, head } of this.#gone) this.#removed(node, base, path, head);
    return { old: this.#old, fresh: this.#fresh };
  }

  /** What the project had at and below a name that is gone. */
  #removed(node: NodeId, base: BaseFacts, path: Uint8Array, head: Head): void {
    this.#addOld(node, base, path, head);
    if (base.entry.type !== FileType.DIRECTORY) return;
    const changed = this.#changedNames(node);
    for (const [, { name, was, node: child, base: facts, inPlace }] of changed) {
      if (was !== undefined) this.#removed(was.node, was.base, joinPath(path, name), head);
      else if (child !== 0 && inPlace && facts) this.#removed(child, facts, joinPath(path, name), head);
    }
    // A directory that was moved still shows what was not touched in it; one that was removed had to be emptied first.
    if (!this.#moved.has(node)) return;
    for (const [name, child] of this.#children(node)) {
      const facts = changed.has(pathKey(name)) ? undefined : this.#shadow.overlay.baseOf(child);
      if (facts !== undefined) this.#removed(child, facts, joinPath(path, name), head);
    }
  }

  #addOld(node: NodeId, { path: place, entry }: BaseFacts, path: Uint8Array, head: Head): void {
    const { overlay, base } = this.#shadow;
    const { type, mode, size } = entry;
    const read = () => {
      if (type === FileType.DIRECTORY) return NOTHING;
      if (type === FileType.SYMLINK) return entry.target ?? NOTHING;
      const bytes = overlay.projectContent(node);
      if (typeof bytes !== "number") return bytes;
      old.stale = true;
      const now = base.read(place);
      return typeof now === "number" ? NOTHING : now.bytes;
    };
    const old: Old = {
      ...{ path, base: entry, node, head, stale: false },
      side: { kind: kindOf(type), mode, size, read },
    };
    this.#old.set(pathKey(path), old);
  }

  #newSide(node: NodeId): Side {
    const { tree, overlay } = this.#shadow;
    const stat = emptyStat();
    tree.stat(node, stat);
    const kind = kindOf(stat.type);
    const read = () => {
      const bytes = kind === "symlink" ? tree.readlink(node) : overlay.content(node);
      // Only what was never read of the project can fail: it is gone there, or no longer readable.
      return typeof bytes === "number" ? NOTHING : bytes;
    };
    return { kind, mode: stat.mode, size: stat.size, read: kind === "directory" ? () => NOTHING : read };
  }
}

const NOTHING = new Uint8Array();

/** What the project has at a path now, or undefined. */
export function standingOf({ base }: Shadow, path: Uint8Array): BaseEntry | undefined {
  const standing = path.length === 0 ? -Errno.ENOENT : base.stat(path);
  return typeof standing === "number" ? undefined : standing;
}

export function kindOf(type: FileType): Side["kind"] {
  if (type === FileType.DIRECTORY) return "directory";
  return type === FileType.SYMLINK ? "symlink" : "file";
}
