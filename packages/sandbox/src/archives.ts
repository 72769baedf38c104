import type { FileEntry, VerifiedRegistry } from "@shadowbox/bundle";
import { ArchiveFileSystem, type Mount } from "@shadowbox/wasi";
import { SandboxError } from "./errors.ts";

/** An archive of a bundle that is laid out as a folder; structured-clonable. */
export interface BundleArchive {
  /** Folder inside the sandbox. */
  path: string;
  bundle: string;
  /** Digest of its bytes. */
  sha256: FileEntry["sha256"];
  /** A state word, then the bytes, which all threads and sandboxes of a host share. */
  shared: SharedArrayBuffer;
}

/** Bytes before an archive's content. */
const HEAD = 8;
/** Device numbers of these mounts: from here on. */
const FIRST_DEV = 32;

/** The archives among the files of a registry's bundles; no bytes are loaded. Throws SandboxError `engine`. */
export function archivesOf(registry: VerifiedRegistry): BundleArchive[] {
  return [...registry.files().values()].map(({ path, bundle, sha256, size }) => {
    const asset = registry.bundles().get(bundle)?.files?.[path];
    if (!asset?.endsWith(".tar"))
      throw new SandboxError(
        "engine",
        `open bundle ${bundle}: expected a .tar for "${path}", got "${asset}"`,
      );
    return { path, bundle, sha256, shared: new SharedArrayBuffer(HEAD + size) };
  });
}

/** The word that tells how far an archive is; the host's loader gives it its meaning, 0 is untouched. */
export function stateOf(archive: BundleArchive): Int32Array {
  return new Int32Array(archive.shared, 0, 1);
}

/** The place for an archive's content. */
export function contentOf(archive: BundleArchive): Uint8Array {
  return new Uint8Array(archive.shared, HEAD);
}

/** The mounts of these archives in this thread; `load` fills {@link contentOf} before the first use. */
export function mountArchives(
  archives: readonly BundleArchive[],
  load: (archive: BundleArchive) => void,
): Mount[] {
  return archives.map((archive, index) => ({
    path: archive.path,
    fs: new ArchiveFileSystem(FIRST_DEV + index, () => {
      load(archive);
      return contentOf(archive);
    }),
  }));
}
