import { SandboxError } from "../errors.ts";
import { Gate, Watch } from "./gate.ts";
import {
  checkHeaders,
  checkMethod,
  checkUnpacked,
  methodsOf,
  toldHeaders,
  unpackedHeaders,
} from "./headers.ts";
import type { FetchHost, HeaderList, HostResponse } from "./host.ts";
import {
  type CompiledPolicy,
  compilePolicy,
  type Decision,
  decide,
  decideResolved,
  type NetPolicy,
} from "./policy.ts";
import type { NetRecorder, NetRecording } from "./recording.ts";
import { Redirects } from "./redirects.ts";
import { type NetSecret, Secrets } from "./secrets.ts";
import { parseTarget, shown, type Target } from "./url.ts";

/** What programs of a sandbox may do on the network, and who does it for them. */
export interface NetworkOptions {
  /** Default: off. */
  readonly policy?: NetPolicy;
  /** Default: the platform's. */
  readonly host?: FetchHost;
  /**
   * Asked where the policy says `ask`; default: no. An answer holds for its host, scheme and port, unless it is for `once`. A reason is
   * told to who asked.
   */
  ask?(question: NetQuestion): Promise<boolean | NetAnswer>;
  readonly secrets?: Readonly<Record<string, NetSecret>>;
  /** Browsers: a server of the embedding application that carries out requests (docs/network.md); default: the page asks itself. */
  readonly relay?: string;
  /** Keeps each request and how it ended: a {@link NetRecording}, on Node also a file (`recordingFile`). */
  readonly record?: NetRecorder;
  /**
   * Answers from a recording, and from nothing else: no request leaves, no rule is asked. What was not recorded fails with `net-replay`.
   */
  readonly replay?: NetRecording;
}

/** What a person says to a request. */
export interface NetAnswer {
  readonly allowed: boolean;
  readonly reason: string;
  /** The next request is asked about again. */
  readonly once?: boolean;
}

/** A request that a person is asked about. */
export interface NetQuestion {
  readonly method: string;
  readonly url: string;
  readonly command: string;
}

/** Which process asks, and of which turn of an agent's session it is. */
export interface Asker {
  readonly pid: number;
  readonly command: string;
  readonly session?: string;
  readonly turn?: number;
}

/** Carries out requests of programs. */
export interface Requests {
  /**
   * One request, one hop. The body of the answer must be read to its end, or its iterator ended. Throws SandboxError with a
   * `net-` code.
   */
  request(asker: Asker, request: NetRequest): Promise<HostResponse>;
}

/** A program's request. */
export interface NetRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly body?: AsyncIterable<Uint8Array>;
  readonly bodyLength?: number;
  readonly decode: boolean;
  /** The program's own limit, milliseconds; 0 or absent: none. */
  readonly timeMs?: number;
  /** Until there has to be a connection, milliseconds; 0 or absent: as long as the whole. */
  readonly connectMs?: number;
  readonly signal: AbortSignal;
}

/** What is told of a request: before it goes (or is refused), and when it has ended. */
export type NetEvent =
  | {
      readonly type: "net-request";
      readonly id: number;
      /** ISO 8601, UTC. */
      readonly time: string;
      readonly pid: number;
      readonly command: string;
      /** The agent's session, and its turn. */
      readonly session?: string;
      readonly turn?: number;
      readonly method: string;
      readonly url: string;
      /** As the program gave them, 8 KiB at most; credentials in them are blotted out. */
      readonly headers?: HeaderList;
      readonly verdict: "allow" | "deny";
      readonly rule: string;
      readonly reason?: string;
      /** The relay by which it goes. */
      readonly via?: string;
    }
  | {
      readonly type: "net-response";
      readonly id: number;
      readonly status?: number;
      readonly statusText?: string;
      /** `1.0`, `1.1`, `2`; absent where the platform does not tell. */
      readonly version?: string;
      /** As the program got them, 8 KiB at most; credentials in them are blotted out. */
      readonly headers?: HeaderList;
      readonly error?: string;
      readonly address?: string;
      readonly requestBytes: number;
      readonly responseBytes: number;
      /** SHA-256 of the response's body. */
      readonly sha256?: string;
      readonly durationMs: number;
    };

/** One request under way. */
interface Run {
  readonly id: number;
  readonly started: number;
  readonly abort: AbortController;
  readonly watch: Watch;
  requestBytes: number;
  responseBytes: number;
  address?: string;
}

/** Every request of one sandbox goes through here: policy, limits, secrets, audit. */
export class NetSession implements Requests {
  readonly policy: CompiledPolicy;
  readonly secrets: Secrets;
  readonly host: FetchHost;
  readonly #options: NetworkOptions;
  readonly #onEvent: (event: NetEvent) => void;
  readonly #gate: Gate;
  /** Answers of {@link NetworkOptions.ask} by origin. */
  readonly #answers = new Map<string, Promise<NetAnswer>>();
  readonly #redirects = new Redirects();
  #requests = 0;
  #bytes = 0;

