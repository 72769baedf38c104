import { type Heap, TreeFileSystem } from "@shadowbox/vfs";
import { NodeBaseSource } from "@shadowbox/vfs/node";
import type { KernelConfig } from "@shadowbox/wasi";
import { type BundleArchive, mountArchives } from "./bundle-files.ts";

/** What a worker must know of a sandbox to act on its files; structured-clonable. */
export interface NodeSetup {
  /** Absolute path of the project folder. */
  project?: string;
  /** Folders that bundles bring along. */
  archives?: readonly BundleArchive[];
}

/** A sandbox's file systems in this thread. */
export function attachFiles(heap: Heap, setup: unknown): KernelConfig {
  const { project, archives = [] } = (setup ?? {}) as NodeSetup;
  const base = project === undefined ? undefined : new NodeBaseSource({ root: project });
  return { root: TreeFileSystem.attach(heap, base), mounts: mountArchives(archives) };
}
