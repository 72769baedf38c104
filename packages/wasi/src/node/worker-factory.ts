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

/** Starts Node worker threads for a pool. They do not keep the program running. */
export function nodeWorkerFactory(entries: WorkerEntries): WorkerFactory {
  return (kind, events) => {
    const entry = kind === WorkerKind.SHELL ? (entries.shell ?? entries.module) : entries.module;
    // A descriptor that one thread opens may be another's to close: the open files of a sandbox are shared.
    const worker = new Worker(entry, { execArgv: [], env: {}, stdin: false, trackUnmanagedFds: false });
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
