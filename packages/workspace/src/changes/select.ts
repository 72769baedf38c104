import { decodeText, encodeText } from "@shadowbox/vfs";
import { diffHunks, isBinary } from "../diff/hunks.ts";
import { applyHunks } from "../diff/partial.ts";
import { WorkspaceError } from "../errors.ts";
import { parentKey, pathKey } from "../paths.ts";
import { type Change, partOf, type Side } from "./types.ts";

/** A path that is taken, or some hunks of it. */
export interface Selected {
  /** A file or folder, relative to the project; `.` for all. */
  path: string;
  /** Of a file: the hunks taken, counted from 0 as `review` lists them; default all of it. */
  hunks?: readonly number[];
  /** Lines of context with which the hunks are counted, default 3; 0 splits them as far as they go. */
  context?: number;
  /**
   * Only what these calls (numbers of snapshots) wrote last: hunks with a line of theirs, and what has no hunks if one of them
   * touched it.
   */
  calls?: readonly number[];
}

/** A path, or hunks of it. */
export type Selection = string | Selected;

/** Of a change, what was selected. */
export interface Picked {
  change: Change;
  /** Of a file of which only some hunks were selected. */
  partial?: {
    /** The file as it was, with the selected hunks only. */
    taken: Side;
    /** The file as it is, without the selected hunks. */
    left: Side;
    /** The single changes in the selected hunks, counted from 0. */
    changes: ReadonlySet<number>;
  };
}

/**
 * The changes at or below the selected paths; all of them without a selection. Throws WorkspaceError `invalid` for a path
 * that names no change, or hunks that it has not.
 */
export function selectChanges(changes: readonly Change[], selection?: readonly Selection[]): Picked[] {
  if (selection === undefined || selection.length === 0) return changes.map((change) => ({ change }));
  const picked = new Map<Change, Picked>();
  for (const item of selection) {
    const selected = typeof item === "string" ? { path: item } : item;
    const wanted = pathKey(encodeText(selected.path))
      .replace(/^(\.\/)+/, "")
      .replace(/\/+$/, "");
    const all = wanted === "" || wanted === ".";
    const found = changes.filter((change) => all || covers(wanted, change));
    if (found.length === 0 && !all)
      throw new WorkspaceError(
        "invalid",
        `select "${selected.path}": nothing at or below it differs from the project`,
      );
    for (const change of found)
      if (!picked.get(change) || picked.get(change)?.partial) picked.set(change, pick(change, selected));
  }
  addFolders(changes, picked);
  return changes.flatMap((change) => picked.get(change) ?? []);
}

/** The change as far as it was picked. */
export function pickedChange({ change, partial }: Picked): Change {
  return partial === undefined ? change : partOf(change, partial.taken);
}

function covers(wanted: string, { path, from }: Change): boolean {
  const places = [pathKey(path), ...(from ? [pathKey(from)] : [])];
  return places.some((place) => place === wanted || place.startsWith(`${wanted}/`));
}

/** The folders that are made for what was selected, and those that go with it: these stay while something is in them. */
function addFolders(changes: readonly Change[], picked: Map<Change, Picked>): void {
  const above = new Set<string>();
  for (const { path, from } of [...picked.keys()])
    for (const place of from ? [path, from] : [path])
      for (let at = parentKey(pathKey(place)); at !== "" && !above.has(at); at = parentKey(at)) above.add(at);
  for (const change of changes)
    if (change.implied && above.has(pathKey(change.path)) && !picked.has(change))
      picked.set(change, { change });
}

function pick(change: Change, { path, hunks, context }: Selected): Picked {
  if (hunks === undefined) return { change };
  const { before, after } = change;
  const name = decodeText(change.path);
  if (before?.kind !== "file" || after?.kind !== "file" || change.kind === "mode")
    throw new WorkspaceError(
      "invalid",
      `select hunks of "${path}": expected one changed file, got ${change.kind} "${name}"`,
    );
  const [old, now] = [before.read(), after.read()];
  if (isBinary(old) || isBinary(now))
    throw new WorkspaceError(
      "invalid",
      `select hunks of "${name}": it is binary and can only be taken whole`,
    );
  const all = diffHunks(old, now, context);
  const wrong = hunks.find((number) => all[number] === undefined);
  if (wrong !== undefined)
    throw new WorkspaceError("invalid", `select hunk ${wrong} of "${name}": expected 0 to ${all.length - 1}`);
  const taken = new Set(hunks);
  if (taken.size === all.length) return { change };
  const sideOf = (want: boolean): Side => {
    const bytes = applyHunks(
      old,
      now,
      all.filter((_, number) => taken.has(number) === want),
    );
    return { ...after, size: bytes.length, read: () => bytes };
  };
  const numbers = all.flatMap((hunk, number) => hunk.changes.map(() => taken.has(number)));
  const changes = new Set(numbers.flatMap((isTaken, number) => (isTaken ? [number] : [])));
  return { change, partial: { taken: sideOf(true), left: sideOf(false), changes } };
}
