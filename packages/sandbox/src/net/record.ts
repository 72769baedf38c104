import { SandboxError } from "../errors.ts";
import { headerOf, named, toldHeaders } from "./headers.ts";
import type { HeaderList, HostResponse } from "./host.ts";
import {
  contentOf,
  digestOf,
  type NetRecorder,
  type NetRecording,
  type RecordedEnd,
  type RecordedExchange,
} from "./recording.ts";
import { type Asker, answerFacts, type NetEvent, type NetRequest, type Requests } from "./session.ts";
import { shown } from "./url.ts";

/** Bytes of a body that are recorded; the answer to a longer one is kept without it. */
const RECORDED_BYTES = 64 << 20;
/** Bytes of a request's body that are kept to be read. */
const SHOWN_BYTES = 1 << 20;
/** How long a replay waits for a program to leave, as it did when it was recorded. */
const LEAVE_MS = 60_000;

/** Carries requests out by others and keeps how they ended: answers, refusals, failures. */
export class RecordedRequests implements Requests {
  readonly #inner: Requests;
  readonly #recorder: NetRecorder;
  readonly #secrets: readonly string[];

  /** `secrets`: names of those whose stand-ins programs have. */
  constructor(inner: Requests, recorder: NetRecorder, secrets: readonly string[]) {
    this.#inner = inner;
    this.#recorder = recorder;
    this.#secrets = secrets;
  }

  async request(asker: Asker, request: NetRequest): Promise<HostResponse> {
    const tape = new Tape(request);
    try {
      const answer = await this.#inner.request(asker, tape.request);
      return { ...answer, body: this.#body(tape, answer) };
    } catch (error) {
      await this.#keep(tape, undefined, error);
      throw error;
    }
  }

  async *#body(tape: Tape, answer: HostResponse): AsyncGenerator<Uint8Array> {
    let failure: unknown = new SandboxError("net-aborted", "request: the answer was not read to its end");
    try {
      for await (const bytes of answer.body) {
        tape.down.add(bytes);
        yield bytes;
      }
      failure = undefined;
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      await this.#keep(tape, answer, failure);
    }
  }

  async #keep(tape: Tape, answer: HostResponse | undefined, error: unknown): Promise<void> {
    const failed = error instanceof SandboxError && { code: error.code, message: error.message };
    this.#recorder.add({
      ...(await tape.exchange(answer)),
      ...(failed && { _error: failed }),
      ...(this.#secrets.length > 0 && { _secrets: this.#secrets }),
    });
  }
}

/** Bytes that went one way, as long as they are not too many. */
class Kept {
  readonly #parts: Uint8Array[] = [];
  size = 0;

  add(bytes: Uint8Array): void {
    this.size += bytes.length;
    if (this.size <= RECORDED_BYTES) this.#parts.push(bytes.slice());
  }

  /** All of them; `undefined` when they were too many. */
  whole(): Uint8Array | undefined {
    if (this.size > RECORDED_BYTES) return undefined;
    const whole = new Uint8Array(this.size);
    let at = 0;
    for (const part of this.#parts) {
      whole.set(part, at);
      at += part.length;
    }
    return whole;
  }
}

/** What went up and down of one request. */
class Tape {
  readonly request: NetRequest;
  readonly down = new Kept();
  readonly #up = new Kept();
  readonly #started = new Date();
  readonly #from = performance.now();

