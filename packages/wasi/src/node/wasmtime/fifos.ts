import { spawnSync } from "node:child_process";
import { constants, openSync } from "node:fs";
import { join } from "node:path";
import { WasiError } from "../../errors.ts";

const { O_RDONLY, O_WRONLY, O_RDWR, O_NONBLOCK } = constants;

/** FIFOs are made in batches: each batch costs a process. */
const BATCH = 32;

/** A pipe of the system: our end, which does not block, and a name for the child. */
export interface SystemPipe {
  name: string;
  ours: number;
  /** Keeps the pipe from ending, and an open from waiting, until the child has opened it; then to be closed. */
  hold: number;
}

/** A pipe to a child, whose unread rest can be taken back. */
export interface InputPipe extends SystemPipe {
  /** Reads what the child left. */
  rest: number;
}

/**
 * Pipes of the system. Node cannot make one, so a FIFO of a private folder is opened from both sides; a FIFO that all have
 * closed serves again.
 */
export class Fifos {
  readonly #folder: string;
  readonly #free: string[] = [];
  #made = 0;

  /** `folder` is private to this process and exists. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  #take(): string {
    if (this.#free.length === 0) {
      const paths = Array.from({ length: BATCH }, () => join(this.#folder, `fifo-${this.#made++}`));
      const { error, status } = spawnSync("mkfifo", ["-m", "600", ...paths], { stdio: "ignore" });
      if (status !== 0)
        throw new WasiError("engine", `make pipes: mkfifo: ${error?.message ?? `exit status ${status}`}`);
      this.#free.push(...paths);
    }
    return this.#free.pop() as string;
  }

  /** A pipe from a child. {@link Fifos.release} the name when all ends are closed. */
  output(): SystemPipe {
    const name = this.#take();
    const hold = openSync(name, O_RDWR | O_NONBLOCK);
    const ours = openSync(name, O_RDONLY | O_NONBLOCK);
    return { name, ours, hold };
  }

  /** A pipe to a child. */
  input(): InputPipe {
    const name = this.#take();
    const hold = openSync(name, O_RDWR | O_NONBLOCK);
    const rest = openSync(name, O_RDONLY | O_NONBLOCK);
    const ours = openSync(name, O_WRONLY | O_NONBLOCK);
    return { name, ours, rest, hold };
  }

  release(name: string): void {
    this.#free.push(name);
  }
}
