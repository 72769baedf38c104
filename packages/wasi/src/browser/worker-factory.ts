import { WorkerKind } from "../engine/pool-memory.ts";
import type { WorkerFactory, WorkerMessage } from "../engine/protocol.ts";

/** Where the bundled worker entries are; same origin as the page. */
export interface WorkerEntries {
  /** Runs modules. */
  module: URL;
  /** Runs shells; absent where there are none. */
  shell?: URL;
}

/** Starts dedicated workers for a pool. The page must be cross-origin isolated, or there is no shared memory. */
export function browserWorkerFactory(entries: WorkerEntries): WorkerFactory {
  return (kind, events) => {
    const entry = kind === WorkerKind.SHELL ? (entries.shell ?? entries.module) : entries.module;
    const worker = new Worker(entry, { type: "module" });
    worker.onmessage = (event: MessageEvent<WorkerMessage>) => events.message(event.data);
    worker.onerror = (event: ErrorEvent) => events.failed(event.message);
    return {
      post: (message) => worker.postMessage(message),
      // Chromium may let a spinning thread go on for two seconds; it cannot enter the kernel any more.
      terminate: async () => worker.terminate(),
    };
  };
}
