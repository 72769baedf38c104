import {
  decodeText,
  Errno,
  errnoName,
  type FileSystem,
  FileType,
  isZero,
  type NodeId,
  type Stat,
} from "@shadowbox/vfs";
import { SandboxError } from "./errors.ts";
import { equal, type Facts, factsOf, KINDS, movable, same } from "./mirror-facts.ts";

/** What one side rounds must not come back: see {@link Turn}. */
type Times = Pick<Stat, "atimeNs" | "mtimeNs">;
/** A file's content, if it can be had at once. */
type Content = (node: NodeId) => Uint8Array | undefined;
type SideName = "tree" | "folder";
type Pair = Record<SideName, Facts>;

const CHUNK = 1 << 20;
/** What a directory must allow while its entries are changed. */
const CHANGEABLE = 0o700;

/**
 * Keeps a tree and a real folder equal, by turns: what programs did to the folder goes to the tree and the other way
 * round. What both had when they were last equal is remembered, so only differences are copied, and a file that was
 * renamed is renamed. Modes, times (a folder's host may round them), hard links, symlinks and FIFOs are kept; owners
 * are not.
 */
export class Mirror {
  readonly #sides: Record<SideName, FileSystem>;
  readonly #except: ReadonlySet<string>;
  readonly #frozen: string | undefined;
  readonly #content: Content;
  #pairs = new Map<string, Pair>();

  /** `content` answers a file of the tree as a whole, if it can be had without loading it into the tree. `except` are absolute paths that belong to neither; what is at `frozen` only goes from the tree to the folder. */
  constructor(
    tree: FileSystem,
    folder: FileSystem,
    except: Iterable<string>,
    frozen?: string,
    content: Content = () => undefined,
  ) {
    this.#content = content;
    this.#sides = { tree, folder };
    this.#except = new Set(except);
    this.#frozen = frozen;
  }

