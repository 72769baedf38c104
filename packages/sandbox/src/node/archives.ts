import { openFolderRegistry } from "@shadowbox/bundle/node";
import { type BundleArchive, contentOf, stateOf } from "../archives.ts";

const State = { EMPTY: 0, LOADING: 1, READY: 2 } as const;
/** Longest wait for another thread that loads, milliseconds; it may have been killed. */
const PATIENCE_MS = 2000;

/** Brings an archive's verified bytes from the registry's folder, in the thread that needs them first. */
export function loadArchive(archive: BundleArchive, folder: string, cacheDir: string | undefined): void {
  const state = stateOf(archive);
  if (Atomics.compareExchange(state, 0, State.EMPTY, State.LOADING) === State.LOADING)
    Atomics.wait(state, 0, State.LOADING, PATIENCE_MS);
  if (Atomics.load(state, 0) === State.READY) return;
  const registry = openFolderRegistry(folder, cacheDir === undefined ? {} : { cacheDir });
  contentOf(archive).set(registry.loadModuleSync(archive.sha256));
  Atomics.store(state, 0, State.READY);
  Atomics.notify(state, 0);
}
