import { execFile } from "node:child_process";

const EVERY_MS = 500;
/** Bytes by which a folder may be over before its programs are stopped: what is counted here are blocks, and directories. */
const SLACK = 64 << 20;
const KIB = 1024;

/**
 * Looks how full a folder is while programs write into it themselves. Each file is bounded when a program starts; many files, or many
 * programs, are seen here.
 */
export class DiskGuard {
  readonly #folder: string;
  readonly #most: () => number;
  readonly #onFull: () => void;
  #before = 0;
  #timer: NodeJS.Timeout | undefined;

  /** `most` answers the bytes that all files may have, `onFull` is called while they have more, and it becomes more. */
  constructor(folder: string, most: () => number, onFull: () => void) {
    this.#folder = folder;
    this.#most = most;
    this.#onFull = onFull;
  }

  start(): void {
    this.stop();
    const timer = setTimeout(() => this.#look(timer), EVERY_MS);
    timer.unref();
    this.#timer = timer;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #look(timer: NodeJS.Timeout): void {
    // A file that goes meanwhile makes it complain, and count the rest.
    execFile("du", ["-sk", this.#folder], (_, stdout) => {
      if (this.#timer !== timer) return;
      const used = Number.parseInt(stdout, 10) * KIB;
      // Whoever removes files is left alone.
      const grows = used > this.#before;
      this.#before = used;
      if (grows && used > this.#most() + SLACK) this.#onFull();
      this.start();
    });
  }
}
