import { encodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { key } from "./collect.ts";
import type { Change } from "./types.ts";

/** The changes at or below `paths` (relative to the project, `.` for all); all of them without paths. Throws `invalid` for a path that names no change. */
export function selectChanges(changes: readonly Change[], paths?: readonly string[]): Change[] {
  if (paths === undefined || paths.length === 0) return [...changes];
  const picked = new Set<Change>();
  for (const path of paths) {
    const wanted = key(encodeText(path))
      .replace(/^(\.\/)+/, "")
      .replace(/\/+$/, "");
    const found = changes.filter((change) => wanted === "" || wanted === "." || covers(wanted, change));
    if (found.length === 0 && wanted !== "" && wanted !== ".")
      throw new WorkspaceError(
        "invalid",
        `select "${path}": nothing at or below it differs from the project`,
      );
    for (const change of found) picked.add(change);
  }
  // A folder that goes because all in it goes is tried with any of it: it stays while something is in it.
  const prefixes = [...picked].flatMap(({ path, from }) => (from ? [key(path), key(from)] : [key(path)]));
  const goes = (change: Change) =>
    change.implied &&
    change.kind === "deleted" &&
    prefixes.some((path) => path.startsWith(`${key(change.path)}/`));
  return changes.filter((change) => picked.has(change) || goes(change));
}

function covers(wanted: string, change: Change): boolean {
  const places = [key(change.path), ...(change.from ? [key(change.from)] : [])];
  return places.some((place) => place === wanted || place.startsWith(`${wanted}/`));
}
