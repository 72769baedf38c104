import { moduleWorker, serveWorker } from "@shadowbox/wasi";
import { nodeWorkerPort } from "@shadowbox/wasi/node";
import { attachFiles } from "./attach.ts";
import { keepingCode } from "./code/program.ts";

serveWorker(nodeWorkerPort(), keepingCode(moduleWorker(attachFiles)));
