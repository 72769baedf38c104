import { WorkerPool } from "@shadowbox/wasi";
import { browserWorkerFactory } from "@shadowbox/wasi/browser";

/** A tab has room for some 120 WebAssembly memories, and each thread may hold one. */
const MAX_WORKERS = 64;
/**
 * A thread lets go of the memories of sandboxes that are closed when it pleases: it is replaced before it holds many. Its successor
 * takes 40 ms longer over its first command, as all code is new to it. (3,000 sandboxes one after the other: 32 never met the end.)
 */
const MAX_SANDBOXES = 32;

let shared: WorkerPool | undefined;

/** The workers of this page or worker, shared by all of its sandboxes. */
export function sharedPool(): WorkerPool {
  shared ??= new WorkerPool(browserWorkerFactory({ module: startModuleWorker, shell: startShellWorker }), {
    maxWorkers: MAX_WORKERS,
    maxSandboxes: MAX_SANDBOXES,
    onProblem: (message) => console.warn(`shadowbox: ${message}`),
  });
  return shared;
}

// Written out twice: bundlers find a worker by this very expression.
function startModuleWorker(): Worker {
  return new Worker(new URL("./process-worker.js", import.meta.url), { type: "module", credentials: "omit" });
}

function startShellWorker(): Worker {
  return new Worker(new URL("./shell-worker.js", import.meta.url), { type: "module", credentials: "omit" });
}