  constructor(options: NetworkOptions, host: FetchHost, onEvent: (event: NetEvent) => void) {
    this.policy = compilePolicy(options.policy);
    this.secrets = new Secrets(options.secrets);
    this.host = options.host ?? host;
    this.#options = options;
    this.#onEvent = onEvent;
    this.#gate = new Gate(this.policy.limits.concurrency);
  }

  async request(asker: Asker, request: NetRequest): Promise<HostResponse> {
    const id = ++this.#requests;
    const { target, hops } = await this.#permit(id, asker, request);
    await this.#gate.enter();
    const run = this.#start(id, request);
    try {
      request.signal.throwIfAborted();
      const answer = await this.#send(run, target, request);
      this.#redirects.note(asker.pid, target, hops, answer);
      return { ...answer, body: this.#receive(run, answer) };
    } catch (error) {
      throw this.#end(run, undefined, this.#cause(run, error));
    }
  }

  async #permit(id: number, asker: Asker, request: NetRequest): Promise<{ target: Target; hops: number }> {
    const { method, url } = request;
    const { limits } = this.policy;
    const event = {
      type: "net-request",
      id,
      time: new Date().toISOString(),
      ...asker,
      method: shown(method),
      url: shown(this.secrets.mask(url)),
      headers: this.#told(request.headers),
    } as const;
    const refuse = (rule: string, reason: string, error: SandboxError) => {
      this.#onEvent({ ...event, verdict: "deny", rule, reason });
      return error;
    };
    let target: Target;
    let hops: number;
    try {
      checkMethod(method);
      checkHeaders(request.headers, limits.headerBytes);
      target = parseTarget(url);
      hops = this.#redirects.take(asker.pid, target);
      if (id > limits.requests) throw tooMany(`${limits.requests} of them`);
      if (hops > limits.redirects) throw tooMany(`${limits.redirects} redirects in a row`);
    } catch (error) {
      throw error instanceof SandboxError ? refuse("form", error.message, error) : error;
    }
    const methods = methodsOf(method, request.headers);
    const decisions = methods.map((each) => [each, decide(this.policy, target, each)] as const);
    const said = (wanted: string) => decisions.find(([, { verdict }]) => verdict === wanted);
    const [strictest, first] = said("deny") ?? said("ask") ?? decisions[0]!;
    const decision = await this.#decided(first, target, strictest, asker.command);
    if (decision.verdict === "deny") throw refuse(decision.rule, decision.reason, denied(decision.reason));
    const { via } = this.host;
    const allowed = { verdict: "allow", rule: decision.rule, ...(via !== undefined && { via }) } as const;
    this.#onEvent({ ...event, url: this.secrets.mask(target.href), ...allowed });
    return { target, hops };
  }

