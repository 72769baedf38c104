import { type Heap, ProjectImage, TreeFileSystem } from "@shadowbox/vfs";
import type { KernelConfig } from "@shadowbox/wasi";
import { type BundleArchive, mountArchives } from "../archives.ts";
import { awaitArchive } from "./archives.ts";

/** What a worker must know of a sandbox to act on its files; structured-clonable. */
export interface BrowserSetup {
  /** Folders that bundles bring along. */
  archives: readonly BundleArchive[];
  /** The project. */
  image?: SharedArrayBuffer;
}

/** A sandbox's file systems in this thread. */
export function attachFiles(heap: Heap, setup: unknown): KernelConfig {
  const { archives, image } = setup as BrowserSetup;
  const base = image && ProjectImage.attach(image);
  return { root: TreeFileSystem.attach(heap, base), mounts: mountArchives(archives, awaitArchive) };
}
