import { type Heap, TreeFileSystem } from "@shadowbox/vfs";
import { NodeBaseSource } from "@shadowbox/vfs/node";
import type { KernelConfig, Mount } from "@shadowbox/wasi";
import { type BundleArchive, mountArchives } from "../archives.ts";
import { loadArchive } from "./archives.ts";
import { folderSource } from "./wasi/folders.ts";

/** What a worker must know of a sandbox to act on its files; structured-clonable. */
export interface NodeSetup extends ArchivePlace {
  /** Absolute path of the project folder. */
  project?: string;
  /** Absolute paths of the folders of a single program, in place of a project. */
  folders?: readonly string[];
}

/** Folders that bundles bring along, and where they come from. */
export interface ArchivePlace {
  archives: readonly BundleArchive[];
  /** The registry's folder. */
  registry: string;
  /** Cache of unpacked assets. */
  cacheDir?: string;
}

/** A sandbox's file systems in this thread. */
export function attachFiles(heap: Heap, setup: unknown): KernelConfig {
  const place = setup as NodeSetup;
  if (place.folders !== undefined) return { root: TreeFileSystem.attach(heap, folderSource(place.folders)) };
  const base = place.project === undefined ? undefined : new NodeBaseSource({ root: place.project });
  return { root: TreeFileSystem.attach(heap, base), mounts: mountsOf(place) };
}

/** The mounts of bundles' folders in this thread. */
export function mountsOf({ archives, registry, cacheDir }: ArchivePlace): Mount[] {
  return mountArchives(archives, (archive) => loadArchive(archive, registry, cacheDir));
}
