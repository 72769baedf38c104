import { moduleWorker, serveWorker } from "@shadowbox/wasi";
import { browserWorkerPort } from "@shadowbox/wasi/browser";
import { attachFiles } from "./attach.ts";

serveWorker(browserWorkerPort(self as unknown as DedicatedWorkerGlobalScope), moduleWorker(attachFiles));
