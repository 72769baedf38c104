import { decodeText, encodeText } from "@shadowbox/vfs";
import { type ExitResult, OpenFlags, type V8Engine } from "@shadowbox/wasi";
import { DRIVER, type DriverReply, type DriverRequest, REPLY_FD, REQUEST_FD } from "./driver.ts";
import { MarkedStream } from "./stream.ts";

const NEWLINE = encodeText("\n");

/** What an interpreter is started with. */
export interface InterpreterPlace {
  engine: V8Engine;
  /** `NAME=value` each. */
  env: readonly string[];
  cwd: string;
}

/** How one piece of code ended: a reply of the driver, or the end of the interpreter. */
export type Outcome = { reply: DriverReply } | { exit: ExitResult };

/** A running `python3` that takes code over pipes. */
export class Interpreter {
  readonly #engine: V8Engine;
  readonly #pid: number;
  readonly #requests: ReturnType<V8Engine["writer"]>;
  readonly #stdout: MarkedStream;
  readonly #stderr: MarkedStream;
  readonly #replies: MarkedStream;
  readonly #exit: Promise<ExitResult>;
  /** The process has ended. */
  ended = false;

  constructor({ engine, env, cwd }: InterpreterPlace) {
    this.#engine = engine;
    const nothing = engine.openFile("/dev/null", OpenFlags.READ);
    const [stdout, stderr, requests, replies] = [1, 2, REQUEST_FD, REPLY_FD].map(() => engine.openPipe());
    if (!stdout || !stderr || !requests || !replies) throw new TypeError("unreachable");
    const files = [
      { fd: 0, file: nothing },
      { fd: 1, file: stdout.write },
      { fd: 2, file: stderr.write },
      { fd: REQUEST_FD, file: requests.read, closeOnExec: true },
      { fd: REPLY_FD, file: replies.write, closeOnExec: true },
    ];
    this.#pid = engine.start({
      program: { path: "/usr/bin/python3" },
      argv: ["python3", "-c", DRIVER],
      env,
      cwd,
      files,
    });
    for (const { file } of files) engine.closeFile(file);
    this.#requests = engine.writer(requests.write);
    this.#stdout = new MarkedStream(engine.read(stdout.read));
    this.#stderr = new MarkedStream(engine.read(stderr.read));
    this.#replies = new MarkedStream(engine.read(replies.read));
    this.#exit = engine.waitExit(this.#pid).then((exit) => {
      this.ended = true;
      // What it started would keep its output open.
      engine.killSession(this.#pid);
      return exit;
    });
  }

  /** Runs code to its end; what it prints goes to `out` and `err`. */
  async run(
    request: DriverRequest,
    out: (bytes: Uint8Array) => void,
    err: (bytes: Uint8Array) => void,
  ): Promise<Outcome> {
    void this.#requests.write(encodeText(`${JSON.stringify(request)}\n`));
    const marker = encodeText(request.marker);
    const reply: Uint8Array[] = [];
    const [replied] = await Promise.all([
      this.#replies.until(NEWLINE, (bytes) => reply.push(bytes.slice())),
      this.#stdout.until(marker, out),
      this.#stderr.until(marker, err),
    ]);
    if (!replied) return { exit: await this.#exit };
    return { reply: JSON.parse(decodeText(concat(reply))) as DriverReply };
  }

  kill(): void {
    if (!this.ended) this.#engine.killSession(this.#pid);
  }

  /** Ends the interpreter and gives its pipes back. */
  async close(): Promise<void> {
    this.kill();
    this.#requests.close();
    await this.#exit;
    await Promise.all([this.#stdout, this.#stderr, this.#replies].map((stream) => stream.close()));
  }
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