  constructor(request: NetRequest) {
    this.request = request.body === undefined ? request : { ...request, body: this.#sent(request.body) };
  }

  async *#sent(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const bytes of body) {
      this.#up.add(bytes);
      yield bytes;
    }
  }

  async exchange(answer: HostResponse | undefined): Promise<RecordedExchange> {
    const { method, url, headers } = this.request;
    const { status = 0, statusText = "", version = "", timing, address } = answer ?? {};
    const body = this.down.whole();
    const time = performance.now() - this.#from;
    const up = this.#up.whole();
    return {
      ...{ startedDateTime: this.#started.toISOString(), time },
      request: {
        ...{ method, url, httpVersion: `HTTP/${version}`, cookies: [], queryString: [] },
        ...{ headers: named(headers), headersSize: -1, bodySize: this.#up.size },
        ...postData(headers, up),
        _sha256: up === undefined ? "too long" : await bodyDigest(headers, up),
      },
      response: {
        ...{ status, statusText, httpVersion: `HTTP/${version}`, cookies: [], redirectURL: "" },
        ...{ headers: named(answer?.headers ?? []), headersSize: -1, bodySize: this.down.size },
        content: { ...(body === undefined ? { size: this.down.size } : contentOf(body)), ...mime(answer) },
        ...(timing && { _timing: timing }),
      },
      ...{ cache: {}, timings: { send: 0, wait: time, receive: 0 } },
      ...(address !== undefined && { serverIPAddress: address }),
    };
  }
}

/** Answers requests from a recording, and no other way: nothing is resolved, judged or connected. */
export class ReplayedRequests implements Requests {
  readonly #recording: NetRecording;
  readonly #onEvent: (event: NetEvent) => void;
  #requests = 0;

  constructor(recording: NetRecording, onEvent: (event: NetEvent) => void) {
    this.#recording = recording;
    this.#onEvent = onEvent;
  }

  async request(asker: Asker, request: NetRequest): Promise<HostResponse> {
    const end = await this.#find(request);
    this.#tell(asker, request, end);
    if (end.answer === undefined) {
      if (end.error?.code === "net-aborted") await left(request.signal);
      throw end.error;
    }
    return { ...end.answer, body: bodyOf(end, request.signal) };
  }

  /** Both events at once: what will be read is known. */
  #tell(
    asker: Asker,
    { method, url, headers, bodyLength = 0 }: NetRequest,
    { answer, body, error }: RecordedEnd,
  ): void {
    const id = ++this.#requests;
    const isMiss = answer === undefined && error?.code === "net-replay";
    this.#onEvent({
      ...{ type: "net-request", id, time: new Date().toISOString(), ...asker },
      ...{ method: shown(method), url: shown(url), headers: toldHeaders(headers) },
      ...{ rule: `replay of "${this.#recording.name}"` },
      ...(isMiss ? { verdict: "deny", reason: error.message } : { verdict: "allow" }),
    });
    if (isMiss) return;
    this.#onEvent({
      ...{ type: "net-response", id, requestBytes: bodyLength, responseBytes: body.length, durationMs: 0 },
      ...(answer && answerFacts(answer)),
      ...(answer?.address !== undefined && { address: answer.address }),
      ...(error && { error: `${error.code}: ${error.message}` }),
    });
  }

  async #find({ method, url, headers, body }: NetRequest): Promise<RecordedEnd> {
    const up = new Kept();
    for await (const bytes of body ?? []) up.add(bytes);
    const whole = up.whole();
    const sha256 = whole === undefined ? "too long" : await bodyDigest(headers, whole);
    try {
      return await this.#recording.take({ method: shown(method), url: shown(url), headers, sha256 });
    } catch (error) {
      if (error instanceof SandboxError) return { body: new Uint8Array(), error };
      throw error;
    }
  }
}

async function* bodyOf({ body, error }: RecordedEnd, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  if (body.length > 0) yield body;
  if (error === undefined) return;
  if (error.code === "net-aborted") await left(signal);
  throw error;
}

/** Waits for a program that left when it was recorded to do so again. */
async function left(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, LEAVE_MS);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The digest of a request's body, in which the boundary of a form, which programs draw anew each time, is always the same. */
function bodyDigest(headers: HeaderList, body: Uint8Array): Promise<string> {
  const type = headerOf(headers, "content-type") ?? "";
  const boundary = /^multipart\/.*;\s*boundary="?([^";]+)/i.exec(type)?.[1];
  if (boundary === undefined) return digestOf(body);
  const { text, encoding } = contentOf(body);
  const plain = encoding === "base64" ? atob(text) : text;
  return digestOf(new TextEncoder().encode(plain.replaceAll(boundary, "boundary")));
}

/** The body of a request for who looks at the archive, if it is text and not long; replays go by its digest. */
function postData(
  headers: HeaderList,
  body: Uint8Array | undefined,
): Pick<RecordedExchange["request"], "postData"> {
  if (body === undefined || body.length === 0 || body.length > SHOWN_BYTES) return {};
  const { text, encoding } = contentOf(body);
  const type = headerOf(headers, "content-type") ?? "";
  return encoding === undefined ? { postData: { mimeType: type, text } } : {};
}

function mime(answer: HostResponse | undefined): { mimeType: string } {
  return { mimeType: headerOf(answer?.headers ?? [], "content-type") ?? "" };
}
