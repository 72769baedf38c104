import { decodeText } from "@shadowbox/vfs";
import { applyHunksTo } from "../diff/apply.ts";
import { applyDelta, readBase85 } from "../diff/binary.ts";
import { type FilePatch, parsePatch } from "../diff/parse.ts";
import { inflate } from "../diff/zlib.ts";
import { WorkspaceError } from "../errors.ts";
import { comparePaths, keyPath, parentKey, pathKey, splitPath } from "../paths.ts";
import { nodeAt, type Shadow, showView, type View, viewOf } from "./shadow.ts";

const NOTHING = new Uint8Array();
const LINK_MODE = 0o120000;
const TYPE_BITS = 0o170000;

/**
 * Makes a patch's changes in the shadow, all or none; the paths it changed. Throws WorkspaceError `invalid` for a patch that cannot be
 * read, does not fit, or leaves the project.
 */
export function importPatch(shadow: Shadow, patch: Uint8Array): Uint8Array[] {
  const views = new Map<string, View>();
  const see = (path: Uint8Array) => views.get(pathKey(path)) ?? (viewOf(shadow, path, false)[0] as View);
  for (const file of parsePatch(patch)) {
    const { oldPath, newPath, copies } = file;
    for (const path of [oldPath, newPath]) if (path !== undefined) checkPath(path);
    const old = oldPath && see(oldPath);
    if (newPath !== undefined) {
      const isNew = oldPath === undefined || pathKey(oldPath) !== pathKey(newPath);
      // A folder may give way, when the patch removes all that is in it.
      if (isNew && !["nothing", "directory"].includes(see(newPath).kind))
        throw new WorkspaceError("invalid", `apply patch: "${decodeText(newPath)}" is there already`);
      const view = patched(file, newPath, old);
      if (isNew && oldPath !== undefined && !copies) views.set(pathKey(oldPath), gone(oldPath));
      views.set(pathKey(newPath), view);
    } else if (oldPath !== undefined) {
      patched(file, oldPath, old);
      views.set(pathKey(oldPath), gone(oldPath));
    }
  }
  showAll(shadow, [...views.values()]);
  return [...views.values()].map(({ path }) => path).sort(comparePaths);
}

function gone(path: Uint8Array): View {
  return { path, kind: "nothing", mode: 0, bytes: NOTHING };
}

function checkPath(path: Uint8Array): void {
  const names = splitPath(path).map(decodeText);
  const odd = names.some((name) => name === "" || name === "." || name === ".." || name.includes("\0"));
  if (names.length === 0 || odd || names[0] === ".git")
    throw new WorkspaceError(
      "invalid",
      `apply patch: expected a path in the project and not in .git, got "${decodeText(path)}"`,
    );
}

/** What stands at the path afterwards. */
function patched(
  { hunks, binary, newMode, oldPath }: FilePatch,
  path: Uint8Array,
  old: View | undefined,
): View {
  const name = decodeText(oldPath ?? path);
  if (old !== undefined && old.kind !== "file" && old.kind !== "symlink")
    throw new WorkspaceError("invalid", `apply patch to "${name}": expected a file, got ${old.kind}`);
  const before = old?.bytes ?? NOTHING;
  let bytes = before;
  if (binary !== undefined) {
    const packed = inflated(readBase85(binary.lines), binary.size, name);
    bytes = binary.method === "delta" ? applyDelta(before, packed) : packed;
  } else if (hunks.length > 0) bytes = applyHunksTo(before, hunks, name);
  const isLink = newMode === undefined ? old?.kind === "symlink" : (newMode & TYPE_BITS) === LINK_MODE;
  const mode = newMode === undefined ? (old?.mode ?? 0o644) : modeOf(newMode, old);
  return { path, kind: isLink ? "symlink" : "file", mode: isLink ? 0o777 : mode, bytes };
}

/** Git knows of a mode only whether its owner may run it: what else there was stays. */
function modeOf(newMode: number, old: View | undefined): number {
  const runs = (newMode & 0o100) !== 0;
  if (old?.kind !== "file") return runs ? 0o755 : 0o644;
  return runs ? old.mode | ((old.mode & 0o444) >> 2) : old.mode & ~0o111;
}

function inflated(bytes: Uint8Array, size: number, name: string): Uint8Array {
  try {
    return inflate(bytes, size);
  } catch (cause) {
    throw new WorkspaceError("invalid", `apply patch to "${name}": its binary content is damaged`, { cause });
  }
}

/** Shows the views, removals first; where one cannot be shown everything is as before. */
function showAll(shadow: Shadow, views: readonly View[]): void {
  const sorted = [
    ...views.filter(({ kind }) => kind === "nothing"),
    ...views.filter(({ kind }) => kind !== "nothing"),
  ];
  const before: View[] = [];
  shadow.tree.locked(() => {
    for (const view of sorted) {
      const [was, ...below] = viewOf(shadow, view.path, view.kind !== "nothing") as [View, ...View[]];
      before.unshift(was);
      if (below.every(({ kind }) => kind === "directory")) {
        before.unshift(...below);
        for (const { path } of below.reverse()) showView(shadow, gone(path));
      }
      const fits = showView(shadow, view) && nodeAt(shadow, view.path) >= 0 === (view.kind !== "nothing");
      if (fits) continue;
      for (const was of before) showView(shadow, was);
      throw new WorkspaceError(
        "invalid",
        `apply patch: "${decodeText(view.path)}" cannot be changed in the box`,
      );
    }
    for (const { path, kind } of sorted)
      if (kind === "nothing") removeEmpty(shadow, parentKey(pathKey(path)));
  });
}

/** Folders that lost their last file go, as with git. */
function removeEmpty(shadow: Shadow, folder: string): void {
  for (let at = folder; at !== ""; at = parentKey(at)) {
    const views = viewOf(shadow, keyPath(at), true);
    if (views.length > 1 || views[0]?.kind !== "directory") return;
    showView(shadow, gone(keyPath(at)));
  }
}
