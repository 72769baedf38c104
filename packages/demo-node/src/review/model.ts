import type { ChangeFacts, ReviewedChange, ReviewLine, Selection } from "@shadowbox/sandbox/node";

/** What of a file is taken: nothing, all, or single changes of it. */
export type Taken = "none" | "all" | ReadonlySet<number>;

/** A hunk as it stands on the screen: one of the file's, or a part of one that was split. */
export interface Part {
  oldStart: number;
  oldLines: number;
  newStart: number;
  newLines: number;
  heading: string;
  lines: readonly ReviewLine[];
  /** The single changes in it. */
  changes: readonly number[];
  /** The calls that wrote its lines. */
  calls: readonly number[];
}

/** Reads one file's hunks; the path is one of the listed. */
export type Load = (path: string) => ReviewedChange;

/** What is being reviewed, and what was taken so far. Knows nothing of a terminal. */
export class ReviewModel {
  readonly #load: Load;
  #files: readonly ChangeFacts[];
  readonly #read = new Map<string, ReviewedChange>();
  readonly #taken = new Map<string, Taken>();
  /** By file: single changes with which a part begins because the person split there. */
  readonly #cuts = new Map<string, Set<number>>();
  /** Parts of files that were read, until they are split anew. */
  readonly #parts = new Map<string, readonly Part[]>();
  #filter: (change: ChangeFacts) => boolean = () => true;

  constructor(files: readonly ChangeFacts[], load: Load) {
    this.#files = files;
    this.#load = load;
  }

  get all(): readonly ChangeFacts[] {
    return this.#files;
  }

  /** The files that the filter lets through. */
  get files(): readonly ChangeFacts[] {
    return this.#files.filter(this.#filter);
  }

  filter(accepts: (change: ChangeFacts) => boolean): void {
    this.#filter = accepts;
  }

  /** The change set is another now: what was taken of what is still there stays taken, as far as it is the same. */
  reset(files: readonly ChangeFacts[]): void {
    const before = new Map(this.#read);
    this.#files = files;
    this.#read.clear();
    this.#parts.clear();
    const paths = new Set(files.map(({ path }) => path));
    for (const path of [...this.#taken.keys()]) {
      const taken = this.#taken.get(path);
      const old = before.get(path);
      if (!paths.has(path)) this.#taken.delete(path);
      else if (taken instanceof Set && old !== undefined) this.#carry(path, old, taken as Set<number>);
    }
    this.#cuts.clear();
  }

  #carry(path: string, old: ReviewedChange, taken: ReadonlySet<number>): void {
    const keys = changeKeys(old);
    const wanted = new Set([...taken].map((change) => keys.get(change)));
    const fresh = [...changeKeys(this.read(path))].flatMap(([change, key]) =>
      wanted.has(key) ? [change] : [],
    );
    this.#set(path, new Set(fresh));
  }

  read(path: string): ReviewedChange {
    const known = this.#read.get(path) ?? this.#load(path);
    this.#read.set(path, known);
    return known;
  }

  taken(path: string): Taken {
    return this.#taken.get(path) ?? "none";
  }

  /** How much of a part is taken. */
  partTaken(path: string, part: Part): "none" | "all" | "some" {
    const taken = this.taken(path);
    if (typeof taken === "string") return taken;
    const count = part.changes.filter((change) => taken.has(change)).length;
    return count === 0 ? "none" : count === part.changes.length ? "all" : "some";
  }

  parts(path: string): readonly Part[] {
    const cuts = this.#cuts.get(path) ?? new Set();
    const known = this.#parts.get(path) ?? this.read(path).hunks.flatMap((hunk) => cutHunk(hunk, cuts));
    this.#parts.set(path, known);
    return known;
  }

  /** Takes all of the file, or nothing if it is taken already. */
  toggleFile(path: string): void {
    this.#taken.set(path, this.taken(path) === "all" ? "none" : "all");
  }

  /** Takes the part, or leaves it; a file that can only be taken whole is. */
  togglePart(path: string, part: Part): void {
    if (!this.read(path).partial) {
      this.toggleFile(path);
      return;
    }
    const now = this.#changesTaken(path);
    const isTaken = this.partTaken(path, part) === "all";
    for (const change of part.changes)
      if (isTaken) now.delete(change);
      else now.add(change);
    this.#set(path, now);
  }

  #changesTaken(path: string): Set<number> {
    const taken = this.taken(path);
    if (typeof taken !== "string") return new Set(taken);
    return new Set(taken === "all" ? changeKeys(this.read(path)).keys() : []);
  }

  #set(path: string, changes: ReadonlySet<number>): void {
    const all = changeKeys(this.read(path)).size;
    this.#taken.set(path, changes.size === 0 ? "none" : changes.size === all ? "all" : changes);
  }

  /** Takes all files that are listed, or none of them. */
  setAll(taken: "none" | "all"): void {
    for (const { path } of this.files) this.#taken.set(path, taken);
  }

  /** Splits a part into its single changes; false if it is one. */
  split(path: string, part: Part): boolean {
    if (part.changes.length < 2) return false;
    const cuts = this.#cuts.get(path) ?? new Set();
    for (const change of part.changes.slice(1)) cuts.add(change);
    this.#cuts.set(path, cuts);
    this.#parts.delete(path);
    return true;
  }

  /** All that is taken, as a commit wants it. */
  selection(): Selection[] {
    return this.#files.flatMap(({ path }): Selection[] => {
      const taken = this.taken(path);
      if (typeof taken === "string") return taken === "all" ? [path] : [];
      return [{ path, hunks: [...taken].sort((a, b) => a - b), context: 0 }];
    });
  }
}

/** The single changes of a file by number, each with its text. */
function changeKeys({ hunks }: ReviewedChange): Map<number, string> {
  const keys = new Map<number, string>();
  for (const { lines } of hunks)
    for (const { kind, text, change } of lines)
      if (change !== undefined) keys.set(change, `${keys.get(change) ?? ""}${kind[0]}${text}\0`);
  return keys;
}

/** A hunk in parts; lines of context between two of them are shared out. */
function cutHunk(hunk: ReviewedChange["hunks"][number], cuts: ReadonlySet<number>): Part[] {
  const starts: number[] = [0];
  let contextFrom = 0;
  for (const [at, { change }] of hunk.lines.entries()) {
    if (change === undefined) continue;
    const isFirst = hunk.lines[at - 1]?.change !== change;
    if (isFirst && cuts.has(change) && at > 0) starts.push(Math.ceil((contextFrom + at) / 2));
    contextFrom = at + 1;
  }
  let [oldAt, newAt] = [hunk.oldStart, hunk.newStart];
  return starts.map((start, number) => {
    const lines = hunk.lines.slice(start, starts[number + 1]);
    const oldLines = lines.filter(({ kind }) => kind !== "added").length;
    const newLines = lines.filter(({ kind }) => kind !== "removed").length;
    const changes = new Set(lines.flatMap(({ change }) => change ?? []));
    const part = { oldStart: oldAt, oldLines, newStart: newAt, newLines, heading: hunk.heading, lines };
    oldAt += oldLines;
    newAt += newLines;
    const calls = new Set(lines.flatMap(({ call }) => call ?? []));
    return { ...part, changes: [...changes], calls: [...calls] };
  });
}
