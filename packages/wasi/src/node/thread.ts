import { Worker } from "node:worker_threads";

/**
 * MiB of the youngest generation in a shell's thread, of which two thirds are in use at once. A script's tree outlives several collections while
 * it is read: with V8's usual 48 reading 10,000 lines took three times as long. Only what lives makes it grow.
 */
const SHELL_YOUNG_MB = 96;

const AHEAD = Symbol.for("shadowbox.shell-ahead");
type Holder = { [AHEAD]?: Thread };

const EVENTS = ["message", "error", "exit"] as const;

/** What a thread tells until somebody listens. */
type Told = [(typeof EVENTS)[number], unknown];

/** A worker thread and what it said before it had a listener. */
export interface Thread {
  worker: Worker;
  told: Told[];
}

/** Starts a thread of a pool. A descriptor that one thread opens may be another's to close: the open files of a sandbox are shared. */
export function startThread(entry: URL, isShell: boolean): Thread {
  const worker = new Worker(entry, {
    execArgv: [],
    env: {},
    stdin: false,
    trackUnmanagedFds: false,
    ...(isShell && { resourceLimits: { maxYoungGenerationSizeMb: SHELL_YOUNG_MB } }),
  });
  return { worker, told: [] };
}

/** Starts a shell's thread for the pool that will be, while the code that makes that pool is being loaded. */
export function startShellAhead(entry: URL): void {
  const thread = startThread(entry, true);
  for (const event of EVENTS) thread.worker.on(event, (value: unknown) => thread.told.push([event, value]));
  thread.worker.unref();
  (globalThis as Holder)[AHEAD] = thread;
}

/** The shell's thread that was started ahead, for the first that asks. */
export function takeShellAhead(): Thread | undefined {
  const holder = globalThis as Holder;
  const thread = holder[AHEAD];
  delete holder[AHEAD];
  for (const event of EVENTS) thread?.worker.removeAllListeners(event);
  return thread;
}
