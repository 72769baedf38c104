import { decodeText, encodeText } from "@shadowbox/vfs";
import { SandboxError, type SandboxErrorCode } from "../errors.ts";
import { headerOf } from "./headers.ts";
import type { HeaderList, HostResponse } from "./host.ts";
import { parseTarget } from "./url.ts";

/** A header in an archive. */
interface HarHeader {
  readonly name: string;
  readonly value: string;
}

/** A request and how it ended: an entry of an HTTP archive (HAR 1.2), with fields of our own that begin with `_`, as the format has it. */
export interface RecordedExchange {
  /** ISO 8601, UTC. */
  readonly startedDateTime: string;
  /** Milliseconds. */
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly headers: readonly HarHeader[];
    /** Other programs' archives hold the body itself. */
    readonly postData?: { readonly mimeType?: string; readonly text?: string };
    /** Of the body, hexadecimal; empty without one. */
    readonly _sha256?: string;
  };
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly httpVersion: string;
    readonly headers: readonly HarHeader[];
    readonly content: { readonly size: number; readonly text?: string; readonly encoding?: string };
    readonly _timing?: HostResponse["timing"];
  };
  readonly serverIPAddress?: string;
  /** Why there was no answer, or why its body ended early. */
  readonly _error?: { readonly code: string; readonly message: string };
  /** Names of the secrets whose stand-ins programs had. */
  readonly _secrets?: readonly string[];
}

/** Takes what is recorded, one exchange after another. */
export interface NetRecorder {
  /** For people: the file's name. */
  readonly name?: string;
  add(exchange: RecordedExchange): void;
}

/** What a recorded answer is found by. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  /** Of the body, hexadecimal; empty without one. */
  readonly sha256: string;
}

/** How a recorded request ended. */
export interface RecordedEnd {
  readonly answer?: Omit<HostResponse, "body">;
  readonly body: Uint8Array;
  /** After the body, or in place of an answer. */
  readonly error?: SandboxError;
}

/** What stands around the entries of an archive, one a line and separated by commas. */
export const ARCHIVE = {
  head: '{"log":{"version":"1.2","creator":{"name":"shadowbox","version":"1"},"entries":[\n',
  tail: "\n]}}\n",
} as const;

/**
 * Answers of the network in memory: an HTTP archive (HAR 1.2) with bodies. {@link NetworkOptions.record} adds to one,
 * {@link NetworkOptions.replay} answers from one; archives of browsers can be replayed too.
 */
export class NetRecording implements NetRecorder {
  /** For messages: the file's name. */
  readonly name: string;
  readonly #exchanges: RecordedExchange[];
  /** Exchanges that were not replayed yet, by method, URL and body. */
  #open: Map<string, RecordedExchange[]> | undefined;
  /** All exchanges, by method, status and URL. */
  #places: Map<string, RecordedExchange[]> | undefined;

  constructor(name = "recording", exchanges: readonly RecordedExchange[] = []) {
    this.name = name;
    this.#exchanges = [...exchanges];
  }

  /** Reads an archive. Throws SandboxError `invalid`. */
  static parse(text: string, name = "recording"): NetRecording {
    let entries: unknown;
    try {
      entries = (JSON.parse(whole(text)) as { log?: { entries?: unknown } }).log?.entries;
    } catch (cause) {
      throw new SandboxError("invalid", `read "${name}": expected an HTTP archive (HAR), it is no JSON`, {
        cause,
      });
    }
    if (Array.isArray(entries) && entries.every(isExchange)) return new NetRecording(name, entries);
    throw new SandboxError("invalid", `read "${name}": expected an HTTP archive (HAR) with log.entries`);
  }

  add(exchange: RecordedExchange): void {
    this.#exchanges.push(exchange);
    this.#open = undefined;
    this.#places = undefined;
  }

  /** The archive. */
  toString(): string {
    const lines = this.#exchanges.map((exchange) => JSON.stringify(exchange));
    return `${ARCHIVE.head}${lines.join(",\n")}${ARCHIVE.tail}`;
  }

  /** Names of the secrets whose stand-ins the recorded programs had. */
  get secrets(): ReadonlySet<string> {
    return new Set(this.#exchanges.flatMap(({ _secrets = [] }) => _secrets));
  }

  /**
   * The first answer that was not taken yet, of a request with the same method, URL and body: the one with the same headers before
   * one with the same Range. Throws SandboxError `net-replay` naming the request.
   */
  async take(request: RecordedRequest): Promise<RecordedEnd> {
    this.#open ??= await byRequest(this.#exchanges);
    const all = this.#open.get(keyOf(request)) ?? [];
    const wanted = headersText(request.headers);
    let at = all.findIndex((one) => headersText(pairs(one.request.headers)) === wanted);
    if (at < 0)
      at = all.findIndex(
        (one) => headerOf(pairs(one.request.headers), "range") === headerOf(request.headers, "range"),
      );
    const found = all[at];
    if (found === undefined) throw this.#miss(request);
    all.splice(at, 1);
    return endOf(found, this.name);
  }

  /** The exchange of that request whose answer has this status, and a body with this SHA-256. */
  async find(wanted: {
    readonly method: string;
    readonly url: string;
    readonly status: number;
    readonly sha256: string;
  }): Promise<RecordedExchange | undefined> {
    this.#places ??= byPlace(this.#exchanges);
    for (const exchange of this.#places.get(placeOf(wanted.method, wanted.url, wanted.status)) ?? []) {
      const { text, encoding } = exchange.response.content;
      if (text !== undefined && (await hexDigest(bytesOf(text, encoding))) === wanted.sha256) return exchange;
    }
    return undefined;
  }

  #miss({ method, url, sha256 }: RecordedRequest): SandboxError {
    const key = normal(url);
    const same = this.#exchanges.filter(
      ({ request }) => request.method === method && normal(request.url) === key,
    ).length;
    const body = sha256 === "" ? "" : ` with a body (SHA-256 ${sha256.slice(0, 12)}…)`;
    const seen = same === 0 ? "it was never asked for" : `${same} of its method and URL were recorded`;
    return new SandboxError(
      "net-replay",
      `replay of "${this.name}": expected an answer to ${method} ${url}${body}, there is none: ${seen}`,
    );
  }
}

