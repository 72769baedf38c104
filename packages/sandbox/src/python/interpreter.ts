import { concat, decodeText, encodeText } from "@shadowbox/vfs";
import { type ExitResult, OpenFlags, Signal, type V8Engine } from "@shadowbox/wasi";
import { DRIVER, type DriverReply, type DriverRequest, REQUEST_FD } from "./driver.ts";
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
  readonly #exit: Promise<ExitResult>;
  /** The process has ended. */
  ended = false;

  constructor({ engine, env, cwd }: InterpreterPlace) {
    this.#engine = engine;
    const nothing = engine.openFile("/dev/null", OpenFlags.READ);
    const [stdout, stderr, requests] = [1, 2, REQUEST_FD].map(() => engine.openPipe());
    if (!stdout || !stderr || !requests) throw new TypeError("unreachable");
    const files = [
      { fd: 0, file: nothing },
      { fd: REQUEST_FD, file: requests.read, closeOnExec: true },
      { fd: 1, file: stdout.write },
      { fd: 2, file: stderr.write },
    ];
    this.#pid = engine.start({
      program: { path: "/usr/bin/python3" },
      argv: ["python3", "-c", DRIVER, String(REQUEST_FD)],
      env,
      cwd,
      files,
    });
    for (const { file } of files) engine.closeFile(file);
    this.#requests = engine.writer(requests.write);
    this.#stdout = new MarkedStream(engine.read(stdout.read));
    this.#stderr = new MarkedStream(engine.read(stderr.read));
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
    void this.#requests.write(encodeText(`${JSON.stringify(request)}\n`)).then(() => {
      if (request.last) this.#requests.close();
    });
    const marker = encodeText(request.marker);
    const [reply] = await Promise.all([
      this.#reply(marker, request.last, out),
      this.#stderr.until(marker, err),
    ]);
    return reply === undefined ? { exit: await this.#exit } : { reply: JSON.parse(reply) as DriverReply };
  }

  /** What follows the marker; undefined when the output ends before it. */
  async #reply(
    marker: Uint8Array,
    isLast: boolean,
    out: (bytes: Uint8Array) => void,
  ): Promise<string | undefined> {
    if (!(await this.#stdout.until(marker, out))) return undefined;
    const reply: Uint8Array[] = [];
    await this.#stdout.until(NEWLINE, (bytes) => reply.push(bytes.slice()));
    // What ends with the interpreter may print still.
    if (isLast) await this.#stdout.until(marker, out);
    return decodeText(concat(reply));
  }

  kill(): void {
    if (!this.ended) this.#engine.killSession(this.#pid);
  }

  /** Raises KeyboardInterrupt in what runs. */
  interrupt(): void {
    if (!this.ended) this.#engine.killSession(this.#pid, Signal.INT);
  }

  /** Ends the interpreter and gives its pipes back. */
  async close(): Promise<void> {
    this.kill();
    this.#requests.close();
    await this.#exit;
    await Promise.all([this.#stdout, this.#stderr].map((stream) => stream.close()));
  }
}
