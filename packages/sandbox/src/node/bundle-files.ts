import type { VerifiedRegistry } from "@shadowbox/bundle";
import { openFolderRegistry } from "@shadowbox/bundle/node";
import { ArchiveFileSystem, type Mount } from "@shadowbox/wasi";
import { SandboxError } from "../errors.ts";

/** An archive of a bundle that is laid out as a folder; structured-clonable. */
export interface BundleArchive {
  /** Folder inside the sandbox. */
  path: string;
  /** Digest of its bytes. */
  sha256: string;
  /** The registry's folder and the cache of unpacked assets. */
  registry: string;
  cacheDir: string | undefined;
  /** A state word, then the bytes, filled by the thread that needs them first. */
  shared: SharedArrayBuffer;
}

const HEAD = 8;
const State = { EMPTY: 0, LOADING: 1, READY: 2 } as const;
/** Longest wait for another thread that loads, milliseconds; it may have been killed. */
const PATIENCE_MS = 2000;
/** Device numbers of these mounts: from here on. */
const FIRST_DEV = 32;

/** The archives among the files of a registry's bundles; no bytes are loaded. Throws SandboxError `engine`. */
export function archivesOf(
  registry: VerifiedRegistry,
  folder: string,
  cacheDir: string | undefined,
): BundleArchive[] {
  return [...registry.files().values()].map(({ path, bundle, sha256, size }) => {
    const asset = registry.bundles().get(bundle)?.files?.[path];
    if (!asset?.endsWith(".tar"))
      throw new SandboxError(
        "engine",
        `open bundle ${bundle}: expected a .tar for "${path}", got "${asset}"`,
      );
    return { path, sha256, registry: folder, cacheDir, shared: new SharedArrayBuffer(HEAD + size) };
  });
}

/** The mounts of these archives in this thread. */
export function mountArchives(archives: readonly BundleArchive[]): Mount[] {
  return archives.map((archive, index) => ({
    path: archive.path,
    fs: new ArchiveFileSystem(FIRST_DEV + index, () => bytesOf(archive)),
  }));
}

/** The verified bytes, shared by all threads and sandboxes of this process. */
function bytesOf(archive: BundleArchive): Uint8Array {
  const state = new Int32Array(archive.shared, 0, 1);
  const bytes = new Uint8Array(archive.shared, HEAD);
  if (Atomics.compareExchange(state, 0, State.EMPTY, State.LOADING) === State.LOADING)
    Atomics.wait(state, 0, State.LOADING, PATIENCE_MS);
  if (Atomics.load(state, 0) === State.READY) return bytes;
  const { registry: folder, cacheDir, sha256 } = archive;
  const registry = openFolderRegistry(folder, cacheDir === undefined ? {} : { cacheDir });
  bytes.set(registry.loadModuleSync(sha256 as Parameters<typeof registry.loadModuleSync>[0]));
  Atomics.store(state, 0, State.READY);
  Atomics.notify(state, 0);
  return bytes;
}
