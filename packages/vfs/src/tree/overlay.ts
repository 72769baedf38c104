import type { BaseEntry } from "../base.ts";
import { Errno } from "../errno.ts";
import { FileType, type NodeId } from "../filesystem.ts";
import { type BaseFacts, baseFacts, isInPlace, setBase } from "./base-record.ts";
import { readContent } from "./content.ts";
import { eachEntry, entryName, entryNode } from "./directory.ts";
import { Entry, Flag, Inode } from "./layout.ts";
import { clearFlag, freeBase, hasFlag, markDirty, markDirtyData, pin, setFlag } from "./nodes.ts";
import { forgetEntry } from "./shadow.ts";
import type { TreeFileSystem } from "./tree.ts";

/** One name of a directory that differs, or has something below it that differs, from the project. */
export interface OverlayEntry {
  name: Uint8Array;
  /** What stands here now; 0: removed. */
  node: NodeId;
  type: FileType;
  /** What `node` was in the project, wherever it stood there; absent: made in the shadow. */
  base?: BaseFacts;
  /** `node` stands where the project has it. */
  inPlace: boolean;
  /** The project's own node of this name, if something else or nothing stands here now. */
  was?: { node: NodeId; base: BaseFacts };
  contentChanged: boolean;
  modeChanged: boolean;
  /** A directory in which something differs. */
  below: boolean;
}

/** What the review room asks of the tree: what differs from the project, and how to settle it. */
export class Overlay {
  readonly #fs: TreeFileSystem;

  constructor(fs: TreeFileSystem) {
    this.#fs = fs;
  }

