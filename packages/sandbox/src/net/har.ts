import { headerOf, named } from "./headers.ts";
import type { NetRecording, RecordedExchange } from "./recording.ts";
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

/** Bytes of a body that go into an archive of the log. */
const BODY_BYTES = 1 << 20;

/**
 * Requests as an HTTP archive (HAR 1.2), with the headers of the log. Bodies up to 1 MiB are those of recordings, found by the
 * digest that the log has of them. Refused requests have status 0.
 */
export async function toHar(
  exchanges: readonly Exchange[],
  recordings: readonly NetRecording[] = [],
): Promise<object> {
  const entries: object[] = [];
  for (const exchange of exchanges) entries.push(entryOf(exchange, await recorded(exchange, recordings)));
  return { log: { version: "1.2", creator: { name: "shadowbox", version: "1" }, entries } };
}

async function recorded(
  { asked: { method, url }, ended }: Exchange,
  recordings: readonly NetRecording[],
): Promise<RecordedExchange | undefined> {
  if (ended?.sha256 === undefined || ended.status === undefined) return undefined;
  const { status, sha256 } = ended;
  for (const recording of recordings) {
    const found = await recording.find({ method, url, status, sha256 });
    if (found !== undefined) return found;
  }
  return undefined;
}

function entryOf({ asked, ended }: Exchange, tape: RecordedExchange | undefined): object {
  const { headers = [] } = asked;
  const answer = ended?.headers ?? [];
  const version = ended?.version === undefined ? "unknown" : `HTTP/${ended.version}`;
  const { durationMs = 0, requestBytes = 0, responseBytes = 0, status = 0, statusText = "" } = ended ?? {};
  const content = tape !== undefined && responseBytes <= BODY_BYTES ? tape.response.content : {};
  return {
    ...{ startedDateTime: asked.time, time: durationMs },
    request: {
      ...{ method: asked.method, url: asked.url, httpVersion: version },
      ...{ cookies: [], headers: named(headers), queryString: queryOf(asked.url) },
      ...{ headersSize: -1, bodySize: requestBytes },
      ...(tape?.request.postData && { postData: { params: [], ...tape.request.postData } }),
    },
    response: {
      ...{ status, statusText, httpVersion: version },
      ...{ cookies: [], headers: named(answer), redirectURL: headerOf(answer, "location") ?? "" },
      content: { size: responseBytes, mimeType: headerOf(answer, "content-type") ?? "", ...content },
      ...{ headersSize: -1, bodySize: ended === undefined ? -1 : responseBytes },
      ...(ended?.error !== undefined && { _error: ended.error }),
    },
    ...{ cache: {}, timings: { send: 0, wait: durationMs, receive: 0 } },
    ...(ended?.address !== undefined && { serverIPAddress: ended.address }),
    comment: asked.verdict === "deny" ? `refused: ${asked.reason}` : (ended?.error ?? asked.rule),
  };
}

function queryOf(url: string): { name: string; value: string }[] {
  const at = url.indexOf("?");
  if (at < 0) return [];
  return [...new URLSearchParams(url.slice(at + 1))].map(([name, value]) => ({ name, value }));
}
