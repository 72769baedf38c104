import type { NetEvent } from "./session.ts";

type Asked = Extract<NetEvent, { type: "net-request" }>;
type Ended = Extract<NetEvent, { type: "net-response" }>;

/** A request and, once it has ended, how. */
export interface Exchange {
  readonly asked: Asked;
  readonly ended?: Ended;
}

/** Brings each request together with its end; numbers start anew with every run of a sandbox. */
export function exchangesOf(events: readonly NetEvent[]): Exchange[] {
  const all: { asked: Asked; ended?: Ended }[] = [];
  const open = new Map<number, { asked: Asked; ended?: Ended }>();
  for (const event of events) {
    if (event.type === "net-response") {
      const exchange = open.get(event.id);
      if (exchange) exchange.ended = event;
    } else {
      const exchange = { asked: event };
      all.push(exchange);
      open.set(event.id, exchange);
    }
  }
  return all;
}

/** Requests as an HTTP archive (HAR 1.2), without headers and bodies, which are not kept. Refused ones have status 0. */
export function toHar(exchanges: readonly Exchange[]): object {
  return {
    log: {
      version: "1.2",
      creator: { name: "shadowbox", version: "1" },
      entries: exchanges.map(({ asked, ended }) => ({
        startedDateTime: asked.time,
        time: ended?.durationMs ?? 0,
        request: {
          ...{ method: asked.method, url: asked.url, httpVersion: "HTTP/1.1" },
          ...{ cookies: [], headers: [], queryString: queryOf(asked.url) },
          ...{ headersSize: -1, bodySize: ended?.requestBytes ?? 0 },
        },
        response: {
          ...{ status: ended?.status ?? 0, statusText: "", httpVersion: "HTTP/1.1" },
          ...{ cookies: [], headers: [], redirectURL: "" },
          content: { size: ended?.responseBytes ?? 0, mimeType: "" },
          ...{ headersSize: -1, bodySize: ended?.responseBytes ?? -1 },
        },
        cache: {},
        timings: { send: 0, wait: ended?.durationMs ?? 0, receive: 0 },
        ...(ended?.address !== undefined && { serverIPAddress: ended.address }),
        comment: asked.verdict === "deny" ? `refused: ${asked.reason}` : (ended?.error ?? asked.rule),
      })),
    },
  };
}

function queryOf(url: string): { name: string; value: string }[] {
  const at = url.indexOf("?");
  if (at < 0) return [];
  return [...new URLSearchParams(url.slice(at + 1))].map(([name, value]) => ({ name, value }));
}
