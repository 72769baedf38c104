import { Collector } from "../collector.ts";
import { directory, type ExecPlace, environment, obey, shellStatus } from "../execute.ts";
import type { PythonOptions, PythonResult } from "../types.ts";
import { Interpreter, type Outcome } from "./interpreter.ts";

/** Runs Python code for a sandbox, and keeps the interpreter of its session. */
export class Python {
  readonly #place: Omit<ExecPlace, "session">;
  #session: Interpreter | undefined;

  constructor(place: Omit<ExecPlace, "session">) {
    this.#place = place;
  }

  /** See `Sandbox.python`; one call at a time. */
  async run(code: string, options: PythonOptions): Promise<PythonResult> {
    const started = performance.now();
    const kept = options.session ? await this.#running() : undefined;
    const interpreter = kept ?? this.#start(options);
    if (options.session) this.#session = interpreter;
    const limit = options.maxOutputBytes ?? this.#place.outputBytes;
    const out = new Collector(limit, options.onStdout);
    const err = new Collector(limit, options.onStderr);
    let timedOut = false;
    const kill = () => interpreter.kill();
    const deadline = options.timeoutMs === undefined ? undefined : setTimeout(expire, options.timeoutMs);
    function expire() {
      timedOut = true;
      kill();
    }
    const atEase = obey(options, kill, () => interpreter.interrupt());
    const request = {
      code,
      stdin: options.stdin ?? "",
      combine: options.combine ?? false,
      marker: `\0${crypto.randomUUID()}\0`,
      last: !options.session,
    };
    const outcome = await interpreter.run(
      request,
      (bytes) => out.add(bytes.slice()),
      (bytes) => err.add(bytes.slice()),
    );
    clearTimeout(deadline);
    atEase();
    if (!options.session) await interpreter.close();
    return {
      ...statusOf(outcome),
      stdout: out.bytes(),
      stderr: err.bytes(),
      durationMs: performance.now() - started,
      timedOut,
      truncated: out.truncated || err.truncated,
      fresh: kept === undefined,
    };
  }

  /** The session's interpreter, if it lives. */
  async #running(): Promise<Interpreter | undefined> {
    if (this.#session?.ended) {
      await this.#session.close();
      this.#session = undefined;
    }
    return this.#session;
  }

  /** Ends the session's interpreter: while its output is held, Node does not end. */
  async close(): Promise<void> {
    await this.#session?.close();
    this.#session = undefined;
  }

  #start(options: PythonOptions): Interpreter {
    return new Interpreter({
      engine: this.#place.engine,
      env: environment(this.#place, options),
      cwd: directory(this.#place, options.cwd),
    });
  }
}

function statusOf(outcome: Outcome): Pick<PythonResult, "status" | "signal" | "value"> {
  return "exit" in outcome ? shellStatus(outcome.exit.status) : outcome.reply;
}
