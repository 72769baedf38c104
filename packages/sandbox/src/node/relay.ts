import type { IncomingMessage, ServerResponse } from "node:http";
import { pipeline } from "node:stream/promises";
import { SandboxError } from "../errors.ts";
import { RELAY, type RelayAnswer, type RelayRequest } from "../net/relay.ts";
import { type NetEvent, NetSession, type NetworkOptions } from "../net/session.ts";
import { nodeFetchHost } from "./fetch-host.ts";

/** What a relay does for whom. */
export interface RelayOptions {
  /** Origins whose pages may use it, such as `https://app.example.org`; a relay for everybody would be an open proxy. */
  readonly origins: readonly string[];
  /** What it may be asked for, besides what the sandbox's own policy says; default: nothing. */
  readonly net?: Pick<NetworkOptions, "policy" | "host">;
  onEvent?(event: NetEvent): void;
}

/**
 * A request listener by which an embedding application carries out requests of sandboxes in its pages (docs/network.md), for
 * `http.createServer({ maxHeaderSize: 1 << 18 }, relayListener({ origins, net }))`. Addresses are resolved and judged here.
 */
export function relayListener(
  options: RelayOptions,
): (request: IncomingMessage, response: ServerResponse) => void {
  const session = new NetSession(options.net ?? {}, nodeFetchHost(), (event) => options.onEvent?.(event));
  return (request, response) => {
    const { origin } = request.headers;
    if (origin === undefined || !options.origins.includes(origin)) {
      response.writeHead(403).end("expected a page of an origin that this relay serves\n");
      return;
    }
    response.setHeader("access-control-allow-origin", origin);
    response.setHeader("access-control-allow-headers", RELAY.request);
    response.setHeader("access-control-expose-headers", RELAY.answer);
    response.setHeader("cross-origin-resource-policy", "cross-origin");
    response.setHeader("vary", "origin");
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else if (request.method !== "POST") response.writeHead(405).end();
    else void relay(session, request, response).catch(() => response.destroy());
  };
}

async function relay(session: NetSession, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const leave = new AbortController();
  response.on("close", () => leave.abort());
  try {
    const asked = readRequest(request.headers[RELAY.request]);
    const hasBody = request.headers["content-length"] !== "0" || "transfer-encoding" in request.headers;
    const answer = await session.request(
      { pid: 0, command: "relay" },
      {
        ...{ ...asked, signal: leave.signal },
        ...(hasBody && { body: request as AsyncIterable<Uint8Array> }),
        ...(hasBody && { bodyLength: Number(request.headers["content-length"]) || undefined }),
      },
    );
    const { status, statusText, headers, address, version } = answer;
    head(response, { status, statusText, headers, address, version });
    await pipeline(answer.body, response);
  } catch (error) {
    // After the head only a broken connection says that the body is not whole.
    if (response.headersSent || !(error instanceof SandboxError)) throw error;
    head(response, { error: { code: error.code, message: error.message } });
    response.end();
  }
}

function head(response: ServerResponse, answer: RelayAnswer): void {
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "cache-control": "no-store",
    [RELAY.answer]: encodeURIComponent(JSON.stringify(answer)),
  });
}

/** Throws SandboxError `net-request`. */
function readRequest(text: string | string[] | undefined): RelayRequest {
  try {
    const asked = JSON.parse(decodeURIComponent(String(text))) as RelayRequest;
    const { method, url, headers, decode } = asked;
    const isPair = (pair: unknown) =>
      Array.isArray(pair) && pair.length === 2 && pair.every((one) => typeof one === "string");
    if (typeof method === "string" && typeof url === "string" && headers.every(isPair))
      return { method, url, headers, decode: decode === true };
  } catch {
    // Said below.
  }
  throw new SandboxError("net-request", `relay: expected the request in the header ${RELAY.request}`);
}
