import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { SandboxError, type SandboxErrorCode } from "../errors.ts";
import type { FetchHost, HostRequest, HostResponse } from "../net/host.ts";
import { RELAY, type RelayAnswer, type RelayRequest } from "../net/relay.ts";

/** How a page reaches what does not let other sites read it. */
export interface BrowserFetchOptions {
  /** A server of the embedding application that carries out requests (docs/network.md); default: none, the page asks itself. */
  readonly relay?: string | undefined;
}

/**
 * Requests by the page's own `fetch`, without credentials, cookies, cache or referrer. A page cannot see where a redirect leads
 * before it is followed, nor to which address a name leads: a redirect is an error, and addresses are the browser's to keep.
 */
export function browserFetchHost(options: BrowserFetchOptions = {}): FetchHost {
  const { relay } = options;
  return relay === undefined
    ? { name: "browser", fetch: fetchDirect, digest }
    : { name: "relay", via: relay, fetch: (request) => fetchByRelay(request, relay), digest };
}

/** WebCrypto has none that takes a body piece by piece. */
function digest() {
  const hash = sha256.create();
  return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

/** Headers that a page may not set; the browser would leave them out in silence. */
const CLOSED =
  /^(cookie|cookie2|date|dnt|origin|referer|accept-charset|access-control-request-.*|proxy-.*|sec-.*)$/i;

/** A preference about what the browser does by itself: it asks for packed answers and unpacks them. */
const ENCODING = /^accept-encoding$/i;
/** Of the packed answer, which nobody sees. */
const PACKED = /^content-(encoding|length)$/i;

const COMMON = {
  credentials: "omit",
  cache: "no-store",
  referrerPolicy: "no-referrer",
  mode: "cors",
} as const;

async function fetchDirect(request: HostRequest): Promise<HostResponse> {
  const { method, target, signal } = request;
  const closed = request.headers.find(([name]) => CLOSED.test(name));
  if (closed)
    throw new SandboxError(
      "net-header",
      `request header "${closed[0]}": a page may not set it; it needs a relay`,
    );
  const body = await collect(request.body);
  const answer = await attempt(
    () =>
      fetch(target.href, {
        ...COMMON,
        ...{ method, signal, body, redirect: "manual" },
        headers: request.headers
          .filter(([name]) => !ENCODING.test(name))
          .map(([name, value]): [string, string] => [name, value]),
      }),
    `the site ${target.host} does not allow pages of other sites to read it (CORS), or cannot be reached; it needs a relay`,
  );
  if (answer.type === "opaqueredirect")
    throw new SandboxError(
      "net-cors",
      `request to ${target.host}: it redirects, and a page cannot see where to; it needs a relay, or ask for the final address`,
    );
  const isPacked = answer.headers.has("content-encoding");
  const headers = [...answer.headers].filter(([name]) => !isPacked || !PACKED.test(name));
  return { ...partsOf(answer), headers };
}

async function fetchByRelay(request: HostRequest, relay: string): Promise<HostResponse> {
  const { method, target, signal, decode } = request;
  const body = await collect(request.body);
  const asked: RelayRequest = { method, url: target.href, headers: request.headers, decode };
  const answer = await attempt(
    () =>
      fetch(relay, {
        ...COMMON,
        ...{ method: "POST", signal, body, redirect: "error" },
        headers: { [RELAY.request]: encodeURIComponent(JSON.stringify(asked)) },
      }),
    `the relay ${relay} cannot be reached`,
  );
  const told = answer.headers.get(RELAY.answer);
  if (answer.status !== 200 || told === null)
    throw new SandboxError(
      "net-connect",
      `relay ${relay}: expected an answer for ${target.host}, got status ${answer.status}`,
    );
  const said = JSON.parse(decodeURIComponent(told)) as RelayAnswer;
  if ("error" in said) throw new SandboxError(said.error.code as SandboxErrorCode, said.error.message);
  const { status, statusText, headers, address, version } = said;
  return {
    ...partsOf(answer),
    status,
    statusText,
    version,
    headers,
    ...(address !== undefined && { address }),
  };
}

async function attempt(action: () => Promise<Response>, why: string): Promise<Response> {
  try {
    return await action();
  } catch (cause) {
    // Who gave it up says why: a limit, or a program that left.
    if ((cause as Error).name === "AbortError" || cause instanceof SandboxError) throw cause;
    throw new SandboxError("net-cors", `request: ${why}`, { cause });
  }
}

function partsOf(answer: Response): HostResponse {
  const { status, statusText } = answer;
  return { status, statusText, version: "", headers: [], body: bodyOf(answer) };
}

async function* bodyOf(answer: Response): AsyncGenerator<Uint8Array> {
  const reader = answer.body?.getReader();
  if (reader === undefined) return;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value;
    }
  } catch (cause) {
    throw new SandboxError("net-reset", "request: the connection broke off", { cause });
  } finally {
    await reader.cancel().catch(() => {});
  }
}

/** Pages cannot stream a request over HTTP/1.1: the body is sent as a whole. */
async function collect(body: AsyncIterable<Uint8Array> | undefined): Promise<Blob | undefined> {
  if (body === undefined) return undefined;
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const bytes of body) parts.push(bytes as Uint8Array<ArrayBuffer>);
  return new Blob(parts);
}
