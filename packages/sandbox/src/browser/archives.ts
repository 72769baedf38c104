import { type BundleArchive, contentOf, stateOf } from "../archives.ts";
import { SandboxError } from "../errors.ts";

const State = { EMPTY: 0, WANTED: 1, READY: 2, FAILED: 3 } as const;

/** In a worker: waits until the supervisor has brought an archive's bytes. Throws SandboxError `engine` when it cannot. */
export function awaitArchive(archive: BundleArchive): void {
  const state = stateOf(archive);
  if (Atomics.load(state, 0) === State.READY) return;
  Atomics.compareExchange(state, 0, State.EMPTY, State.WANTED);
  Atomics.notify(state, 0);
  while (Atomics.load(state, 0) === State.WANTED) Atomics.wait(state, 0, State.WANTED);
  if (Atomics.load(state, 0) === State.READY) return;
  // The next use tries again.
  Atomics.compareExchange(state, 0, State.FAILED, State.EMPTY);
  Atomics.notify(state, 0);
  throw new SandboxError("engine", `read "${archive.path}": its archive could not be loaded`);
}

/** In the supervisor: brings an archive when a worker wants it; resolves when it is there. */
export async function serveArchive(
  archive: BundleArchive,
  load: () => Promise<Uint8Array>,
  onProblem: (message: string) => void,
): Promise<void> {
  const state = stateOf(archive);
  for (;;) {
    await leaves(state, State.EMPTY);
    try {
      contentOf(archive).set(await load());
      Atomics.store(state, 0, State.READY);
      Atomics.notify(state, 0);
      return;
    } catch (error) {
      onProblem(`bring "${archive.path}": ${(error as Error).message}`);
      Atomics.store(state, 0, State.FAILED);
      Atomics.notify(state, 0);
      await leaves(state, State.FAILED);
    }
  }
}

async function leaves(state: Int32Array, value: number): Promise<void> {
  const change = Atomics.waitAsync(state, 0, value);
  if (change.async) await change.value;
}
