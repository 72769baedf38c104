import { parentPort } from "node:worker_threads";
import type { InitMessage, JobMessage, WorkerPort } from "../engine/protocol.ts";
import { WasiError } from "../errors.ts";

/** The channel of a worker thread to its pool. Throws WasiError `worker` outside of one. */
export function nodeWorkerPort(): WorkerPort {
  const port = parentPort;
  if (port === null) throw new WasiError("worker", "serve pool: expected to run in a worker thread");
  return {
    post: (message) => port.postMessage(message),
    onMessage: (listener) => {
      port.on("message", (message: InitMessage | JobMessage) => listener(message));
    },
  };
}
