/** Paths of a project: bytes relative to its root, `/` between names, empty for the root itself. */

const SLASH = 0x2f;

/** `dir/name`. */
export function joinPath(dir: Uint8Array, name: Uint8Array): Uint8Array {
  if (dir.length === 0) return name.slice();
  const path = new Uint8Array(dir.length + 1 + name.length);
  path.set(dir);
  path[dir.length] = SLASH;
  path.set(name, dir.length + 1);
  return path;
}

/** The names of a path. */
export function splitPath(path: Uint8Array): Uint8Array[] {
  const names: Uint8Array[] = [];
  let start = 0;
  for (let at = 0; at <= path.length; at++) {
    if (at < path.length && path[at] !== SLASH) continue;
    names.push(path.subarray(start, at));
    start = at + 1;
  }
  return names;
}

/** Bytes as a map's key: characters 0–255. */
export function pathKey(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length; i++) text += String.fromCharCode(bytes[i] as number);
  return text;
}

/** The inverse of {@link pathKey}. */
export function keyPath(key: string): Uint8Array {
  const bytes = new Uint8Array(key.length);
  for (let i = 0; i < key.length; i++) bytes[i] = key.charCodeAt(i);
  return bytes;
}

/** The key of the directory that holds a path; empty for a name in the root. */
export function parentKey(key: string): string {
  return key.slice(0, Math.max(0, key.lastIndexOf("/")));
}

/** Order of a walk: the names of a directory by their bytes, what is in a directory right after it. */
export function comparePaths(a: Uint8Array, b: Uint8Array): number {
  const shorter = Math.min(a.length, b.length);
  for (let i = 0; i < shorter; i++) {
    if (a[i] === b[i]) continue;
    if (a[i] === SLASH) return -1;
    if (b[i] === SLASH) return 1;
    return (a[i] as number) - (b[i] as number);
  }
  return a.length - b.length;
}

export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Whether a path is one of these, or below one; `.` and an empty list are everything. */
export function isBelow(path: string, folders: readonly string[]): boolean {
  return (
    folders.length === 0 ||
    folders.some((name) => {
      const folder = name.replace(/^(\.\/)+/, "").replace(/\/+$/, "");
      return folder === "" || folder === "." || path === folder || path.startsWith(`${folder}/`);
    })
  );
}
