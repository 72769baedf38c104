import type { ImageEntry } from "@shadowbox/sandbox";
import { unzipSync, zipSync } from "fflate";
import { readTar, type TarFile } from "./tar.ts";

/** Most bytes of a project that is brought in. */
const MAX_BYTES = 512 << 20;
/** Left out unless asked for: they are remade, not reviewed. */
const LEFT_OUT = new Set(["node_modules", ".git"]);

export interface Imported {
  files: ImageEntry[];
  /** Paths that were left out. */
  leftOut: string[];
  /** Where changes can be written back to. */
  folder?: FileSystemDirectoryHandle;
}

class Collection {
  readonly imported: Imported = { files: [], leftOut: [] };
  #bytes = 0;

  skips(path: string): boolean {
    const name = path.slice(path.lastIndexOf("/") + 1);
    if (!LEFT_OUT.has(name)) return false;
    this.imported.leftOut.push(path);
    return true;
  }

  add(path: string, bytes: Uint8Array, modified: number, mode = 0o644): void {
    this.#bytes += bytes.length;
    if (this.#bytes > MAX_BYTES) throw new Error(`import: expected at most ${MAX_BYTES >> 20} MiB`);
    const mtimeNs = BigInt(Math.round(modified)) * 1_000_000n;
    this.imported.files.push({ path, type: "file", mode, mtimeNs, bytes });
  }
}

/** A folder that the user picked or dropped, and all below it. */
export async function importFolder(folder: FileSystemDirectoryHandle): Promise<Imported> {
  const collection = new Collection();
  const visit = async (dir: FileSystemDirectoryHandle, path: string): Promise<void> => {
    for await (const handle of dir.values()) {
      const at = path === "" ? handle.name : `${path}/${handle.name}`;
      if (handle.kind === "directory") {
        if (!collection.skips(at)) await visit(handle as FileSystemDirectoryHandle, at);
        continue;
      }
      const file = await (handle as FileSystemFileHandle).getFile();
      collection.add(at, new Uint8Array(await file.arrayBuffer()), file.lastModified);
    }
  };
  await visit(folder, "");
  return { ...collection.imported, folder };
}

/** A zip or tar archive (also packed by gzip); a single folder around everything is taken off. Throws for paths that lead out. */
export async function importArchive(archive: Uint8Array): Promise<Imported> {
  const collection = new Collection();
  const isZip = archive[0] === 0x50 && archive[1] === 0x4b;
  const listed = isZip ? readZip(archive) : await readTar(archive);
  const files = listed.map((file) => ({ ...file, path: file.path.replace(/^(\.\/)+/, "") }));
  const tops = new Set(files.map(({ path }) => path.split("/")[0]));
  const around = tops.size === 1 && files.every(({ path }) => path.includes("/")) ? `${[...tops][0]}/` : "";
  for (const { path: name, bytes, modified, mode } of files) {
    const path = name.slice(around.length);
    if (name.startsWith("/") || name.split("/").includes(".."))
      throw new Error(`import archive: expected paths inside it, got "${name}"`);
    const folders = path.split("/").slice(0, -1);
    if (!folders.some((folder) => LEFT_OUT.has(folder))) collection.add(path, bytes, modified, mode);
  }
  return collection.imported;
}

function readZip(archive: Uint8Array): TarFile[] {
  return Object.entries(unzipSync(archive))
    .filter(([name]) => !name.endsWith("/"))
    .map(([path, bytes]) => ({ path, bytes, mode: 0o644, modified: Date.now() }));
}

/** The workspace as a zip archive; folders that hold nothing are kept. */
export function exportZip(files: readonly ImageEntry[]): Blob {
  const entries: Record<string, [Uint8Array, { attrs: number; os: number }]> = {};
  for (const { path, type, mode, bytes = new Uint8Array() } of files) {
    const kind = { file: 0o100000, directory: 0o040000, symlink: 0o120000 }[type];
    const name = type === "directory" ? `${path}/` : path;
    entries[name] = [bytes, { attrs: ((kind | mode) << 16) >>> 0, os: 3 }];
  }
  return new Blob([zipSync(entries) as Uint8Array<ArrayBuffer>], { type: "application/zip" });
}

/** Hands a file to the user. */
export function download(name: string, blob: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
