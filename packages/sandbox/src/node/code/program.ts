import type { WorkerProgram } from "@shadowbox/wasi";
import { saveCompiledCode } from "./cache.ts";

/** A worker's program whose compiled code is kept after its first process. */
export function keepingCode({ attach, run, rest }: WorkerProgram): WorkerProgram {
  return {
    attach,
    rest,
    run(process, context) {
      try {
        return run(process, context);
      } finally {
        saveCompiledCode();
      }
    },
  };
}
