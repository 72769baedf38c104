import { execFile } from "node:child_process";

const EVERY_MS = 500;
/** Bytes by which a folder may be over before its programs are stopped: what is counted here are blocks, and directories. */
const SLACK = 64 << 20;
const KIB = 1024;

/** Bytes of the blocks that a folder takes. What goes meanwhile is not counted. */
export function folderBytes(folder: string): Promise<number> {
  return new Promise((resolve) =>
    // It complains of what goes meanwhile, and counts the rest.
    execFile("du", ["-sk", folder], (_, stdout) => resolve(Number.parseInt(stdout, 10) * KIB)),
  );
}

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
    const timer = setTimeout(() => void this.#look(timer), EVERY_MS);
    timer.unref();
    this.#timer = timer;
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  async #look(timer: NodeJS.Timeout): Promise<void> {
    const used = await folderBytes(this.#folder);
    if (this.#timer !== timer) return;
    // Whoever removes files is left alone.
    const grows = used > this.#before;
    this.#before = used;
    if (grows && used > this.#most() + SLACK) this.#onFull();
    this.start();
  }
}
