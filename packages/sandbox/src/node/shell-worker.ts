import { serveWorker } from "@shadowbox/wasi";
import { nodeWorkerPort } from "@shadowbox/wasi/node";
import { shellWorker } from "../shell-program.ts";
import { attachFiles } from "./attach.ts";

serveWorker(nodeWorkerPort(), shellWorker(attachFiles));
