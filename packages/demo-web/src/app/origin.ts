import type { ImageEntry, OutsideFile } from "@shadowbox/sandbox";
import { digestOf } from "../runtime/digest.ts";
import type { ProjectChanges } from "../runtime/protocol.ts";

/** The user's folder that a project came from. */
export interface Origin {
  folder: FileSystemDirectoryHandle;
  /** The state that keeps the project; another one has another origin. */
  state: string;
  /** Path → SHA-256 of what the folder had when it was read or written last. */
  known: Map<string, string>;
  /** Files of the folder are being written that `known` does not tell of yet. */
  isWriting?: boolean;
}

export interface WriteBack {
  written: string[];
  removed: string[];
  /** What the user changed meanwhile: left as it is. */
  conflicts: string[];
  /** Links: a page cannot make them. */
  skipped: string[];
}

type Permissive = FileSystemDirectoryHandle & {
  queryPermission?(options: { mode: "readwrite" }): Promise<PermissionState>;
  requestPermission?(options: { mode: "readwrite" }): Promise<PermissionState>;
};

/** What is known of a folder that was just read. */
export async function originOf(
  folder: FileSystemDirectoryHandle,
  state: string,
  files: readonly ImageEntry[],
): Promise<Origin> {
  const known = new Map<string, string>();
  for (const { path, type, bytes } of files)
    if (type === "file" && bytes !== undefined) known.set(path, await digestOf(bytes));
  return { folder, state, known };
}

/** Whether the page may write; `ask` is for the moment of a click only. */
export async function mayWrite({ folder }: Origin, ask: boolean): Promise<boolean> {
  const handle = folder as Permissive;
  const mode = "readwrite";
  if (((await handle.queryPermission?.({ mode })) ?? "granted") === "granted") return true;
  return ask && (await handle.requestPermission?.({ mode })) === "granted";
}

/** Of these paths, the files that the folder has otherwise than is known, as they are there now. */
export async function newerFiles(
  { folder, known }: Origin,
  paths: readonly string[],
): Promise<OutsideFile[]> {
  const newer: OutsideFile[] = [];
  for (const path of new Set(paths)) {
    const file = await fileAt(folder, path);
    if (file === "folder") continue;
    const bytes = file && new Uint8Array(await file.arrayBuffer());
    if ((bytes && (await digestOf(bytes))) === known.get(path)) continue;
    newer.push({ path, ...(bytes && { bytes, mtimeNs: BigInt(file.lastModified) * 1_000_000n }) });
  }
  return newer;
}

/** The project has the folder's version by now. */
export async function noteKnown({ known }: Origin, files: readonly OutsideFile[]): Promise<void> {
  for (const { path, bytes } of files)
    if (bytes === undefined) known.delete(path);
    else known.set(path, await digestOf(bytes));
}

/**
 * Brings the project's changes to the folder. A file is written only when the folder still has what is known of it, and each
 * file is old or new, never half. `known` is brought up to date.
 */
export async function writeBack({ folder, known }: Origin, changes: ProjectChanges): Promise<WriteBack> {
  const report: WriteBack = { written: [], removed: [], conflicts: [], skipped: [] };
  for (const { path, type, bytes = new Uint8Array() } of changes.put) {
    const [now, wanted] = [await digestAt(folder, path), await digestOf(bytes)];
    if (type === "symlink") report.skipped.push(path);
    else if (now !== wanted && now !== known.get(path)) report.conflicts.push(path);
    else {
      if (now !== wanted) await put(folder, path, bytes);
      known.set(path, wanted);
      report.written.push(path);
    }
  }
  for (const path of changes.gone) {
    const now = await digestAt(folder, path);
    if (now !== undefined && now !== known.get(path)) report.conflicts.push(path);
    else {
      if (now !== undefined) await remove(folder, path);
      known.delete(path);
      report.removed.push(path);
    }
  }
  return report;
}

function split(path: string): { folders: string[]; name: string } {
  const parts = path.split("/");
  return { name: parts.pop() as string, folders: parts };
}

async function parentOf(
  folder: FileSystemDirectoryHandle,
  folders: readonly string[],
  create: boolean,
): Promise<FileSystemDirectoryHandle> {
  let at = folder;
  for (const name of folders) at = await at.getDirectoryHandle(name, { create });
  return at;
}

/** SHA-256 of the file that is there now; undefined: nothing is; "folder": something else. */
async function digestAt(folder: FileSystemDirectoryHandle, path: string): Promise<string | undefined> {
  const file = await fileAt(folder, path);
  return file instanceof File ? digestOf(new Uint8Array(await file.arrayBuffer())) : file;
}

async function fileAt(folder: FileSystemDirectoryHandle, path: string): Promise<File | "folder" | undefined> {
  const { folders, name } = split(path);
  try {
    return await (await (await parentOf(folder, folders, false)).getFileHandle(name)).getFile();
  } catch (error) {
    const { name: kind } = error as DOMException;
    if (kind === "NotFoundError") return undefined;
    if (kind === "TypeMismatchError") return "folder";
    throw error;
  }
}

/** The browser writes beside the file and swaps at the end. */
async function put(folder: FileSystemDirectoryHandle, path: string, bytes: Uint8Array): Promise<void> {
  const { folders, name } = split(path);
  const file = await (await parentOf(folder, folders, true)).getFileHandle(name, { create: true });
  const stream = await file.createWritable();
  await stream.write(bytes as Uint8Array<ArrayBuffer>);
  await stream.close();
}

async function remove(folder: FileSystemDirectoryHandle, path: string): Promise<void> {
  const { folders, name } = split(path);
  await (await parentOf(folder, folders, false)).removeEntry(name);
}

const DATABASE = "shadowbox-app";
const STORE = "origin";

/** Keeps the origin of the present project for the next visit; undefined forgets it. */
export async function keepOrigin(origin: Origin | undefined): Promise<void> {
  await inStore("readwrite", (store) => (origin === undefined ? store.clear() : store.put(origin, "origin")));
}

/** The origin of the project in this state, if it was a folder. */
export async function keptOrigin(state: string): Promise<Origin | undefined> {
  const origin = await inStore<Origin | undefined>("readonly", (store) => store.get("origin"));
  return origin?.state === state ? origin : undefined;
}

function inStore<T>(mode: IDBTransactionMode, action: (store: IDBObjectStore) => IDBRequest): Promise<T> {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open(DATABASE, 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const transaction = opening.result.transaction(STORE, mode);
      const request = action(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result as T);
      transaction.onerror = () => reject(transaction.error);
      transaction.onabort = () => reject(transaction.error);
      transaction.addEventListener("complete", () => opening.result.close());
    };
  });
}
