import { Shell, type ShellSnapshot } from "@shadowbox/shell";
import { decodeText, encodeText } from "@shadowbox/vfs";
import {
  type AttachFileSystems,
  type Process,
  ProcessExit,
  type RunContext,
  type WorkerProgram,
} from "@shadowbox/wasi";
import { KernelSystem } from "./kernel-system.ts";
import { decodeSession, encodeSession, isSessionTask, SESSION_FD, type SessionTask } from "./session.ts";

/** A worker that runs shells: `bash` and `sh` as programs, and the parts of scripts that run at the same time. */
export function shellWorker(attach: AttachFileSystems): WorkerProgram {
  return { attach, run: runShell };
}

function runShell(process: Process, context: RunContext): number {
  const { argv, env } = process.args();
  const environment = env.map(decodeText);
  try {
    const system = new KernelSystem(process);
    if (isSessionTask(context.payload)) return runSession(system, context.payload, environment);
    if (context.payload !== undefined)
      return new Shell(system, { env: environment }).runState(context.payload as ShellSnapshot);
    const [name = "bash", ...args] = argv.map(decodeText);
    return new Shell(system, { argv0: name, env: environment }).main(args);
  } catch (error) {
    if (error instanceof ProcessExit) return error.status;
    // A defect of the shell itself: said where its user sees it, and the process ends as by SIGABRT.
    const what = error instanceof Error ? error.stack : String(error);
    process.io.writeNow(2, encodeText(`bash: internal error: ${what}\n`));
    return ABORTED;
  }
}

/** 256 + SIGABRT. */
const ABORTED = 262;

/** Runs a script in a shell that goes on from the session's state, and hands the new state back. `exit` ends the session's state too. */
function runSession(system: KernelSystem, task: SessionTask, env: readonly string[]): number {
  const shell = new Shell(system, { argv0: task.argv0, env, args: task.args, session: true });
  if (task.state !== undefined) shell.restore(decodeSession(task.state));
  const status = shell.run(task.script);
  if (!shell.ended) system.write(SESSION_FD, encodeSession(shell.snapshot()));
  return status;
}
