export { nodeWorkerFactory, type WorkerEntries } from "./worker-factory.ts";
export { nodeWorkerPort } from "./worker-port.ts";
