import {
  closeSync,
  existsSync,
  fstatSync,
  fsyncSync,
  ftruncateSync,
  linkSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { AgentError } from "../errors.ts";
import { Session, type SessionOptions, type SessionStore } from "../session/session.ts";
import { type SessionSummary, summaryOf } from "../session/summary.ts";

const LOG = ".jsonl";
const RECORDING = ".har";
/** Of a long log, what is read at each end for a list. */
const END_BYTES = 16_384;
const ID = /^[\w-]{1,64}$/;

/** The sessions of one project: a folder with one log each. A session has one writer at a time. */
export class SessionFolder {
  readonly #folder: string;

  /** `folder` is absolute; made, for its owner only, when the first session is. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /** A new session. Its id is a date and random letters, so that a list in the order of names is one of time. */
  create(options: Omit<SessionOptions, "id">): Session {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    const id = newId();
    return Session.create(this.store(id), { ...options, id });
  }

  /** Throws AgentError `session` (no such session, broken), `locked` (another process writes it). */
  open(id: string, secrets?: readonly string[]): Session {
    if (!existsSync(this.#path(id)))
      throw new AgentError(
        "session",
        `open session "${id}": there is none of that name; \`shadowbox sessions\` lists them`,
      );
    const store = this.store(id);
    try {
      return Session.open(store, id, { secrets });
    } catch (error) {
      store.close();
      throw error;
    }
  }

  /** Takes a session away that nobody writes. */
  remove(id: string): void {
    rmSync(this.#path(id), { force: true });
    rmSync(this.recording(id), { force: true });
  }

  /** The text of a log, for export and replay. */
  read(id: string): string {
    const path = this.#path(id);
    try {
      return readFileSync(path, "utf8");
    } catch (error) {
      throw new AgentError("session", `read session "${id}": there is none of that name`, { cause: error });
    }
  }

  /** All sessions, the newest first; a log that cannot be read is left out and named in `broken`. */
  list(): { sessions: SessionSummary[]; broken: string[] } {
    if (!existsSync(this.#folder)) return { sessions: [], broken: [] };
    const broken: string[] = [];
    const sessions: SessionSummary[] = [];
    for (const name of readdirSync(this.#folder).filter((name) => name.endsWith(LOG))) {
      const id = name.slice(0, -LOG.length);
      try {
        sessions.push(this.#summary(id));
      } catch {
        broken.push(id);
      }
    }
    return { sessions: sessions.sort((a, b) => (a.started < b.started ? 1 : -1)), broken };
  }

  /** From both ends of the log; of a short one, or one that ends in a very long line, from all of it. */
  #summary(id: string): SessionSummary {
    const fd = openSync(this.#path(id), "r");
    try {
      const { size } = fstatSync(fd);
      const piece = (from: number) => {
        const bytes = Buffer.alloc(END_BYTES);
        return bytes.toString("utf8", 0, readSync(fd, bytes, 0, END_BYTES, from));
      };
      if (size > 2 * END_BYTES) {
        const summary = summaryOf(piece(0), id, piece(size - END_BYTES));
        if (summary.turns > 0) return summary;
      }
    } finally {
      closeSync(fd);
    }
    return summaryOf(this.read(id), id);
  }

  /** The store of one session, locked for this process. */
  store(id: string): SessionStore {
    const path = this.#path(id);
    const lock = `${path}.lock`;
    takeLock(lock, id);
    const fd = openSync(path, "a", 0o600);
    return {
      read: () => readFileSync(path, "utf8"),
      truncate: (bytes) => ftruncateSync(fd, bytes),
      append: (line) => appendWhole(fd, line, id),
      sync: () => fsyncSync(fd),
      close: () => {
        closeSync(fd);
        rmSync(lock, { force: true });
      },
    };
  }

  /** Path of the HTTP archive with what the session's programs asked of the network; there if they asked. */
  recording(id: string): string {
    return this.#path(id).slice(0, -LOG.length) + RECORDING;
  }

  #path(id: string): string {
    if (!ID.test(id))
      throw new AgentError(
        "invalid",
        `session "${id}": expected letters, digits, - and _, as \`shadowbox sessions\` shows`,
      );
    return join(this.#folder, `${id}${LOG}`);
  }
}

function newId(): string {
  const day = new Date().toISOString().slice(0, 19).replace(/[-:]/g, "").replace("T", "-");
  const random = crypto.getRandomValues(new Uint32Array(1))[0] as number;
  return `${day}-${random.toString(36).padStart(7, "0")}`;
}

/** A line is in the log whole or not at all, also on a full disk. Throws AgentError `session`. */
function appendWhole(fd: number, line: string, id: string): void {
  const bytes = Buffer.from(line);
  const start = fstatSync(fd).size;
  try {
    for (let done = 0; done < bytes.length; ) done += writeSync(fd, bytes, done);
  } catch (cause) {
    ftruncateSync(fd, start);
    throw new AgentError("session", `write session "${id}": ${(cause as Error).message}`, { cause });
  }
}

/** A file with our pid, there complete or not at all; one of a process that is gone is taken over. */
function takeLock(path: string, id: string): void {
  const fresh = `${path}.${process.pid}`;
  writeFileSync(fresh, String(process.pid), { mode: 0o600 });
  try {
    for (;;) {
      try {
        linkSync(fresh, path);
        return;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
      }
      const owner = ownerOf(path);
      if (owner !== process.pid && isAlive(owner))
        throw new AgentError(
          "locked",
          `open session "${id}": process ${owner} is writing it; end that one first, or fork the session`,
        );
      rmSync(path, { force: true });
    }
  } finally {
    rmSync(fresh, { force: true });
  }
}

/** The pid in a lock; 0: it is gone meanwhile. */
function ownerOf(path: string): number {
  try {
    return Number(readFileSync(path, "utf8"));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return 0;
    throw error;
  }
}

function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
