import { Worker } from "node:worker_threads";
import { WorkerKind } from "../engine/pool-memory.ts";
import type { WorkerFactory } from "../engine/protocol.ts";

/** Where the bundled worker entries are. */
export interface WorkerEntries {
  /** Runs modules. */
  module: URL;
  /** Runs shells; absent where there are none. */
  shell?: URL;
}

/**
 * MiB of the youngest generation in a shell's thread, of which two thirds are in use at once. A script's tree outlives several collections while
 * it is read: with V8's usual 48 reading 10,000 lines took three times as long. Only what lives makes it grow.
 */
const SHELL_YOUNG_MB = 96;

/** Starts Node worker threads for a pool. They do not keep the program running. */
export function nodeWorkerFactory(entries: WorkerEntries): WorkerFactory {
  return (kind, events) => {
    const entry = kind === WorkerKind.SHELL ? (entries.shell ?? entries.module) : entries.module;
    // A descriptor that one thread opens may be another's to close: the open files of a sandbox are shared.
    const worker = new Worker(entry, {
      execArgv: [],
      env: {},
      stdin: false,
      trackUnmanagedFds: false,
      ...(kind === WorkerKind.SHELL && { resourceLimits: { maxYoungGenerationSizeMb: SHELL_YOUNG_MB } }),
    });
    let ended = false;
    worker.on("message", (message) => events.message(message));
    worker.on("error", (error: Error) => {
      if (!ended) events.failed(error.message);
      ended = true;
    });
    worker.on("exit", (code) => {
      if (!ended) events.failed(`exit code ${code}`);
      ended = true;
    });
    // Last, because a listener makes the thread count again.
    worker.unref();
    return {
      post: (message) => worker.postMessage(message),
      terminate: async () => {
        ended = true;
        await worker.terminate();
      },
    };
  };
}
