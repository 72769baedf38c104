import type { V8Engine } from "@shadowbox/wasi";
import type { FetchHost } from "./host.ts";
import { serveDoor } from "./serve.ts";
import { type NetEvent, NetSession, type NetworkOptions } from "./session.ts";

/** The last events of a sandbox that {@link Network.events} keeps. */
const KEPT_EVENTS = 20_000;

/** The network of one sandbox: serves the fetch device of its programs. */
export class Network {
  readonly #session: NetSession;
  readonly #events: NetEvent[] = [];

  /** Throws SandboxError `invalid` for a policy or a secret that is none. */
  constructor(
    engine: V8Engine,
    options: NetworkOptions,
    host: FetchHost,
    onEvent: ((event: NetEvent) => void) | undefined,
  ) {
    this.#session = new NetSession(options, host, (event) => {
      if (this.#events.length >= KEPT_EVENTS) this.#events.splice(0, KEPT_EVENTS / 2);
      this.#events.push(event);
      onEvent?.(event);
    });
    engine.serveFetch((door) => void serveDoor(this.#session, door));
  }

  /** Variables that hold the stand-ins of secrets. */
  get environment(): Readonly<Record<string, string>> {
    return this.#session.secrets.environment();
  }

  /** What was asked for, and how it ended; the oldest half is forgotten when there are too many. */
  get events(): readonly NetEvent[] {
    return this.#events;
  }
}
