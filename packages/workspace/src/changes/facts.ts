import { decodeText } from "@shadowbox/vfs";
import { diffHunks, isBinary } from "../diff/hunks.ts";
import type { Change, ChangeFacts, ChangeSet } from "./types.ts";

/** Changes as data, with counts of lines. */
export function describeChanges(changes: readonly Change[]): ChangeSet {
  const facts = changes.filter(({ implied }) => !implied).map(describeChange);
  const sum = (name: "added" | "removed") => facts.reduce((total, change) => total + change[name], 0);
  return { changes: facts, added: sum("added"), removed: sum("removed") };
}

function describeChange(change: Change): ChangeFacts {
  const { kind, path, from, similarity, before, after } = change;
  const facts: ChangeFacts = { path: decodeText(path), kind, binary: false, added: 0, removed: 0 };
  if (from !== undefined) facts.from = decodeText(from);
  if (similarity !== undefined) facts.similarity = similarity;
  if ((after ?? before)?.kind === "directory") return facts;
  const [oldBytes, newBytes] = [before?.read() ?? NOTHING, after?.read() ?? NOTHING];
  facts.binary = isBinary(oldBytes) || isBinary(newBytes);
  if (facts.binary) return facts;
  for (const hunk of diffHunks(oldBytes, newBytes, 0))
    for (const line of hunk.lines) if (line.kind !== "context") facts[line.kind]++;
  return facts;
}

const NOTHING = new Uint8Array();
