import type { BaseFacts } from "@shadowbox/vfs";
import { key, sameBytes } from "./collect.ts";
import type { Change } from "./types.ts";

/** Likeness, in percent, from which a deleted and a created file are one that was renamed; git's default. */
const ENOUGH = 50;
/** Pairs that are compared by content at most, as git's `diff.renameLimit` squared. */
const MOST_PAIRS = 1_000_000;

/** Joins deleted and created files that are the same file in another place. */
export function pairRenames(
  changes: Change[],
  created: readonly { change: Change; from?: BaseFacts }[],
): Change[] {
  const deleted = new Map(
    changes
      .filter((change) => change.kind === "deleted" && change.before?.kind === "file")
      .map((change) => [key(change.path), change]),
  );
  if (deleted.size === 0) return changes;
  const gone = new Set<Change>();
  const join = (target: Change, source: Change, similarity: number) => {
    deleted.delete(key(source.path));
    gone.add(source);
    Object.assign(target, {
      kind: "renamed",
      from: source.path,
      before: source.before,
      base: source.base,
      similarity,
    });
  };
  const open = created.filter(({ change }) => change.after?.kind === "file" && changes.includes(change));
  const exact = open.filter(({ change, from }) => !joinExact(change, from, deleted, join));
  joinSimilar(exact, deleted, join);
  return changes.filter((change) => !gone.has(change));
}

type Join = (target: Change, source: Change, similarity: number) => void;

/** The file that was moved, if its content stayed; or any with the same content. */
function joinExact(
  target: Change,
  from: BaseFacts | undefined,
  deleted: ReadonlyMap<string, Change>,
  join: Join,
): boolean {
  const size = target.after?.size ?? 0;
  if (size === 0) return false;
  const moved = from && deleted.get(key(from.path));
  const candidates = moved ? [moved, ...deleted.values()] : deleted.values();
  for (const source of candidates) {
    if (source.before?.size !== size || !sameBytes(source.before.read(), target.after?.read() as Uint8Array))
      continue;
    join(target, source, 100);
    return true;
  }
  return false;
}

function joinSimilar(
  created: readonly { change: Change }[],
  deleted: ReadonlyMap<string, Change>,
  join: Join,
): void {
  if (created.length * deleted.size > MOST_PAIRS) return;
  const pairs: { target: Change; source: Change; score: number }[] = [];
  const prints = new Map(
    [...deleted.values()].map((source) => [source, fingerprint(source.before?.read() ?? new Uint8Array())]),
  );
  for (const { change } of created) {
    const own = fingerprint(change.after?.read() ?? new Uint8Array());
    for (const [source, theirs] of prints) {
      const score = similarity(theirs, own);
      if (score >= ENOUGH) pairs.push({ target: change, source, score });
    }
  }
  pairs.sort((a, b) => b.score - a.score);
  for (const { target, source, score } of pairs)
    if (target.kind === "created" && deleted.get(key(source.path)) === source) join(target, source, score);
}

interface Fingerprint {
  size: number;
  /** Hash of a line (or 64 bytes of one) → bytes of it in the file. */
  pieces: Map<number, number>;
}

function fingerprint(bytes: Uint8Array): Fingerprint {
  const pieces = new Map<number, number>();
  for (let at = 0; at < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, at);
    const end = Math.min(newline < 0 ? bytes.length : newline + 1, at + 64);
    let hash = 0x811c9dc5;
    for (let i = at; i < end; i++) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
    pieces.set(hash, (pieces.get(hash) ?? 0) + end - at);
    at = end;
  }
  return { size: bytes.length, pieces };
}

/** Percent of the larger file that was copied from the other. */
function similarity(a: Fingerprint, b: Fingerprint): number {
  const larger = Math.max(a.size, b.size);
  if (larger === 0 || Math.min(a.size, b.size) * 100 < larger * ENOUGH) return 0;
  let copied = 0;
  for (const [hash, count] of a.pieces) copied += Math.min(count, b.pieces.get(hash) ?? 0);
  return Math.floor((copied * 100) / larger);
}