  /** Brings what changed in the tree to the folder; answers the bytes of all files. Throws SandboxError `file`. */
  fill(): number {
    const skip = (path: string) => this.#except.has(path);
    return new Turn(this.#sides, this.#pairs, "tree", "folder", skip, this.#content).run();
  }

  /** Brings what changed in the folder to the tree; answers the bytes of all files. Throws SandboxError `file`. */
  collect(): number {
    const skip = (path: string) => this.#except.has(path) || path === this.#frozen;
    return new Turn(this.#sides, this.#pairs, "folder", "tree", skip, () => undefined).run();
  }
}

/** One pass in one direction. */
class Turn {
  readonly #from: FileSystem;
  readonly #to: FileSystem;
  readonly #source: SideName;
  readonly #target: SideName;
  readonly #pairs: Map<string, Pair>;
  readonly #skip: (path: string) => boolean;
  readonly #content: Content;
  readonly #now = new Map<string, Facts>();
  /** Directories of which mode and times must be set again. */
  readonly #touched = new Set<string>();
  /** Times that directories are to have. */
  readonly #times = new Map<string, Times>();
  /** Numbers, in the source, of files with several names that were brought. */
  readonly #several = new Set<number>();
  readonly #chunk = new Uint8Array(CHUNK);

  constructor(
    sides: Record<SideName, FileSystem>,
    pairs: Map<string, Pair>,
    source: SideName,
    target: SideName,
    skip: (path: string) => boolean,
    content: Content,
  ) {
    this.#content = content;
    this.#from = sides[source];
    this.#to = sides[target];
    this.#source = source;
    this.#target = target;
    this.#pairs = pairs;
    this.#skip = skip;
  }

  /** Answers the bytes of all files of the source. */
  run(): number {
    this.#pairs.set("", {
      [this.#source]: factsOf(this.#from, this.#from.root, new Uint8Array(), "") as Facts,
      [this.#target]: factsOf(this.#to, this.#to.root, new Uint8Array(), "") as Facts,
    } as Pair);
    this.#scan(this.#from.root, "");
    this.#move();
    this.#remove();
    for (const [path, facts] of this.#now) this.#bring(path, facts);
    this.#settle();
    this.#relearn();
    const files = [...this.#now.values()].filter(({ type }) => type === FileType.REGULAR);
    const sizes = new Map(files.map(({ ino, size }) => [ino, size]));
    return [...sizes.values()].reduce((total, size) => total + size, 0);
  }

  /** Lists all that the source has, directories before what they hold. */
  #scan(dir: NodeId, path: string): void {
    const fs = this.#from;
    fs.retain(dir);
    const directories: [NodeId, string][] = [];
    fs.readdir(dir, 0, (name, node) => {
      const at = `${path}/${decodeText(name)}`;
      if (this.#skip(at)) return true;
      const facts = factsOf(fs, node, name.slice(), path);
      if (facts === undefined || !KINDS.has(facts.type)) return true;
      this.#now.set(at, facts);
      if (facts.type === FileType.DIRECTORY) directories.push([node, at]);
      return true;
    });
    for (const [node, at] of directories) this.#scan(node, at);
    fs.release(dir);
  }

  /** Renames in the target what was renamed in the source: a file or directory that was elsewhere and is not there any more. */
  #move(): void {
    const before = new Map<number, string>();
    for (const [path, pair] of this.#pairs) {
      const known = pair[this.#source];
      const gone = this.#now.get(path)?.ino !== known.ino;
      if (path !== "" && gone && movable(known)) before.set(known.ino, path);
    }
    if (before.size === 0) return;
    for (const [path, facts] of this.#now) {
      const old = before.get(facts.ino);
      if (old === undefined || this.#pairs.has(path) || !movable(facts)) continue;
      const pair = this.#pairs.get(old);
      const to = this.#pairs.get(facts.parent);
      if (pair === undefined || to === undefined) continue;
      if (!this.#isMoved(old, pair[this.#source], path, facts)) continue;
      this.#rename(old, path, pair, to, facts);
    }
  }

  /**
   * Whether what has the same number elsewhere is the same: numbers serve again. A rename changes neither a file's size nor
   * its time; a directory still holds something of what it held.
   */
  #isMoved(old: string, before: Facts, path: string, now: Facts): boolean {
    if (before.type !== now.type) return false;
    if (now.type !== FileType.DIRECTORY) return before.mtimeNs === now.mtimeNs && before.size === now.size;
    for (const [each, pair] of this.#pairs) {
      const known = pair[this.#source];
      if (known.parent === old && this.#now.get(path + each.slice(old.length))?.ino === known.ino)
        return true;
    }
    return false;
  }

  #rename(old: string, path: string, pair: Pair, to: Pair, facts: Facts): void {
    const known = pair[this.#target];
    const from = this.#pairs.get(known.parent) as Pair;
    this.#openUp(known.parent);
    this.#openUp(facts.parent);
    const [fromDir, toDir] = [from[this.#target].node, to[this.#target].node];
    if (this.#to.rename(fromDir, known.name, toDir, facts.name) < 0) return;
    for (const [each, both] of [...this.#pairs]) {
      if (each !== old && !each.startsWith(`${old}/`)) continue;
      const at = path + each.slice(old.length);
      this.#pairs.delete(each);
      if (this.#touched.has(each)) this.#touched.add(at);
      const parent = at.slice(0, at.lastIndexOf("/"));
      for (const side of [this.#source, this.#target]) both[side].parent = parent;
      if (each === old) for (const side of [this.#source, this.#target]) both[side].name = facts.name;
      this.#pairs.set(at, both);
    }
    this.#touched.add(path);
    const node = this.#to.lookup(toDir, facts.name);
    if (node > 0) pair[this.#target].node = node;
  }

  /** Lets the entries of a directory of the target be changed. */
  #openUp(path: string): void {
    this.#touched.add(path);
    const dir = this.#pairs.get(path)?.[this.#target];
    if (dir === undefined || (dir.mode & CHANGEABLE) === CHANGEABLE) return;
    this.#to.setStat(dir.node, { mode: dir.mode | CHANGEABLE });
    dir.mode |= CHANGEABLE;
  }

  #remove(): void {
    for (const [path, pair] of [...this.#pairs].reverse()) {
      const facts = this.#now.get(path);
      if (path === "" || (facts !== undefined && facts.type === pair[this.#target].type)) continue;
      if (this.#within(path)) continue;
      this.#drop(path, pair[this.#target]);
      this.#pairs.delete(path);
    }
  }

  /** Whether a path, or a directory above it, is not looked at in this direction. */
  #within(path: string): boolean {
    for (let at = path; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) if (this.#skip(at)) return true;
    return false;
  }

  #drop(path: string, { parent, name, type }: Facts): void {
    const dir = this.#pairs.get(parent)?.[this.#target].node;
    if (dir === undefined) return;
    this.#openUp(parent);
    const status = type === FileType.DIRECTORY ? this.#to.rmdir(dir, name) : this.#to.unlink(dir, name);
    if (status < 0 && status !== -Errno.ENOENT) this.#fail("remove", path, status);
  }

  #bring(path: string, facts: Facts): void {
    const pair = this.#pairs.get(path);
    if (pair !== undefined && same(pair[this.#source], facts)) {
      pair[this.#source].node = facts.node;
      return;
    }
    const parent = this.#pairs.get(facts.parent);
    if (parent === undefined) return;
    // Another file in place of the one that was there is another in the target too: the old one may have more names.
    const replaced = pair !== undefined && pair[this.#source].ino !== facts.ino;
    if (replaced && facts.type !== FileType.DIRECTORY) this.#drop(path, pair[this.#target]);
    const there = replaced && facts.type !== FileType.DIRECTORY ? undefined : pair?.[this.#target];
    const node = this.#make(path, facts, parent[this.#target].node, there);
    if (node === 0) return;
    const times = this.#timesOf(facts, this.#known(path, facts));
    if (facts.type === FileType.DIRECTORY) {
      this.#touched.add(path);
      this.#times.set(path, times);
    } else this.#setFacts(path, node, facts, times);
    if (facts.nlink > 1) this.#several.add(facts.ino);
    const target = factsOf(this.#to, node, facts.name, facts.parent);
    if (target !== undefined)
      this.#pairs.set(path, { [this.#source]: facts, [this.#target]: target } as Pair);
  }

  /** Makes the target have what the source has, but for mode and times; its node, 0 if the source has it no more. */
  #make(path: string, facts: Facts, dir: NodeId, there: Facts | undefined): NodeId {
    const target = facts.type === FileType.SYMLINK ? this.#from.readlink(facts.node) : undefined;
    if (typeof target === "number") return 0;
    if (facts.nlink > 1 && facts.type !== FileType.DIRECTORY) {
      const linked = this.#link(path, facts, dir, there);
      if (linked !== 0) return linked;
    }
    let node = there?.node ?? 0;
    if (there !== undefined && target !== undefined) {
      if (equal(this.#to.readlink(there.node), target)) return there.node;
      this.#drop(path, there);
      node = 0;
    }
    if (node === 0) {
      this.#openUp(facts.parent);
      // A symlink's mode is never set afterwards.
      const mode = target === undefined ? CHANGEABLE & facts.mode : facts.mode;
      const made = this.#to.create(dir, facts.name, facts.type, mode, target);
      node = made === -Errno.EEXIST ? this.#to.lookup(dir, facts.name) : made;
      if (node < 0) this.#fail("make", path, node);
    }
    return facts.type === FileType.REGULAR ? this.#copy(path, facts, node) : node;
  }

  /** One more name for what the target has by another name already; 0 if it has not. */
  #link(path: string, facts: Facts, dir: NodeId, there: Facts | undefined): NodeId {
    for (const [other, known] of this.#now) {
      if (other === path) return 0;
      const pair = this.#pairs.get(other);
      if (known.ino !== facts.ino || pair === undefined) continue;
      const node = pair[this.#target].node;
      if (there !== undefined && there.ino === pair[this.#target].ino) return there.node;
      if (there !== undefined) this.#drop(path, there);
      this.#openUp(facts.parent);
      if (this.#to.link(dir, facts.name, node) < 0) return 0;
      return Math.max(0, this.#to.lookup(dir, facts.name));
    }
    return 0;
  }

  #copy(path: string, facts: Facts, node: NodeId): NodeId {
    // Whoever opens it holds it, so that a swap of names meanwhile is none of the copy's.
    this.#from.retain(facts.node);
    this.#to.retain(node);
    try {
      let status = this.#to.setStat(node, { size: 0 });
      const whole = this.#content(facts.node);
      if (whole !== undefined && status >= 0) {
        status = this.#to.write(node, 0, whole);
        if (status >= 0) return node;
      }
      let isHole = false;
      for (let at = 0; status >= 0; at += status) {
        status = this.#from.read(facts.node, at, this.#chunk);
        const piece = this.#chunk.subarray(0, Math.max(0, status));
        if (status === 0) return isHole && this.#to.setStat(node, { size: at }) < 0 ? 0 : node;
        // What a sparse file does not have is not written.
        isHole = status > 0 && isZero(piece);
        if (status > 0 && !isHole) status = this.#to.write(node, at, piece);
      }
      if (status === -Errno.ENOENT) return 0;
      this.#fail("copy", path, status);
    } finally {
      this.#from.release(facts.node);
      this.#to.release(node);
    }
  }

  /** What was known of a file before it is brought, by this or another of its names. */
  #known(path: string, { ino, nlink, type }: Facts): Pair | undefined {
    const pair = this.#pairs.get(path);
    if (pair?.[this.#source].ino === ino) return pair;
    if (nlink < 2 || type === FileType.DIRECTORY) return undefined;
    for (const [other, facts] of this.#now) {
      const known = facts.ino === ino ? this.#pairs.get(other) : undefined;
      if (known?.[this.#source].ino === ino) return known;
    }
    return undefined;
  }

  /** The times for the target: those that a tree has where the folder's did not change, for the folder's are rounded. */
  #timesOf(facts: Facts, known: Pair | undefined): Times {
    const { atimeNs, mtimeNs } = facts;
    if (known === undefined || this.#source === "tree") return { atimeNs, mtimeNs };
    const [before, there] = [known[this.#source], known[this.#target]];
    return {
      atimeNs: before.atimeNs === atimeNs ? there.atimeNs : atimeNs,
      mtimeNs: before.mtimeNs === mtimeNs ? there.mtimeNs : mtimeNs,
    };
  }

  #setFacts(path: string, node: NodeId, { type, mode }: Facts, times: Times): void {
    const isLink = type === FileType.SYMLINK;
    const status = this.#to.setStat(node, { ...(!isLink && { mode }), ...times });
    if (status < 0) this.#fail("set mode and times of", path, status);
  }

  /** Modes and times of directories, last: making entries needs the one and changes the other. */
  #settle(): void {
    for (const [path, facts] of [...this.#now].reverse()) {
      const pair = this.#pairs.get(path);
      if (facts.type !== FileType.DIRECTORY || pair === undefined) continue;
      const { node, mtimeNs } = pair[this.#target];
      const stands = factsOf(this.#to, node, facts.name, facts.parent);
      if (stands === undefined || (!this.#touched.has(path) && stands.mtimeNs === mtimeNs)) continue;
      this.#setFacts(path, node, facts, this.#times.get(path) ?? this.#timesOf(facts, pair));
      const target = factsOf(this.#to, node, facts.name, facts.parent) ?? stands;
      this.#pairs.set(path, { [this.#source]: facts, [this.#target]: target } as Pair);
    }
  }

  /** What is known by one name of a file that was brought by another is as old as that: a link, modes and times change it. */
  #relearn(): void {
    if (this.#several.size === 0) return;
    for (const [path, { ino }] of this.#now) {
      const pair = this.#several.has(ino) ? this.#pairs.get(path) : undefined;
      if (pair === undefined || pair[this.#target].type === FileType.DIRECTORY) continue;
      const { node, name, parent } = pair[this.#target];
      pair[this.#target] = factsOf(this.#to, node, name, parent) ?? pair[this.#target];
    }
  }

  #fail(action: string, path: string, status: number): never {
    throw new SandboxError("file", `${action} "${path}" in the ${this.#target}: ${errnoName(status)}`);
  }
}
