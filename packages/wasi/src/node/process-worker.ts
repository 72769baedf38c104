import { moduleWorker } from "../engine/module-worker.ts";
import { serveWorker } from "../engine/worker.ts";
import { nodeWorkerPort } from "./worker-port.ts";

serveWorker(nodeWorkerPort(), moduleWorker());
