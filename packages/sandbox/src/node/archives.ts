import { openFolderRegistry } from "@shadowbox/bundle/node";
import { type BundleArchive, contentOf, stateOf } from "../archives.ts";

/** Folders that bundles bring along, and where they come from; structured-clonable. */
export interface ArchivePlace {
  archives: readonly BundleArchive[];
  /** The registry's folder. */
  registry: string;
  /** Cache of unpacked assets. */
  cacheDir?: string;
  /** Optional bundles that were brought. */
  broughtDir?: string;
}

const State = { EMPTY: 0, LOADING: 1, READY: 2 } as const;
/** Longest wait for another thread that loads, milliseconds; it may have been killed. */
const PATIENCE_MS = 2000;

/** Brings an archive's verified bytes from the registry's folder, in the thread that needs them first. */
export function loadArchive(
  archive: BundleArchive,
  { registry: folder, cacheDir, broughtDir }: Omit<ArchivePlace, "archives">,
): void {
  const state = stateOf(archive);
  if (Atomics.compareExchange(state, 0, State.EMPTY, State.LOADING) === State.LOADING)
    Atomics.wait(state, 0, State.LOADING, PATIENCE_MS);
  if (Atomics.load(state, 0) === State.READY) return;
  const registry = openFolderRegistry(folder, {
    ...(cacheDir !== undefined && { cacheDir }),
    ...(broughtDir !== undefined && { broughtDir }),
  });
  contentOf(archive).set(registry.loadModuleSync(archive.sha256));
  Atomics.store(state, 0, State.READY);
  Atomics.notify(state, 0);
}
