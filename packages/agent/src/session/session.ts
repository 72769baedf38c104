import { AgentError } from "../errors.ts";
import { type Mode, NO_USAGE, type SessionEvent } from "../events.ts";
import { CHAIN_START, type ChainHead, encodeRecord, type LogRecord, readChain } from "./chain.ts";
import { type Mask, maskDeep, maskSecrets } from "./secrets.ts";

/** Where one session's log is kept. Lines are appended whole; `sync` makes them durable. */
export interface SessionStore {
  /** All that was written; empty for a new session. */
  read(): string;
  /** Cuts the log to its first `bytes` bytes. */
  truncate(bytes: number): void;
  append(line: string): void;
  sync(): void;
  close(): void;
}

export interface SessionOptions {
  id: string;
  model: string;
  mode?: Mode;
  project?: string;
  forkedFrom?: { id: string; turn: number };
  /** Values that are masked in the log, besides what looks like a key. */
  secrets?: readonly string[];
  /** Default the system's clock. */
  now?: () => Date;
}

/** A conversation as an append-only, hash-chained log of events. */
export class Session {
  readonly #store: SessionStore;
  readonly #mask: Mask;
  readonly #now: () => Date;
  readonly #records: LogRecord[];
  #head: ChainHead;

  private constructor(
    store: SessionStore,
    records: LogRecord[],
    head: ChainHead,
    mask: Mask,
    now: () => Date,
  ) {
    this.#store = store;
    this.#records = records;
    this.#head = head;
    this.#mask = mask;
    this.#now = now;
  }

  static create(store: SessionStore, options: SessionOptions): Session {
    const session = new Session(
      store,
      [],
      CHAIN_START,
      maskSecrets(options.secrets),
      options.now ?? (() => new Date()),
    );
    const { id, model, mode = "accept-in-shadow", project, forkedFrom } = options;
    session.append({
      type: "session-start",
      id,
      format: 1,
      model,
      mode,
      ...(project !== undefined && { project }),
      ...(forkedFrom && { forkedFrom }),
    });
    session.sync();
    return session;
  }

  /**
   * Opens what is kept. A line that was cut off is taken away and a turn that never ended is closed, both with a
   * notice. Throws AgentError `session` for a broken chain, an empty log or a newer format.
   */
  static open(
    store: SessionStore,
    name: string,
    options: { secrets?: readonly string[]; now?: () => Date } = {},
  ): Session {
    const reading = readChain(store.read(), name);
    if (reading.records[0]?.event.type !== "session-start")
      throw new AgentError("session", `open session "${name}": its log is empty or does not start a session`);
    if (reading.cutBytes > 0) store.truncate(reading.goodBytes);
    const now = options.now ?? (() => new Date());
    const session = new Session(store, reading.records, reading.head, maskSecrets(options.secrets), now);
    session.#repair(reading.cutBytes);
    return session;
  }

  #repair(cutBytes: number): void {
    const turn = this.turn;
    if (cutBytes > 0)
      this.append({
        type: "notice",
        turn,
        message: `the last line of the log was cut off (${cutBytes} bytes) and left out`,
      });
    this.interrupt();
    this.sync();
  }

  /** Ends a turn that was left open. */
  interrupt(): void {
    if (!this.isIdle)
      this.append({ type: "turn-end", turn: this.turn, reason: "interrupted", usage: NO_USAGE });
  }

  /** Adds an event; answers it as it was kept, secrets masked. */
  append(event: SessionEvent): SessionEvent {
    const kept = maskDeep(event, this.#mask);
    const { line, head } = encodeRecord(kept, this.#head, this.#now());
    this.#store.append(`${line}\n`);
    this.#records.push({
      seq: this.#head.seq,
      time: JSON.parse(line).time,
      prev: this.#head.prev,
      event: kept,
    });
    this.#head = head;
    return kept;
  }

  sync(): void {
    this.#store.sync();
  }

  close(): void {
    this.#store.sync();
    this.#store.close();
  }

  get records(): readonly LogRecord[] {
    return this.#records;
  }

  get events(): SessionEvent[] {
    return this.#records.map(({ event }) => event);
  }

  get start(): Extract<SessionEvent, { type: "session-start" }> {
    return this.#records[0]?.event as Extract<SessionEvent, { type: "session-start" }>;
  }

  get id(): string {
    return this.start.id;
  }

  /** Digest of the last line: names this state of the conversation. */
  get digest(): string {
    return this.#head.prev;
  }

  /** Number of the last turn; 0 before the first. */
  get turn(): number {
    for (let at = this.#records.length - 1; at >= 0; at--) {
      const event = this.#records[at]?.event;
      if (event?.type === "user-message") return event.turn;
    }
    return 0;
  }

  /** Whether no turn is open. */
  get isIdle(): boolean {
    for (let at = this.#records.length - 1; at >= 0; at--) {
      const type = this.#records[at]?.event.type;
      if (type === "turn-end" || type === "session-start") return true;
      if (type === "user-message") return false;
    }
    return true;
  }
}

/** A store in memory, for tests and for sessions that nobody keeps. */
export function memoryStore(initial = ""): SessionStore & { text(): string } {
  let text = initial;
  return {
    read: () => text,
    truncate: (bytes) => {
      text = new TextDecoder().decode(new TextEncoder().encode(text).subarray(0, bytes));
    },
    append: (line) => {
      text += line;
    },
    sync: () => {},
    close: () => {},
    text: () => text,
  };
}

/** The events of the first `turn` turns, for a fork or a rewind. Throws AgentError `invalid` if there are fewer. */
export function eventsThrough(session: Session, turn: number): SessionEvent[] {
  if (!Number.isInteger(turn) || turn < 0 || turn > session.turn)
    throw new AgentError(
      "invalid",
      `go to turn ${turn}: expected 0 to ${session.turn}, the turns of this session`,
    );
  const events: SessionEvent[] = [];
  for (const event of session.events.slice(1)) {
    if (event.type === "user-message" && event.turn > turn) break;
    events.push(event);
  }
  return events;
}

/** A new session that goes on from the end of a turn of another. */
export function forkSession(
  from: Session,
  turn: number,
  store: SessionStore,
  options: SessionOptions,
): Session {
  const events = eventsThrough(from, turn);
  const session = Session.create(store, { ...options, forkedFrom: { id: from.id, turn } });
  for (const event of events) session.append(event);
  session.sync();
  return session;
}
