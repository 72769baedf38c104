import { type ChildProcess, spawn } from "node:child_process";
import { constants } from "node:os";
import { WasiError } from "../../errors.ts";

/** How a child ended: by itself with `code`, or by a signal. */
export interface Ended {
  code: number | null;
  signal: number;
}

/** Where a child's streams lead: names of FIFOs; undefined: nowhere. */
export interface Streams {
  input: string | undefined;
  output: string | undefined;
  /** `output`: errors go where the output goes. */
  errors: string | undefined | "output";
}

/** What a program starts with. */
export interface Bounds {
  umask: number;
  /** How large a file it may make. */
  fileBytes: number;
}

/** A child of the launcher. */
export interface Launched {
  /** Its streams are open. */
  readonly started: Promise<void>;
  readonly ended: Promise<Ended>;
  kill(): void;
}

interface Pending {
  pid: number;
  killed: boolean;
  started(): void;
  ended(how: Ended): void;
}

/** At the end of its input, whatever ended this process, the shell kills all that it started and all that it was told of. */
const AT_END = `trap 'for each in $others; do kill -KILL "$each"; done 2>/dev/null; kill -KILL 0' EXIT\n`;
/** The status of wasmtime when the module trapped; other statuses this high are signals. */
const TRAPPED = 134;

/**
 * Starts programs by way of a small shell that lives as long as the sandbox, in a process group of its own. A fork then costs what a
 * shell weighs instead of what this process does, this thread does not wait for it, and nothing is left over when this process is killed.
 */
export class Launcher {
  readonly #shell: ChildProcess;
  readonly #pending = new Map<number, Pending>();
  #next = 1;
  #open = true;

  constructor() {
    this.#shell = spawn("/bin/sh", ["-s"], {
      ...{ cwd: "/", env: {}, detached: true },
      stdio: ["pipe", "ignore", "ignore", "pipe"],
    });
    this.#shell.once("error", () => this.#gone());
    this.#shell.once("exit", () => this.#gone());
    // Writing to a shell that is gone fails; its exit says so.
    this.#shell.stdin?.on("error", () => {});
    this.#shell.unref();
    this.#write(AT_END);
    void this.#listen();
  }

  /** Whether the shell is there. */
  get open(): boolean {
    return this.#open;
  }

  #write(text: string): void {
    this.#shell.stdin?.write(text);
  }

  start(command: readonly string[], bounds: Bounds, streams: Streams): Launched {
    const id = this.#next++;
    const pending: Pending = { pid: 0, killed: false, started: () => {}, ended: () => {} };
    const started = new Promise<void>((resolve) => {
      pending.started = resolve;
    });
    const ended = new Promise<Ended>((resolve) => {
      pending.ended = resolve;
    });
    this.#pending.set(id, pending);
    if (this.#open) this.#write(lineOf(id, command, bounds, streams));
    else this.#gone();
    const kill = () => {
      pending.killed = true;
      if (pending.pid > 0 && this.#pending.has(id)) killQuietly(pending.pid);
    };
    return { started, ended, kill };
  }

  /** A child that this process started itself: it is to end with this process too, until {@link Launcher.release}. */
  adopt(pid: number): void {
    this.#write(`others="$others ${pid} "\n`);
  }

  release(pid: number): void {
    this.#write(`others="\${others%% ${pid} *} \${others#* ${pid} }"\n`);
  }

  /** Reads which child started as which process, and how each ended. */
  async #listen(): Promise<void> {
    let rest = "";
    try {
      for await (const chunk of this.#shell.stdio[3] as NodeJS.ReadableStream) {
        const lines = (rest + chunk.toString()).split("\n");
        rest = lines.pop() as string;
        for (const line of lines) this.#report(line);
      }
    } catch {
      // The shell is gone.
    }
  }

  #report(line: string): void {
    const [id, what, number] = line.split(" ");
    const pending = this.#pending.get(Number(id));
    if (pending === undefined) return;
    if (what === "started") {
      pending.pid = Number(number);
      pending.started();
      if (pending.killed) killQuietly(pending.pid);
      return;
    }
    this.#pending.delete(Number(id));
    pending.ended(endOf(Number(number)));
  }

  #gone(): void {
    this.#open = false;
    for (const { started, ended } of this.#pending.values()) {
      started();
      ended({ code: null, signal: constants.signals.SIGKILL });
    }
    this.#pending.clear();
  }

  /** Kills what is left. */
  close(): void {
    this.#shell.stdin?.end();
  }
}

/** Blocks of which `ulimit -f` counts. */
const BLOCK = 512;

/** What a shell is to do before a program starts. A file that would become too large is EFBIG, and no signal. */
export function boundsOf({ umask, fileBytes }: Bounds): string {
  const bounded = Number.isFinite(fileBytes);
  return `umask ${umask.toString(8)}${bounded ? `; trap '' XFSZ; ulimit -f ${Math.ceil(fileBytes / BLOCK)}` : ""}`;
}

function lineOf(id: number, command: readonly string[], bounds: Bounds, streams: Streams): string {
  const { input, output, errors } = streams;
  const from = quote(input ?? "/dev/null");
  const to = quote(output ?? "/dev/null");
  const complaints = errors === "output" ? "2>&1" : `2>${quote(errors ?? "/dev/null")}`;
  // Where jobs cannot be controlled the input of what runs in the background is /dev/null unless it is said otherwise.
  const program = `${command.map(quote).join(" ")} <&4 3>&- 4<&- &`;
  const whole = `${boundsOf(bounds)}; ${program} echo ${id} started $! >&3; wait $!; echo ${id} ended $? >&3`;
  return `{ ${whole}; } 4<${from} >${to} ${complaints} &\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** A status of the shell as what it says; it shows signals as statuses over 128." */
function endOf(status: number): Ended {
  const signalled = status > 128 && status !== TRAPPED;
  return signalled ? { code: null, signal: status - 128 } : { code: status, signal: 0 };
}

/** Throws WasiError `engine` for the statuses by which a shell says that it could not start a command. */
export function checkStarted({ code }: Ended, binary: string): void {
  if (code === 126 || code === 127)
    throw new WasiError("engine", `start "${binary}": expected a program, there is none that can run`);
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}
