import { type Heap, ProjectImage, TreeFileSystem } from "@shadowbox/vfs";
import { DirectoryFileSystem, type DirectoryOptions } from "@shadowbox/vfs/node";
import type { KernelConfig, Mount } from "@shadowbox/wasi";
import { openProject, type ProjectPlace } from "@shadowbox/workspace/node";
import { mountArchives } from "../archives.ts";
import { frozenMounts } from "../frozen.ts";
import { type ArchivePlace, loadArchive } from "./archives.ts";
import { folderSource } from "./wasi/folders.ts";

/** What a worker must know of a sandbox to act on its files; structured-clonable. */
export interface NodeSetup extends ArchivePlace {
  project?: ProjectPlace;
  /** The project where it is in memory. */
  image?: SharedArrayBuffer;
  /** Folder inside that nothing can change, such as the project's `.git`. */
  frozen?: string;
  /** A real folder in place of the tree. */
  directory?: DirectoryOptions;
  /** Absolute paths of the folders of a single program, in place of a project. */
  folders?: readonly string[];
}

/** A sandbox's file systems in this thread. */
export function attachFiles(heap: Heap, setup: unknown): KernelConfig {
  const place = setup as NodeSetup;
  if (place.folders !== undefined) return { root: TreeFileSystem.attach(heap, folderSource(place.folders)) };
  if (place.directory !== undefined) {
    const root = new DirectoryFileSystem(heap, place.directory);
    return { root, mounts: [...mountsOf(place), ...frozenMounts(root, place.frozen)] };
  }
  const image = place.image && ProjectImage.attach(place.image);
  const base = place.project === undefined ? image : openProject(place.project).base;
  const root = TreeFileSystem.attach(heap, base);
  return { root, mounts: [...mountsOf(place), ...frozenMounts(root, place.frozen)] };
}

/** The mounts of bundles' folders in this thread. */
export function mountsOf({ archives, ...place }: ArchivePlace): Mount[] {
  return mountArchives(archives, (archive) => loadArchive(archive, place));
}