/** An archive of ours that a crash cut off, without the entry that was being written. */
export function whole(text: string): string {
  if (!text.startsWith(ARCHIVE.head) || text.endsWith(ARCHIVE.tail)) return text;
  return text.slice(0, Math.max(ARCHIVE.head.length, text.lastIndexOf(",\n"))) + ARCHIVE.tail;
}

function isExchange(entry: Partial<RecordedExchange> | null): boolean {
  const { request, response } = entry ?? {};
  return (
    typeof request?.method === "string" &&
    typeof request.url === "string" &&
    Array.isArray(request.headers) &&
    typeof response?.status === "number" &&
    Array.isArray(response.headers) &&
    typeof response.content === "object"
  );
}

/** SHA-256 of a body, hexadecimal; empty without one. */
export async function digestOf(body: Uint8Array): Promise<string> {
  return body.length === 0 ? "" : hexDigest(body);
}

async function hexDigest(body: Uint8Array): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", body.slice());
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function byPlace(exchanges: readonly RecordedExchange[]): Map<string, RecordedExchange[]> {
  const map = new Map<string, RecordedExchange[]>();
  for (const exchange of exchanges) {
    const key = placeOf(exchange.request.method, exchange.request.url, exchange.response.status);
    const there = map.get(key);
    if (there === undefined) map.set(key, [exchange]);
    else there.push(exchange);
  }
  return map;
}

function placeOf(method: string, url: string, status: number): string {
  return `${method} ${normal(url)} ${status}`;
}

/** In the order in which they were asked for: an archive has them as they ended. */
async function byRequest(exchanges: readonly RecordedExchange[]): Promise<Map<string, RecordedExchange[]>> {
  const map = new Map<string, RecordedExchange[]>();
  const started = (exchange: RecordedExchange) => Date.parse(exchange.startedDateTime);
  for (const exchange of exchanges.toSorted((a, b) => started(a) - started(b) || 0)) {
    const { method, url, _sha256, postData } = exchange.request;
    const sha256 = _sha256 ?? (await digestOf(encodeText(postData?.text ?? "")));
    const key = keyOf({ method, url, sha256 });
    map.set(key, [...(map.get(key) ?? []), exchange]);
  }
  return map;
}

function keyOf({ method, url, sha256 }: Pick<RecordedRequest, "method" | "url" | "sha256">): string {
  return `${method} ${normal(url)} ${sha256}`;
}

/** One spelling of a URL; what is none stays as it is. */
function normal(url: string): string {
  try {
    return parseTarget(url).href;
  } catch {
    return url;
  }
}

/** What a program has read from the network and how it ended, from an entry. */
function endOf({ request, response, serverIPAddress, _error }: RecordedExchange, name: string): RecordedEnd {
  const { status, statusText, httpVersion, headers, content, _timing } = response;
  const error = _error && new SandboxError(_error.code as SandboxErrorCode, _error.message);
  const isEmpty = content.size <= 0 && content.text === undefined;
  if (content.text === undefined && !isEmpty)
    return {
      body: new Uint8Array(),
      error: new SandboxError(
        "net-replay",
        `replay of "${name}": the answer to ${request.method} ${request.url} was recorded without its body of ${content.size} bytes`,
      ),
    };
  const body = bytesOf(content.text ?? "", content.encoding);
  if (status === 0)
    return {
      body,
      error:
        error ??
        new SandboxError(
          "net-reset",
          `replay of "${name}": ${request.method} ${request.url} got no answer when it was recorded`,
        ),
    };
  const answer = {
    ...{ status, statusText, version: httpVersion.replace(/^HTTP\//i, "") },
    headers: request._sha256 === undefined ? decodedHeaders(pairs(headers)) : pairs(headers),
    ...(serverIPAddress !== undefined && { address: serverIPAddress }),
    ...(_timing && { timing: _timing }),
  };
  return { answer, body, ...(error && { error }) };
}

/** Other programs' archives hold bodies as they are without their encoding. */
function decodedHeaders(headers: HeaderList): HeaderList {
  return headers.filter(([name]) => !/^(:.*|content-encoding|content-length|transfer-encoding)$/i.test(name));
}

/** Text of an archive's content, and back. */
export function contentOf(body: Uint8Array): { size: number; text: string; encoding?: string } {
  const text = decodeText(body);
  // Text stays readable; what is none, or would not come back the same, is base64.
  const same = encodeText(text);
  if (same.length === body.length && same.every((byte, at) => byte === body[at]))
    return { size: body.length, text };
  let binary = "";
  for (let at = 0; at < body.length; at += 8192)
    binary += String.fromCharCode(...body.subarray(at, at + 8192));
  return { size: body.length, text: btoa(binary), encoding: "base64" };
}

function bytesOf(text: string, encoding: string | undefined): Uint8Array {
  if (encoding !== "base64") return encodeText(text);
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}

function pairs(headers: readonly HarHeader[]): HeaderList {
  return headers.map(({ name, value }) => [name, value] as const);
}

function headersText(headers: HeaderList): string {
  return headers.map(([name, value]) => `${name.toLowerCase()}: ${value}\n`).join("");
}