  #told(headers: HeaderList): HeaderList {
    return toldHeaders(headers.map(([name, value]) => [this.secrets.mask(name), this.secrets.mask(value)]));
  }

  /** A decision, asked for where it has to be. */
  async #decided(decision: Decision, target: Target, method: string, command: string): Promise<Decision> {
    if (decision.verdict !== "ask") return decision;
    const origin = `${target.scheme}://${target.host}:${target.port}`;
    let answer = this.#answers.get(origin);
    if (answer === undefined) {
      answer = this.#ask({ method, url: this.secrets.mask(target.href), command });
      this.#answers.set(origin, answer);
    }
    const { allowed, reason, once } = await answer;
    if (once && this.#answers.get(origin) === answer) this.#answers.delete(origin);
    const rule = `asked: ${origin}`;
    return allowed ? { verdict: "allow", rule } : { verdict: "deny", rule, reason: `${origin}: ${reason}` };
  }

  async #ask(question: NetQuestion): Promise<NetAnswer> {
    if (this.#options.ask === undefined)
      return { allowed: false, reason: "it needs a person's yes and nobody is there to ask" };
    const answer = await this.#options.ask(question);
    return typeof answer === "boolean" ? { allowed: answer, reason: "a person said no" } : answer;
  }

  #start(id: number, request: NetRequest): Run {
    const abort = new AbortController();
    const { timeMs, idleMs } = this.policy.limits;
    const limits = { timeMs: Math.min(timeMs, request.timeMs || timeMs), idleMs };
    const watch = new Watch(abort, limits, (what) => new SandboxError("net-time", `request: ${what}`));
    const leave = () => abort.abort(new SandboxError("net-aborted", "request: who asked has gone"));
    if (request.signal.aborted) leave();
    else request.signal.addEventListener("abort", leave, { once: true, signal: abort.signal });
    return { id, started: performance.now(), abort, watch, requestBytes: 0, responseBytes: 0 };
  }

  async #send(run: Run, target: Target, request: NetRequest): Promise<HostResponse> {
    const { limits, allowLoopback } = this.policy;
    const { bodyLength = 0, method, decode, connectMs = 0 } = request;
    if (bodyLength > limits.requestBytes) throw tooLarge("request body", limits.requestBytes);
    const { secret, ...out } = this.secrets.fill(target, request.headers, {
      loopback: allowLoopback,
      decode,
    });
    const answer = await this.host.fetch({
      ...{ ...out, method, decode: decode || secret, signal: run.abort.signal, connectMs },
      ...(request.body && { body: this.#counted(run, request.body), bodyLength: request.bodyLength }),
      headerBytes: limits.headerBytes,
      ratio: limits.ratio,
      admit: (address) => {
        const decision = decideResolved(this.policy, target, method, address);
        if (decision?.verdict === "deny") throw denied(`"${target.host}": ${decision.reason}`);
      },
    });
    run.watch.moved();
    run.address = answer.address;
    if (secret) checkUnpacked(answer.headers);
    const mask = (text: string) => this.secrets.mask(text);
    const plain = secret && !decode ? unpackedHeaders(answer.headers) : answer.headers;
    const headers = plain.map(([name, value]) => [mask(name), mask(value)] as const);
    return { ...answer, statusText: mask(answer.statusText), headers };
  }

  async *#counted(run: Run, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      run.requestBytes += bytes.length;
      this.#count(run, bytes.length, run.requestBytes, this.policy.limits.requestBytes, "request body");
      yield bytes;
    }
  }

  #count(run: Run, more: number, sum: number, limit: number, what: string): void {
    run.watch.moved();
    this.#bytes += more;
    if (sum > limit) throw tooLarge(what, limit);
    if (this.#bytes > this.policy.limits.totalBytes)
      throw tooLarge("traffic of the sandbox", this.policy.limits.totalBytes);
  }

  async *#receive(run: Run, answer: HostResponse): AsyncGenerator<Uint8Array> {
    const digest = this.host.digest?.();
    let failure: SandboxError | undefined = new SandboxError(
      "net-aborted",
      "request: the answer was not read to its end",
    );
    try {
      for await (const bytes of this.secrets.maskBody(answer.body)) {
        run.responseBytes += bytes.length;
        this.#count(run, bytes.length, run.responseBytes, this.policy.limits.responseBytes, "response body");
        digest?.update(bytes);
        run.watch.hold();
        yield bytes;
        run.watch.moved();
      }
      failure = undefined;
    } catch (error) {
      failure = this.#cause(run, error);
      throw failure;
    } finally {
      this.#end(run, answer, failure, digest?.hex());
    }
  }

  /** Why a request failed, in our own words and without secrets; an abort's reason is the true one. */
  #cause(run: Run, error: unknown): SandboxError {
    const cause = run.abort.signal.aborted ? run.abort.signal.reason : error;
    if (cause instanceof SandboxError)
      return new SandboxError(cause.code, this.secrets.mask(cause.message), { cause: cause.cause });
    return new SandboxError("net-protocol", `request: ${shown(this.secrets.mask(String(cause)))}`);
  }

  #end<T extends SandboxError | undefined>(
    run: Run,
    answer: HostResponse | undefined,
    failure: T,
    sha256?: string,
  ): T {
    run.watch.end();
    this.#gate.leave();
    const { id, requestBytes, responseBytes, address } = run;
    const durationMs = performance.now() - run.started;
    this.#onEvent({
      ...{ type: "net-response", id, requestBytes, responseBytes, durationMs },
      ...(answer && answerFacts(answer)),
      ...(address !== undefined && { address }),
      ...(failure && { error: `${failure.code}: ${failure.message}` }),
      ...(sha256 !== undefined && !failure && { sha256 }),
    });
    // Whatever still runs of it ends here.
    run.abort.abort(failure ?? new SandboxError("net-aborted", "request: it has ended"));
    return failure;
  }
}

/** What events tell of an answer's head. */
export function answerFacts({ status, statusText, version, headers }: Omit<HostResponse, "body">) {
  return { status, statusText, ...(version !== "" && { version }), headers: toldHeaders(headers) };
}

function denied(reason: string): SandboxError {
  return new SandboxError("net-denied", `request refused: ${reason}`);
}

function tooMany(what: string): SandboxError {
  return new SandboxError("net-count", `request: expected at most ${what}`);
}

function tooLarge(what: string, limit: number): SandboxError {
  return new SandboxError("net-size", `${what}: expected at most ${limit} bytes`);
}
