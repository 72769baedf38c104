import { blobName } from "../diff/blob.ts";
import { type Fingerprint, fingerprint, mayBeSimilar, SAME, similarity } from "../diff/similarity.ts";
import { pathKey } from "../paths.ts";
import type { Change, Side } from "./types.ts";

/**
 * Joins deleted and created files into renames by git's rules: equal content first (a file of the same name before
 * others), then files that are the only ones of their name and three quarters alike, then the best of all pairs that are
 * half alike.
 */

const LEAST = SAME / 2;
const LEAST_OF_SAME_NAME = SAME * 0.75;
/** Pairs compared by content at most: git's `diff.renameLimit`, squared. */
const MOST_PAIRS = 1_000_000;
/** Of each created file, the best sources kept. */
const CANDIDATES = 4;

/** A created file, and what is known of where it comes from. */
export interface Created {
  change: Change;
  /** Path in the project of the file that was moved here with its content unchanged. */
  movedFrom?: Uint8Array;
}

/** `changes` in order of path, each renamed file as one change. `created` adds what the shadow knows of moves. */
export function pairRenames(changes: readonly Change[], created: readonly Created[]): Change[] {
  const isLeaf = (side: Side | undefined) => side !== undefined && side.kind !== "directory";
  const sources = changes.filter(({ kind, before }) => kind === "deleted" && isLeaf(before));
  const targets = created.filter(({ change }) => change.kind === "created" && isLeaf(change.after));
  if (sources.length === 0 || targets.length === 0) return [...changes];
  const pairing = new Pairing(sources, targets);
  pairing.moved();
  pairing.exact();
  pairing.sameName();
  pairing.similar();
  return changes.filter((change) => !pairing.used.has(change));
}

class Pairing {
  /** Deleted files that are renames by now. */
  readonly used = new Set<Change>();
  readonly #sources: readonly Change[];
  readonly #targets: readonly Created[];
  readonly #prints = new Map<Side, Fingerprint>();

  constructor(sources: readonly Change[], targets: readonly Created[]) {
    this.#sources = sources;
    this.#targets = targets;
  }

  get #open(): Change[] {
    return this.#targets.map(({ change }) => change).filter(({ kind }) => kind === "created");
  }

  #left(): Change[] {
    return this.#sources.filter((source) => !this.used.has(source));
  }

  #join(target: Change, source: Change, score: number): void {
    this.used.add(source);
    target.kind = "renamed";
    target.from = source.path;
    target.before = source.before as Side;
    target.similarity = Math.trunc((score * 100) / SAME);
    if (source.base) target.base = source.base;
  }

  /** What the shadow saw being moved under its own name needs no reading. */
  moved(): void {
    const byPath = new Map(this.#sources.map((source) => [pathKey(source.path), source]));
    for (const { change, movedFrom } of this.#targets) {
      const source = movedFrom && byPath.get(pathKey(movedFrom));
      if (source === undefined || this.used.has(source) || !sameName(source, change)) continue;
      if (source.before?.kind === change.after?.kind) this.#join(change, source, SAME);
    }
  }

  exact(): void {
    const bySize = new Map<string, Change[]>();
    for (const source of this.#left()) push(bySize, sizeKey(source.before as Side), source);
    const byContent = new Map<string, Change[]>();
    for (const target of this.#open) {
      const after = target.after as Side;
      const size = sizeKey(after);
      const alike = bySize.get(size);
      if (alike === undefined) continue;
      if (!byContent.has(size)) {
        byContent.set(size, alike);
        for (const source of alike) push(byContent, contentKey(source.before as Side), source);
      }
      const open = byContent.get(contentKey(after))?.filter((source) => !this.used.has(source)) ?? [];
      const best = open.find((source) => sameName(source, target)) ?? open[0];
      if (best !== undefined) this.#join(target, best, SAME);
    }
  }

  sameName(): void {
    const sources = onlyOnes(this.#left());
    const targets = onlyOnes(this.#open);
    for (const [name, source] of sources) {
      const target = targets.get(name);
      if (!source || !target) continue;
      const score = this.#score(source, target, LEAST_OF_SAME_NAME);
      if (score >= LEAST_OF_SAME_NAME) this.#join(target, source, score);
    }
  }

  similar(): void {
    const [sources, targets] = [this.#left(), this.#open];
    if (sources.length * targets.length > MOST_PAIRS) return;
    const pairs = targets.flatMap((target) => this.#candidates(target, sources));
    for (const { source, target, score } of pairs.sort(comparePairs))
      if (score >= LEAST && target.kind === "created" && !this.used.has(source))
        this.#join(target, source, score);
  }

  /** The best few sources of a file; a better one takes the place of the worst. */
  #candidates(target: Change, sources: readonly Change[]): Pair[] {
    const best: Pair[] = [];
    for (const source of sources) {
      const pair = {
        ...{ source, target, score: this.#score(source, target, LEAST) },
        sameName: sameName(source, target) ? 1 : 0,
      };
      if (best.length < CANDIDATES) {
        best.push(pair);
        continue;
      }
      let worst = 0;
      for (let i = 1; i < best.length; i++)
        if (comparePairs(best[i] as Pair, best[worst] as Pair) > 0) worst = i;
      if (comparePairs(best[worst] as Pair, pair) > 0) best[worst] = pair;
    }
    return best;
  }

  #score({ before }: Change, { after }: Change, least: number): number {
    if (before?.kind !== "file" || after?.kind !== "file") return 0;
    if (!mayBeSimilar(before.size, after.size, least)) return 0;
    return similarity(this.#print(before), this.#print(after));
  }

  #print(side: Side): Fingerprint {
    const known = this.#prints.get(side) ?? fingerprint(side.read());
    this.#prints.set(side, known);
    return known;
  }
}

interface Pair {
  source: Change;
  target: Change;
  score: number;
  sameName: number;
}

function comparePairs(a: Pair, b: Pair): number {
  return b.score - a.score || b.sameName - a.sameName;
}

function push<T>(lists: Map<string, T[]>, key: string, item: T): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [item]);
  else list.push(item);
}

/** Files that are the only ones of their name; null where there are several. */
function onlyOnes(changes: readonly Change[]): Map<string, Change | null> {
  const found = new Map<string, Change | null>();
  for (const change of changes) {
    const name = nameOf(change);
    found.set(name, found.has(name) ? null : change);
  }
  return found;
}

function nameOf({ path }: Change): string {
  return pathKey(path.subarray(path.lastIndexOf(0x2f) + 1));
}

function sameName(a: Change, b: Change): boolean {
  return nameOf(a) === nameOf(b);
}

function sizeKey({ kind, size }: Side): string {
  return `${kind} ${size}`;
}

function contentKey(side: Side): string {
  return `${side.kind} ${blobName(side.read())}`;
}
