import { createHash } from "node:crypto";
import { lookup as resolveName } from "node:dns/promises";
import {
  type ClientRequest,
  request as httpRequest,
  type IncomingMessage,
  type RequestOptions,
} from "node:http";
import { request as httpsRequest } from "node:https";
import { isIP, type LookupFunction, type Socket } from "node:net";
import { SandboxError } from "../errors.ts";
import type { FetchHost, HeaderList, HostRequest, HostResponse } from "../net/host.ts";
import { decoded } from "./decode.ts";
import { netError } from "./net-errors.ts";
import { AHEAD_BYTES, wholeBody } from "./whole-body.ts";

/** For tests: another resolver, another authority for certificates. */
export interface NodeFetchOptions {
  /** Addresses of a name. */
  resolve?(host: string): Promise<string[]>;
  /** PEM of authorities to trust instead of Node's. */
  readonly ca?: string;
}

/**
 * Requests over connections of our own: no cookies, no cache, no proxies, no credentials. A name is resolved once, every
 * address is judged, and the connection goes to one of those: an answer that changes later changes nothing.
 */
export function nodeFetchHost(options: NodeFetchOptions = {}): FetchHost {
  return {
    name: "node",
    fetch: (request) => fetchOnce(request, options),
    digest() {
      const hash = createHash("sha256");
      return { update: (bytes) => void hash.update(bytes), hex: () => hash.digest("hex") };
    },
  };
}

const failures = new WeakMap<ClientRequest, Error>();

async function fetchOnce(request: HostRequest, options: NodeFetchOptions): Promise<HostResponse> {
  const started = performance.now();
  const limit = connectLimit(request);
  try {
    const addresses = await unlessAborted(limit.signal, addressesOf(request, options));
    const timing = { resolved: performance.now() - started, connected: 0, secured: 0 };
    const sent = open(request, addresses, limit.signal, options.ca);
    sent.on("socket", (socket) => {
      time(socket, timing, started);
      socket.once(request.target.scheme === "https" ? "secureConnect" : "connect", limit.met);
    });
    const response = await answerTo(sent, request, limit.signal);
    const headers = pairs(response.rawHeaders);
    const [body, left] = request.decode
      ? decoded(response, headers, request.ratio)
      : [wholeBody(response), headers];
    return {
      status: response.statusCode ?? 0,
      statusText: response.statusMessage ?? "",
      version: response.httpVersion,
      headers: left,
      body: bodyOf(body, sent, request),
      ...(response.socket.remoteAddress && { address: response.socket.remoteAddress }),
      timing,
    };
  } finally {
    limit.met();
  }
}

/** The request's signal, which also aborts when there is no connection in time; `met` takes the limit away. */
function connectLimit({ signal, connectMs, target }: HostRequest): { signal: AbortSignal; met: () => void } {
  if (connectMs === 0) return { signal, met() {} };
  const late = new AbortController();
  const message = `request to ${target.host}:${target.port}: expected a connection within ${connectMs} ms`;
  const timer = setTimeout(() => late.abort(new SandboxError("net-time", message)), connectMs);
  return { signal: AbortSignal.any([signal, late.signal]), met: () => clearTimeout(timer) };
}

/** What a promise that cannot be stopped brings, or the signal's reason if that comes first. */
async function unlessAborted<T>(signal: AbortSignal, promise: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const done = new AbortController();
  const aborted = new Promise<never>((_, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { signal: done.signal }),
  );
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    done.abort();
    promise.catch(() => {});
  }
}

function answerTo(sent: ClientRequest, request: HostRequest, signal: AbortSignal): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    sent.on("response", resolve);
    sent.on("upgrade", (_, socket) => {
      socket.destroy();
      reject(new SandboxError("net-protocol", "request: the server wants to change the protocol"));
    });
    sent.on("error", (error) => {
      failures.set(sent, error);
      reject(netError(signal.aborted ? signal.reason : error, request.target));
    });
    void pump(sent, request).catch((error: Error) => sent.destroy(error));
  });
}

async function addressesOf({ target, admit }: HostRequest, options: NodeFetchOptions): Promise<string[]> {
  let found = [target.host];
  if (!target.literal) {
    try {
      found = options.resolve
        ? await options.resolve(target.host)
        : (await resolveName(target.host, { all: true })).map(({ address }) => address);
    } catch (error) {
      throw netError(error as Error, target);
    }
  }
  if (found.length === 0)
    throw new SandboxError("net-resolve", `resolve "${target.host}": it has no address`);
  for (const address of found) admit(address);
  return found;
}

