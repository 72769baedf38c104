import { moduleWorker } from "../engine/module-worker.ts";
import { serveWorker } from "../engine/worker.ts";
import { browserWorkerPort } from "./worker-port.ts";

serveWorker(browserWorkerPort(self as unknown as DedicatedWorkerGlobalScope), moduleWorker());
