import { decodeText } from "@shadowbox/vfs";
import { countChangedLines, isBinary } from "../diff/hunks.ts";
import { dangerOf } from "./flags.ts";
import type { Change, ChangeFacts, ChangeSet } from "./types.ts";

/** Changes as data, with counts of lines unless they are not wanted. */
export function describeChanges(changes: readonly Change[], counted = true): ChangeSet {
  const facts = changes.filter(({ implied }) => !implied).map((change) => describeChange(change, counted));
  const sum = (name: "added" | "removed") => facts.reduce((total, change) => total + change[name], 0);
  return { changes: facts, added: sum("added"), removed: sum("removed") };
}

/** One change as data. */
export function describeChange(change: Change, counted = true): ChangeFacts {
  const { kind, path, from, similarity, before, after } = change;
  const type = (after ?? before)?.kind ?? "file";
  const facts: ChangeFacts = { path: decodeText(path), kind, type, binary: false, added: 0, removed: 0 };
  if (from !== undefined) facts.from = decodeText(from);
  if (similarity !== undefined) facts.similarity = similarity;
  if (before && after && before.mode !== after.mode && before.kind === after.kind && type !== "symlink") {
    facts.oldMode = before.mode;
    facts.newMode = after.mode;
  }
  if (counted) countLines(change, facts);
  const flag = dangerOf(change);
  if (flag !== undefined) facts.flag = flag;
  if (change.stale) facts.stale = true;
  if (change.lost) facts.lost = decodeText(change.lost);
  return facts;
}

function countLines({ kind, similarity, before, after }: Change, facts: ChangeFacts): void {
  if (kind === "mode" || similarity === 100 || facts.type === "directory") return;
  const [oldBytes, newBytes] = [before?.read() ?? NOTHING, after?.read() ?? NOTHING];
  facts.binary = isBinary(oldBytes) || isBinary(newBytes);
  if (facts.binary) return;
  Object.assign(facts, countChangedLines(oldBytes, newBytes));
}

const NOTHING = new Uint8Array();
