import type { ImageEntry } from "@shadowbox/vfs";
import type { SandboxFs } from "../types.ts";

/** All below a directory of a sandbox, folders before what is in them; pipes and devices are left out. */
export function* listTree(fs: SandboxFs, dir: string, path = ""): Generator<ImageEntry> {
  for (const name of fs.readdir(`${dir}/${path}`)) {
    const at = path === "" ? name : `${path}/${name}`;
    const { type, mode, mtimeNs } = fs.lstat(`${dir}/${at}`);
    const facts = { path: at, mode: mode & 0o7777, mtimeNs };
    if (type === "directory") {
      yield { ...facts, type };
      yield* listTree(fs, dir, at);
    } else if (type === "symlink")
      yield { ...facts, type, bytes: new TextEncoder().encode(fs.readlink(`${dir}/${at}`)) };
    else if (type === "file") yield { ...facts, type, bytes: fs.readFile(`${dir}/${at}`) };
  }
}
