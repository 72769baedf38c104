import { serveWorker } from "@shadowbox/wasi";
import { nodeWorkerPort } from "@shadowbox/wasi/node";
import { shellWorker } from "../shell-program.ts";
import { attachFiles } from "./attach.ts";
import { keepingCode } from "./code/program.ts";

serveWorker(nodeWorkerPort(), keepingCode(shellWorker(attachFiles)));
