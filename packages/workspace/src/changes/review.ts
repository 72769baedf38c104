import { diffHunks, type Hunk, isBinary } from "../diff/hunks.ts";
import { describeChange } from "./facts.ts";
import type { Change, ChangeFacts } from "./types.ts";

/** A change with what a person looks at and picks from. */
export interface ReviewedChange extends ChangeFacts {
  /** Of a text file: its hunks with three lines of context; their places in the list are the numbers that `Selected.hunks` takes. */
  hunks: readonly Hunk[];
}

/** The changes with their hunks; none for what is binary, no file, or the same content. */
export function reviewChanges(changes: readonly Change[]): ReviewedChange[] {
  return changes
    .filter(({ implied }) => !implied)
    .map((change) => ({ ...describeChange(change), hunks: hunksOf(change) }));
}

function hunksOf({ kind, before, after }: Change): Hunk[] {
  const sides = [before, after].filter((side) => side !== undefined);
  if (kind === "mode" || sides.some((side) => side.kind !== "file")) return [];
  const [old, now] = [before?.read() ?? NOTHING, after?.read() ?? NOTHING];
  return isBinary(old) || isBinary(now) ? [] : diffHunks(old, now);
}

const NOTHING = new Uint8Array();
