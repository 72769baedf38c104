import { WorkerKind } from "../engine/pool-memory.ts";
import type { WorkerFactory } from "../engine/protocol.ts";
import { startThread, takeShellAhead } from "./thread.ts";

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
    const shell = kind === WorkerKind.SHELL ? entries.shell : undefined;
    const { worker, told } =
      (shell && takeShellAhead()) ?? startThread(shell ?? entries.module, kind === WorkerKind.SHELL);
    let ended = false;
    const fail = (why: string) => {
      if (!ended) events.failed(why);
      ended = true;
    };
    worker.on("message", (message) => events.message(message));
    worker.on("error", (error: Error) => fail(error.message));
    worker.on("exit", (code) => fail(`exit code ${code}`));
    if (told.length > 0)
      setImmediate(() => {
        for (const [event, value] of told) worker.emit(event, value);
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
