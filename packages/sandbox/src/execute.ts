import { encodeText } from "@shadowbox/vfs";
import { OpenFlags, Signal, STATUS_SIGNALLED, type V8Engine } from "@shadowbox/wasi";
import { Collector } from "./collector.ts";
import { decodeSession, encodeSession, SESSION_FD, type SessionTask } from "./session.ts";
import type { ExecOptions, ExecResult } from "./types.ts";

/** Names of the signals that can end a shell. */
const SIGNAL_NAMES: Readonly<Record<number, string>> = {
  1: "HUP",
  2: "INT",
  3: "QUIT",
  6: "ABRT",
  9: "KILL",
  13: "PIPE",
  15: "TERM",
};

const DEFAULT_ENV: Readonly<Record<string, string>> = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  HOME: "/home/user",
  USER: "user",
  LOGNAME: "user",
  SHELL: "/bin/bash",
  LANG: "C.UTF-8",
  TMPDIR: "/tmp",
  TERM: "dumb",
  // A .pyc is told from its source by seconds and size: an edit that follows a run at once would not be seen.
  PYTHONDONTWRITEBYTECODE: "1",
};

/** Most bytes of a session's state. */
const SESSION_BYTES = 256 << 20;

/** The state of a shell between calls. */
export interface ShellSession {
  state?: Uint8Array;
}

/** Where a script runs. */
export interface ExecPlace {
  /** The shell to go on with; absent: a fresh one. */
  session?: ShellSession;
  engine: V8Engine;
  workspaceDir: string;
  outputBytes: number;
  /** Variables of every call. */
  env?: Readonly<Record<string, string>>;
}

/** Runs a script in a fresh `bash -c` and waits until it and all that hold its output have ended. */
export async function execute(place: ExecPlace, script: string, options: ExecOptions): Promise<ExecResult> {
  const { engine } = place;
  const started = performance.now();
  const limit = options.maxOutputBytes ?? place.outputBytes;
  const out = new Collector(limit, options.onStdout);
  const err = new Collector(limit, options.onStderr);
  const [isTerminal, isErrorTerminal, isInputTerminal] = options.terminal ?? [false, false];
  const stdout = engine.openPipe({ tty: isTerminal });
  const stderr = options.combine ? stdout : engine.openPipe({ tty: isErrorTerminal });
  const input = openInput(engine, options.stdin, isInputTerminal === true);
  const handOver = place.session && engine.openPipe();
  const files = [
    { fd: 0, file: input.file },
    { fd: 1, file: stdout.write },
    { fd: 2, file: stderr.write },
    ...(handOver ? [{ fd: SESSION_FD, file: handOver.write, closeOnExec: true }] : []),
  ];
  const { argv0 = "bash", args = [] } = options;
  const task: SessionTask = { type: "session", script, argv0, args, state: place.session?.state };
  const pid = engine.start({
    program: place.session ? { shell: task } : { path: "/bin/bash" },
    argv: place.session ? ["bash"] : ["bash", "-c", script, argv0, ...args],
    env: environment(place, options),
    cwd: directory(place, options.cwd),
    files,
    limits: options.timeoutMs === undefined ? {} : { timeoutMs: options.timeoutMs },
  });
  input.started();
  if (handOver) engine.closeFile(handOver.write);
  for (const { write } of new Set([stdout, stderr])) engine.closeFile(write);
  const abort = () => engine.killSession(pid);
  const atEase = obey(options, abort, () => engine.killSession(pid, Signal.INT));
  const feeding = input.feed();
  const reading = [out.take(engine.read(stdout.read))];
  if (stderr !== stdout) reading.push(err.take(engine.read(stderr.read)));
  const state = new Collector(SESSION_BYTES, undefined);
  if (handOver) reading.push(state.take(engine.read(handOver.read)));
  // Jobs in the background may outlive the shell: the limit is for them too, or they are left alone (in a session).
  const timer = options.timeoutMs === undefined ? undefined : setTimeout(abort, options.timeoutMs + 100);
  const all = Promise.all(reading);
  const ended = await engine.waitExit(pid);
  if (!place.session) await all;
  else if (!(await settles(all))) await quiet([out, err, state]);
  clearTimeout(timer);
  atEase();
  if (place.session) keepState(place.session, state.bytes(), ended.status);
  input.stop();
  const [unread] = await Promise.all([input.rest(), feeding]);
  return {
    ...shellStatus(ended.status),
    stdout: out.bytes(),
    stderr: err.bytes(),
    durationMs: performance.now() - started,
    timedOut: ended.timedOut,
    truncated: out.truncated || err.truncated,
    ...(unread && { unread }),
    ...(place.session?.state && { cwd: decodeSession(place.session.state).state.fields.cwd }),
  };
}

