import type { V8Engine } from "@shadowbox/wasi";
import type { CallOrigin } from "@shadowbox/workspace";
import type { FetchHost } from "./host.ts";
import { RecordedRequests, ReplayedRequests } from "./record.ts";
import { standIns } from "./secrets.ts";
import { serveDoor } from "./serve.ts";
import { type NetEvent, NetSession, type NetworkOptions, type Requests } from "./session.ts";

/** The last events of a sandbox that {@link Network.events} keeps. */
const KEPT_EVENTS = 20_000;

/** The network of one sandbox: serves the fetch device of its programs. */
export class Network {
  readonly #onEvent: ((event: NetEvent) => void) | undefined;
  readonly #events: NetEvent[] = [];
  /** Variables that hold the stand-ins of secrets. */
  readonly environment: Readonly<Record<string, string>>;
  /** The agent's session and turn whose call runs. */
  origin: CallOrigin | undefined;

  /** Throws SandboxError `invalid` for a policy or a secret that is none. */
  constructor(
    engine: V8Engine,
    options: NetworkOptions,
    host: FetchHost,
    onEvent: ((event: NetEvent) => void) | undefined,
  ) {
    this.#onEvent = onEvent;
    const session = new NetSession(options, host, (event) => this.#tell(event));
    const { names } = session.secrets;
    this.environment = standIns([...names, ...(options.replay?.secrets ?? [])]);
    const requests = this.#requestsOf(options, session, names);
    engine.serveFetch((door) => void serveDoor(requests, door, this.origin));
  }

  #requestsOf({ record, replay }: NetworkOptions, session: NetSession, names: readonly string[]): Requests {
    if (replay !== undefined) return new ReplayedRequests(replay, (event) => this.#tell(event));
    return record === undefined ? session : new RecordedRequests(session, record, names);
  }

  #tell(event: NetEvent): void {
    if (this.#events.length >= KEPT_EVENTS) this.#events.splice(0, KEPT_EVENTS / 2);
    this.#events.push(event);
    this.#onEvent?.(event);
  }

  /** What was asked for, and how it ended; the oldest half is forgotten when there are too many. */
  get events(): readonly NetEvent[] {
    return this.#events;
  }
}
