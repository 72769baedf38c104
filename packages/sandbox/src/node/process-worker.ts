import { moduleWorker, serveWorker } from "@shadowbox/wasi";
import { nodeWorkerPort } from "@shadowbox/wasi/node";
import { attachFiles } from "./attach.ts";

serveWorker(nodeWorkerPort(), moduleWorker(attachFiles));
