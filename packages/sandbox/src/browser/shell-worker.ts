import { serveWorker } from "@shadowbox/wasi";
import { browserWorkerPort } from "@shadowbox/wasi/browser";
import { shellWorker } from "../shell-program.ts";
import { attachFiles } from "./attach.ts";

serveWorker(browserWorkerPort(self as unknown as DedicatedWorkerGlobalScope), shellWorker(attachFiles));