  /** Makes the directory stand for `path` of the project (bytes, empty for its root): its names show from now on. */
  attach(dir: NodeId, path: Uint8Array, entry: BaseEntry): void {
    this.#fs.locked(() => {
      const { heap } = this.#fs;
      if (heap.u32[(dir >>> 2) + Inode.BASE] === 0) {
        setBase(heap, dir, path, entry);
        pin(heap, dir);
      }
      setFlag(heap, dir, Flag.UNLISTED);
    });
  }

  /** Whether something at or below `dir` differs from the project. */
  changedBelow(dir: NodeId): boolean {
    return this.#fs.locked(() => hasFlag(this.#fs.heap, dir, Flag.BELOW));
  }

  /** The entries of `dir` that differ or lead to something that does; cost follows the directory's size only. */
  changed(dir: NodeId): OverlayEntry[] {
    return this.#fs.locked(() => {
      const found: OverlayEntry[] = [];
      eachEntry(this.#fs.heap, dir, 0, (entry) => {
        const facts = this.#entry(dir, entry);
        if (facts !== undefined && isChanged(facts)) found.push(facts);
        return true;
      });
      return found;
    });
  }

  #entry(dir: NodeId, entry: number): OverlayEntry | undefined {
    const { heap } = this.#fs;
    const node = entryNode(heap, entry);
    const was = heap.u32[(entry >>> 2) + Entry.WAS];
    if (node === 0 && was === 0) return undefined;
    const name = entryName(heap, entry);
    const flags = node === 0 ? 0 : heap.u32[(node >>> 2) + Inode.FLAGS];
    const wasFacts = was === 0 ? undefined : baseFacts(heap, was);
    return {
      name,
      node,
      type: this.#fs.type(node === 0 ? was : node),
      base: node === 0 ? undefined : baseFacts(heap, node),
      inPlace: node !== 0 && isInPlace(heap, dir, node, name),
      was: wasFacts && { node: was, base: wasFacts },
      contentChanged: (flags & Flag.CONTENT) !== 0,
      modeChanged: (flags & Flag.META) !== 0,
      below: (flags & Flag.BELOW) !== 0,
    };
  }

  /** What the node was in the project when it was seen, or undefined. */
  baseOf(node: NodeId): BaseFacts | undefined {
    return this.#fs.locked(() => baseFacts(this.#fs.heap, node));
  }

  /**
   * The bytes that the file had in the project when it was seen: kept, unchanged, or read from the project now.
   * ESTALE: the project's file changed before anyone read it; ENOENT: it was never in the project.
   */
  projectContent(node: NodeId): Uint8Array | number {
    return this.#fs.locked(() => {
      const { heap, base } = this.#fs;
      const facts = baseFacts(heap, node);
      if (facts === undefined) return -Errno.ENOENT;
      const kept = heap.u32[(node >>> 2) + Inode.KEPT];
      if (kept !== 0) return this.#bytes(kept);
      const flags = heap.u32[(node >>> 2) + Inode.FLAGS];
      if ((flags & (Flag.CONTENT | Flag.LAZY)) === 0 || facts.entry.size === 0)
        return this.#whole(node, facts);
      const got = base?.read(facts.path) ?? -Errno.EIO;
      if (typeof got === "number") return got;
      const same = got.entry.mtimeNs === facts.entry.mtimeNs && got.entry.size === facts.entry.size;
      return same ? got.bytes : -Errno.ESTALE;
    });
  }

  #whole(node: NodeId, facts: BaseFacts): Uint8Array {
    return facts.entry.size === 0 ? new Uint8Array() : this.#bytes(node);
  }

  #bytes(node: NodeId, into?: Uint8Array): Uint8Array {
    const size = this.#fs.heap.f64[(node + 4 * Inode.SIZE) >>> 3] as number;
    const bytes = into && size <= into.length ? into.subarray(0, size) : new Uint8Array(size);
    readContent(this.#fs.heap, node, 0, bytes);
    return bytes;
  }

  /** The file's bytes now, or a negated errno; in `into` if they fit there. */
  content(node: NodeId, into?: Uint8Array): Uint8Array | number {
    return this.#fs.locked(() => {
      const loaded = this.#fs.read(node, 0, new Uint8Array(0));
      return loaded < 0 ? loaded : this.#bytes(node, into);
    });
  }

  /**
   * Lets go of what the shadow holds under `name`: after a commit, because the project has it now; for a discard,
   * because nobody wants it. The project shows through again, as it is now. 0, or ENOENT if the shadow knew nothing of it.
   */
  forget(dir: NodeId, name: Uint8Array): number {
    return this.#fs.locked(() => {
      const { heap, tree } = this.#fs;
      const entry = this.#fs.find(dir, name);
      if (entry < 0) return entry;
      if (heap.u32[(dir >>> 2) + Inode.BASE] !== 0) setFlag(heap, dir, Flag.UNLISTED);
      if (entry === 0) return -Errno.ENOENT;
      forgetEntry(heap, tree, dir, entry);
      markDirty(heap, dir);
      return 0;
    });
  }

  /**
   * Forgets that the node was in the project, which has nothing or something else there now: the node is the shadow's own. Not
   * what is open, was never read, or is still known as removed from its place.
   */
  disown(node: NodeId): void {
    this.#fs.locked(() => {
      const { heap } = this.#fs;
      if (hasFlag(heap, node, Flag.LAZY) || heap.u32[(node >>> 2) + Inode.OPEN] > 0) return;
      if (!hasFlag(heap, node, Flag.CONTENT) && this.#fs.type(node) === FileType.REGULAR)
        markDirtyData(heap, node, 0, heap.f64[(node + 4 * Inode.SIZE) >>> 3]);
      freeBase(heap, node);
      markDirty(heap, node);
    });
  }

  /**
   * Lets go of what is known of the project below `dir` and is no longer so, where the shadow changed nothing and no program has
   * it open: the user's newer edits show.
   */
  refresh(dir: NodeId): void {
    this.#fs.locked(() => {
      const { heap, tree, base } = this.#fs;
      if (base === undefined || hasFlag(heap, dir, Flag.UNLISTED)) return;
      const entries: number[] = [];
      eachEntry(heap, dir, 0, (entry) => entries.push(entry) > 0);
      for (const entry of entries) {
        const facts = this.#entry(dir, entry);
        if (facts?.base === undefined || !facts.inPlace) continue;
        if (facts.type === FileType.DIRECTORY) this.refresh(facts.node);
        const isOpen = heap.u32[(facts.node >>> 2) + Inode.OPEN] > 0;
        if (!isChanged(facts) && !isOpen && !isAsBefore(base.stat(facts.base.path), facts.base.entry))
          forgetEntry(heap, tree, dir, entry);
      }
      if (heap.u32[(dir >>> 2) + Inode.BASE] !== 0) setFlag(heap, dir, Flag.UNLISTED);
    });
  }

  /** Takes back the marks of directories below `dir` in which nothing differs any more; whether something still does. */
  settle(dir: NodeId): boolean {
    return this.#fs.locked(() => {
      const { heap } = this.#fs;
      if (!hasFlag(heap, dir, Flag.BELOW)) return false;
      let changed = false;
      for (const entry of this.changed(dir)) {
        if (entry.below) entry.below = this.settle(entry.node);
        if (isChanged(entry) || hasFlag(heap, entry.node, Flag.MULTI)) changed = true;
      }
      if (!changed) {
        clearFlag(heap, dir, Flag.BELOW);
        markDirty(heap, dir);
      }
      return changed;
    });
  }
}

/** Whether the project still has what was seen; a directory's own times change with its names. */
function isAsBefore(now: BaseEntry | number, then: BaseEntry): boolean {
  if (typeof now === "number" || now.type !== then.type || now.mode !== then.mode) return false;
  if (now.type === FileType.DIRECTORY) return true;
  return now.size === then.size && now.mtimeNs === then.mtimeNs && now.ctimeNs === then.ctimeNs;
}

function isChanged(entry: OverlayEntry): boolean {
  if (entry.node === 0 || entry.was !== undefined || !entry.inPlace) return true;
  if (entry.type === FileType.DIRECTORY) return entry.below || entry.modeChanged;
  return entry.contentChanged || entry.modeChanged;
}
