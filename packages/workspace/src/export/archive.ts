import { decodeText, emptyStat, encodeText } from "@shadowbox/vfs";
import { nodeAt, type Shadow, viewOf } from "../changes/shadow.ts";
import { WorkspaceError } from "../errors.ts";
import { pathKey } from "../paths.ts";
import { type TarEntry, writeTar } from "./tar.ts";

/**
 * The project as the box sees it, at and below the paths (default all of it, without the `.git` of its root), as a tar archive. Throws
 * WorkspaceError `invalid` for a path where nothing is.
 */
export function archiveOf(shadow: Shadow, paths: readonly string[] = []): Uint8Array {
  const found = new Map<string, TarEntry>();
  for (const name of paths.length === 0 ? [""] : paths) {
    const path = encodeText(name.replace(/^(\.\/)+|^\.$/g, "").replace(/\/+$/, ""));
    const entries = entriesAt(shadow, path);
    if (entries.length === 0 && path.length > 0)
      throw new WorkspaceError("invalid", `export "${name}": expected a path in the box, nothing is there`);
    for (const entry of entries) found.set(pathKey(entry.path), entry);
  }
  return writeTar([...found.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry));
}

function entriesAt(shadow: Shadow, path: Uint8Array): TarEntry[] {
  const stat = emptyStat();
  return viewOf(shadow, path, true).flatMap(({ path: at, kind, mode, bytes }): TarEntry[] => {
    const key = pathKey(at);
    if (kind === "nothing" && nodeAt(shadow, at) >= 0)
      throw new WorkspaceError("invalid", `export "${decodeText(at)}": its content cannot be read`);
    if (
      kind === "nothing" ||
      key === "" ||
      (path.length === 0 && (key === ".git" || key.startsWith(".git/")))
    )
      return [];
    shadow.tree.stat(nodeAt(shadow, at), stat);
    return [{ path: at, kind, mode, modified: Number(stat.mtimeNs / 1_000_000_000n), bytes }];
  });
}
