export { browserWorkerFactory, type WorkerEntries } from "./worker-factory.ts";
export { browserWorkerPort } from "./worker-port.ts";