function open(
  request: HostRequest,
  addresses: readonly string[],
  signal: AbortSignal,
  ca: string | undefined,
): ClientRequest {
  const { target, method, headerBytes } = request;
  const list = addresses.map((address) => ({ address, family: isIP(address) }));
  const lookup: LookupFunction = (_, { all }, done) => {
    if (all) done(null, list);
    else done(null, list[0]!.address, list[0]!.family);
  };
  const url = new URL(target.href);
  const settings: RequestOptions & { highWaterMark: number } = {
    ...{ method, host: target.host, port: target.port, path: url.pathname + url.search, lookup, signal },
    agent: false,
    highWaterMark: AHEAD_BYTES,
    maxHeaderSize: headerBytes,
    insecureHTTPParser: false,
    setHost: false,
  };
  const servername = target.literal ? "" : target.host;
  const sent =
    target.scheme === "http"
      ? httpRequest(settings)
      : httpsRequest({ ...settings, servername, ...(ca !== undefined && { ca }) });
  for (const [name, value] of wireHeaders(request, url)) sent.appendHeader(name, value);
  // Nothing of Node's own: as curl, it speaks of neither the connection nor a body that is not there.
  sent.removeHeader("Connection");
  if (request.body === undefined) sent.removeHeader("Transfer-Encoding");
  return sent;
}

/** What goes out, in order: ours first, then the program's. */
function wireHeaders(request: HostRequest, url: URL): [string, string][] {
  const { headers, body, bodyLength, decode } = request;
  const has = (name: string) => headers.some(([each]) => each.toLowerCase() === name);
  const length: [string, string][] =
    body === undefined
      ? request.method === "POST" || request.method === "PUT"
        ? [["Content-Length", "0"]]
        : []
      : bodyLength === undefined
        ? [["Transfer-Encoding", "chunked"]]
        : [["Content-Length", String(bodyLength)]];
  return [
    ["Host", url.host],
    ...headers.map(([name, value]): [string, string] => [name, value]),
    ...(decode && !has("accept-encoding")
      ? [["Accept-Encoding", "gzip, deflate, br"] as [string, string]]
      : []),
    ...length,
  ];
}

async function pump(sent: ClientRequest, { body, bodyLength }: HostRequest): Promise<void> {
  sent.flushHeaders();
  let left = bodyLength ?? Number.POSITIVE_INFINITY;
  for await (const bytes of body ?? []) {
    left -= bytes.length;
    if (left < 0)
      throw new SandboxError("net-request", `request body: expected ${bodyLength} bytes, got more`);
    // A server that has answered and closed wants no more; the rest is read and dropped.
    if (sent.destroyed || sent.writableEnded || sent.errored) continue;
    if (!sent.write(bytes)) await new Promise<void>((resolve) => drained(sent, resolve));
  }
  if (left > 0 && left !== Number.POSITIVE_INFINITY)
    throw new SandboxError("net-request", `request body: expected ${bodyLength} bytes, ${left} are missing`);
  sent.end();
}

function drained(sent: ClientRequest, resolve: () => void): void {
  const done = () => {
    sent.off("drain", done).off("close", done);
    resolve();
  };
  sent.on("drain", done).on("close", done);
}

async function* bodyOf(
  body: AsyncIterable<Uint8Array>,
  sent: ClientRequest,
  { target }: HostRequest,
): AsyncGenerator<Uint8Array> {
  try {
    yield* body;
  } catch (error) {
    // The parser's complaint says more than the broken stream that follows from it.
    throw netError(failures.get(sent) ?? (error as Error), target);
  } finally {
    sent.destroy();
  }
}

function pairs(raw: readonly string[]): HeaderList {
  const list: [string, string][] = [];
  for (let at = 0; at + 1 < raw.length; at += 2) list.push([raw[at]!, raw[at + 1]!]);
  return list;
}

function time(socket: Socket, timing: { connected: number; secured: number }, started: number): void {
  socket.setNoDelay(true);
  socket.once("connect", () => (timing.connected = performance.now() - started));
  socket.once("secureConnect", () => (timing.secured = performance.now() - started));
}
