// What a case left behind: one digest of the names, kinds, modes, targets and contents below its folders.

/** SHA-256, in hex, of all below `folders`; times and inode numbers are left out. */
export async function treeDigest(fs, folders) {
  const lines = [];
  for (const folder of folders) if (fs.exists(folder)) await list(fs, folder, lines);
  return digest(new TextEncoder().encode(lines.join("\n")));
}

async function list(fs, dir, lines) {
  for (const name of attempt(() => [...fs.readdir(dir)].sort()) ?? []) {
    const path = `${dir}/${name}`;
    const { type, mode } = fs.lstat(path);
    lines.push(JSON.stringify([path, type, mode & 0o7777, await content(fs, path, type)]));
    if (type === "directory") await list(fs, path, lines);
  }
}

async function content(fs, path, type) {
  if (type === "symlink") return fs.readlink(path);
  const bytes = type === "file" ? attempt(() => fs.readFile(path)) : new Uint8Array();
  return bytes === undefined ? "unreadable" : digest(bytes);
}

/** A case may leave what nobody may read. */
function attempt(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}

async function digest(bytes) {
  const hash = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
