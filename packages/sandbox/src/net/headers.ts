import { SandboxError } from "../errors.ts";
import type { HeaderList } from "./host.ts";
import { RELAY } from "./relay.ts";
import { shown } from "./url.ts";

/** Headers that say how the connection works or whose name it is for: the host writes them. */
const FORBIDDEN: ReadonlySet<string> = new Set([
  "connection",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authenticate",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
  "via",
  // Between a page and its relay: a program that speaks so would ask past the page's policy.
  RELAY.request,
]);

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$/;
const METHOD = /^[A-Z][A-Z-]{0,31}$/;
const REFUSED_METHODS: ReadonlySet<string> = new Set(["CONNECT", "TRACE", "TRACK"]);

/** Refuses what could split a request or speak for the connection. Throws SandboxError `net-header`. */
export function checkHeaders(headers: HeaderList, limit: number): void {
  let size = 0;
  for (const [name, value] of headers) {
    size += name.length + value.length + 4;
    if (!TOKEN.test(name)) throw bad(name, "expected a name of letters, digits and -");
    if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) throw bad(name, "expected a value without control characters");
    if (FORBIDDEN.has(name.toLowerCase())) throw bad(name, "it is for the host to set");
  }
  if (size > limit)
    throw new SandboxError("net-size", `request headers: expected at most ${limit} bytes, got ${size}`);
}

/** Bytes of a request's or an answer's headers that an event has. */
const TOLD_BYTES = 8192;
/** Headers that stand for a person, whatever their values are. */
const CREDENTIALS: ReadonlySet<string> = new Set([
  "authorization",
  "cookie",
  "proxy-authorization",
  "set-cookie",
]);

/** The first value of a header; `wanted` in lower case. */
export function headerOf(headers: HeaderList, wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Headers as an HTTP archive has them. */
export function named(headers: HeaderList): { name: string; value: string }[] {
  return headers.map(([name, value]) => ({ name, value }));
}

/** Headers as events have them: bounded, and without a person's credentials. */
export function toldHeaders(headers: HeaderList): HeaderList {
  let left = TOLD_BYTES;
  const told: [string, string][] = [];
  for (const [name, value] of headers) {
    left -= name.length + value.length;
    if (left < 0) break;
    told.push([name, CREDENTIALS.has(name.toLowerCase()) ? "*".repeat(value.length) : value]);
  }
  return told;
}

function bad(name: string, why: string): SandboxError {
  return new SandboxError("net-header", `request header "${shown(name)}": ${why}`);
}

/** Headers by which some servers take a request for one of another method. */
const OVERRIDES: ReadonlySet<string> = new Set([
  "x-http-method-override",
  "x-http-method",
  "x-method-override",
]);

/** The methods that a request may count as: its own, and those that its headers name. All have to be allowed. */
export function methodsOf(method: string, headers: HeaderList): string[] {
  const named = headers.filter(([name]) => OVERRIDES.has(name.toLowerCase()));
  return [method, ...named.map(([, value]) => value.trim().toUpperCase())];
}

/** Throws SandboxError `net-request`. */
export function checkMethod(method: string): void {
  if (!METHOD.test(method) || REFUSED_METHODS.has(method))
    throw new SandboxError("net-request", `request: expected a method such as GET, got "${shown(method)}"`);
}

/** The packings (Content-Encoding) that hosts undo where they are told to decode. */
const PACKINGS = ["gzip", "x-gzip", "deflate", "br"] as const;

/** What an answer's body is packed by, outermost last; empty: nothing. */
function packingOf(headers: HeaderList): string {
  const named = headers.filter(([name]) => name.toLowerCase() === "content-encoding");
  return named.map(([, value]) => value.trim().toLowerCase()).join(", ");
}

const isUndone = (packing: string) => PACKINGS.some((each) => each === packing);

/** Throws SandboxError `net-decode` for a packing that hosts do not undo: a secret in it could not be blotted out. */
export function checkUnpacked(headers: HeaderList): void {
  const packing = packingOf(headers);
  if (packing !== "" && packing !== "identity" && !isUndone(packing))
    throw new SandboxError(
      "net-decode",
      `request: expected a body that is plain or packed by one of ${PACKINGS.join(", ")} of a host that has a secret, got "${shown(packing)}"`,
    );
}

/** Headers of an answer that its host has unpacked, as those of one that came plain. */
export function unpackedHeaders(headers: HeaderList): HeaderList {
  if (!isUndone(packingOf(headers))) return headers;
  return headers.filter(([name]) => !["content-encoding", "content-length"].includes(name.toLowerCase()));
}