/** Has a call follow the caller's signals; answers how to stop that. */
export function obey(
  { signal, interrupt }: Pick<ExecOptions, "signal" | "interrupt">,
  onAbort: () => void,
  onInterrupt: () => void,
): () => void {
  const orders = [[signal, onAbort] as const, [interrupt, onInterrupt] as const];
  for (const [order, follow] of orders) {
    order?.addEventListener("abort", follow, { once: true });
    if (order?.aborted) follow();
  }
  return () => {
    for (const [order, follow] of orders) order?.removeEventListener("abort", follow);
  };
}

/** Keeps what a session's shell handed over; after one that was killed, or left by `exit`, all is as it was before but for `$?`. */
function keepState(session: ShellSession, handedOver: Uint8Array, ended: number): void {
  if (handedOver.length > 0) session.state = handedOver;
  else if (session.state) {
    const snapshot = decodeSession(session.state);
    snapshot.state.fields.lastStatus = shellStatus(ended).status;
    session.state = encodeSession(snapshot);
  }
}

/** How long a session's call waits for more output when its shell has ended, ms: at least, and at most. */
const GRACE_MS = 60;
const MOST_MS = 2000;

const pause = (ms: number) => new Promise<false>((done) => setTimeout(done, ms, false));

/** Whether the output ends within the grace: nothing in the background holds it. */
async function settles(all: Promise<unknown>): Promise<boolean> {
  return Promise.race([all.then(() => true), pause(GRACE_MS)]);
}

/** Waits until nothing more comes for a while. What jobs in the background write later is read, and dropped. */
async function quiet(collectors: readonly Collector[]): Promise<void> {
  const size = () => collectors.reduce((sum, { taken }) => sum + taken, 0);
  const isHeld = () => collectors.some((one) => one.isHeld);
  let until = performance.now() + MOST_MS;
  for (let before = -1; isHeld() || (before !== size() && performance.now() < until); ) {
    before = size();
    await pause(GRACE_MS);
    // Who listens may take as long as it wants for what is there.
    if (isHeld()) until += GRACE_MS;
  }
  for (const collector of collectors) collector.close();
}

/** An exit status of the engine as bash shows it. */
export function shellStatus(status: number): { status: number; signal?: string } {
  if (status < STATUS_SIGNALLED) return { status };
  const signal = status - STATUS_SIGNALLED;
  return { status: 128 + signal, signal: SIGNAL_NAMES[signal] ?? String(signal) };
}

/** Where a call runs. */
export function directory(place: Pick<ExecPlace, "workspaceDir">, cwd: string | undefined): string {
  if (cwd === undefined || cwd === "") return place.workspaceDir;
  return cwd.startsWith("/") ? cwd : `${place.workspaceDir === "/" ? "" : place.workspaceDir}/${cwd}`;
}

/** `NAME=value` of each variable of a call. */
export function environment(
  place: Pick<ExecPlace, "workspaceDir" | "env">,
  options: Pick<ExecOptions, "bareEnv" | "cwd" | "env">,
): string[] {
  const base = options.bareEnv ? {} : DEFAULT_ENV;
  const all = { ...base, PWD: directory(place, options.cwd), ...place.env, ...options.env };
  return Object.entries(all).map(([name, value]) => `${name}=${value}`);
}

interface Input {
  file: number;
  /** The processes have it. */
  started(): void;
  /** Brings the input to the pipe; ends when all was read, nobody reads, or it is stopped. */
  feed(): Promise<void>;
  stop(): void;
  /** What was brought and not read, of a terminal. */
  rest(): Promise<Uint8Array | undefined>;
}

function openInput(engine: V8Engine, stdin: ExecOptions["stdin"], isTerminal: boolean): Input {
  const bytes = typeof stdin === "string" ? encodeText(stdin) : stdin;
  if (bytes === undefined || (bytes instanceof Uint8Array && bytes.length === 0)) {
    const file = engine.openFile("/dev/null", OpenFlags.READ);
    const started = () => engine.closeFile(file);
    return { file, started, feed: async () => {}, stop: () => {}, rest: async () => undefined };
  }
  const pipe = engine.openPipe({ tty: isTerminal });
  const writer = engine.writer(pipe.write);
  let stop = () => {};
  const stopped = new Promise<undefined>((done) => {
    stop = () => done(undefined);
  });
  const feed = async () => {
    const chunks = bytes instanceof Uint8Array ? only(bytes) : bytes[Symbol.asyncIterator]();
    for (;;) {
      const step = await Promise.race([chunks.next(), stopped]);
      if (step === undefined || step.done || !(await writer.write(step.value))) break;
    }
    // Who gives it may be in the middle of the next piece, which nobody waits for.
    void chunks.return?.();
    writer.close();
  };
  const rest = async () => {
    if (!isTerminal) return undefined;
    const unread = new Collector(Number.POSITIVE_INFINITY, undefined);
    await unread.take(engine.read(pipe.read));
    return unread.bytes();
  };
  return {
    file: pipe.read,
    // A terminal is there as long as the call, also when nobody reads.
    started: () => isTerminal || engine.closeFile(pipe.read),
    feed,
    stop: () => {
      writer.close();
      stop();
    },
    rest,
  };
}

async function* only(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, void> {
  yield bytes;
}
