import type { WorkerProgram } from "@shadowbox/wasi";
import { saveCompiledCode } from "./cache.ts";

/** A worker's program whose compiled code is kept after its first process. */
export function keepingCode({ attach, run }: WorkerProgram): WorkerProgram {
  return {
    attach,
    run(process, context) {
      try {
        return run(process, context);
      } finally {
        saveCompiledCode();
      }
    },
  };
}
