import { decodeText, encodeText } from "@shadowbox/vfs";
import { moduleWorker } from "../../engine/module-worker.ts";
import { serveWorker } from "../../engine/worker.ts";
import { OpenFlags } from "../../kernel/layout.ts";
import { type Process, ProcessExit } from "../../kernel/process.ts";
import { nodeWorkerPort } from "../worker-port.ts";

/** A script's way to system calls, for tests and benchmarks. */
export interface ScriptTools {
  encodeText: typeof encodeText;
  decodeText: typeof decodeText;
  OpenFlags: typeof OpenFlags;
  /** Starts `/bin/argv[0]` with all descriptors that are not close-on-exec; its pid or a negated errno. */
  spawn(argv: readonly string[]): number;
  /** Writes text to a descriptor. */
  print(fd: number, text: string): number;
  /** What `fork` was given. */
  state: unknown;
}

/** What a script worker gets: the text of a function `(process, tools) => status`. */
export interface Script {
  source: string;
  state?: unknown;
}

// A stand-in for the shell's worker: its "shell" is a JavaScript function that came with the process.
serveWorker(nodeWorkerPort(), {
  attach: moduleWorker().attach,
  run(process, { payload }): number {
    const script = payload as Script;
    const body = new Function(`return (${script.source})`)() as (
      process: Process,
      tools: ScriptTools,
    ) => number;
    try {
      process.enter();
      const status = body(process, toolsFor(process, script.state));
      process.leave();
      process.enter();
      return status ?? 0;
    } catch (error) {
      if (error instanceof ProcessExit) return error.status;
      process.complain(String(error instanceof Error ? error.stack : error));
      return 99;
    }
  },
});

function toolsFor(process: Process, state: unknown): ScriptTools {
  const env = process.args().env;
  return {
    encodeText,
    decodeText,
    OpenFlags,
    state,
    spawn: (argv) =>
      process.children.spawn({ path: encodeText(`/bin/${argv[0]}`), argv: argv.map(encodeText), env }),
    print: (fd, text) => process.io.write(fd, encodeText(text)),
  };
}
