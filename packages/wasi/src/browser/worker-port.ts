import type { InitMessage, JobMessage, WorkerPort } from "../engine/protocol.ts";

/** The channel of a dedicated worker to its pool. */
export function browserWorkerPort(scope: DedicatedWorkerGlobalScope): WorkerPort {
  return {
    post: (message) => scope.postMessage(message),
    onMessage: (listener) => {
      scope.onmessage = (event: MessageEvent<InitMessage | JobMessage>) => listener(event.data);
    },
  };
}
