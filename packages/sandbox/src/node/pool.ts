import { existsSync } from "node:fs";
import { WorkerPool } from "@shadowbox/wasi";
import { nodeWorkerFactory } from "@shadowbox/wasi/node";
import { SandboxError } from "../errors.ts";

let shared: WorkerPool | undefined;

/** The worker threads of this process, shared by all of its sandboxes. */
export function sharedPool(): WorkerPool {
  shared ??= new WorkerPool(
    nodeWorkerFactory({ module: entry("process-worker"), shell: entry("shell-worker") }),
    {
      onProblem: (message) => process.emitWarning(message, { code: "SHADOWBOX_ENGINE" }),
    },
  );
  return shared;
}

/** The bundled worker entry: beside this code when that is bundled too, in the package's `dist` when it runs from source. */
function entry(name: string): URL {
  for (const place of [`./${name}.cjs`, `../../dist/${name}.cjs`]) {
    const url = new URL(place, import.meta.url);
    if (existsSync(url)) return url;
  }
  throw new SandboxError("engine", `start workers: expected a bundled "${name}.cjs"; run \`pnpm build\``);
}
