import { WorkerKind } from "../engine/pool-memory.ts";
import type { WorkerFactory, WorkerMessage } from "../engine/protocol.ts";

/** Starts the bundled worker entries; they must come from the page's own origin. */
export interface WorkerEntries {
  /** Runs modules. */
  module(): Worker;
  /** Runs shells; absent where there are none. */
  shell?(): Worker;
}

/** Starts dedicated workers for a pool. The page must be cross-origin isolated, or there is no shared memory. */
export function browserWorkerFactory(entries: WorkerEntries): WorkerFactory {
  return (kind, events) => {
    const start = kind === WorkerKind.SHELL ? (entries.shell ?? entries.module) : entries.module;
    const worker = start();
    worker.onmessage = (event: MessageEvent<WorkerMessage>) => events.message(event.data);
    // A script that cannot be loaded has no message.
    worker.onerror = (event: ErrorEvent) => events.failed(event.message ?? "its script cannot be loaded");
    return {
      post: (message) => worker.postMessage(message),
      // Chromium may let a spinning thread go on for two seconds; it cannot enter the kernel any more.
      terminate: async () => worker.terminate(),
    };
  };
}
