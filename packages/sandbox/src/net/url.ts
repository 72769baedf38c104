import { SandboxError } from "../errors.ts";
import { parseIPv4 } from "./address.ts";

/** A request's target, taken apart once and in one spelling. */
export interface Target {
  /** As it goes out: WHATWG form, without fragment. */
  readonly href: string;
  readonly scheme: "http" | "https";
  /** Lower case, IDN in punycode, no trailing dot; an IPv6 literal without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path as it goes out, dot segments resolved. */
  readonly path: string;
  /** The host is an address. */
  readonly literal: boolean;
}

const LONGEST = 8192;
/** What the URL parser would drop or rewrite in silence: a check of one spelling and a request of another. */
const SUSPICIOUS = /[\u0000-\u0020\u007f\\]/;

/** A name as DNS has it. Browsers let more through than the standard does. */
const NAME = /^(?!.{254})(?!xn--(\.|$))[a-z0-9_-]{1,63}(\.(?!xn--(\.|$))[a-z0-9_-]{1,63})*$/;

/** Takes a URL apart by the WHATWG standard. Throws SandboxError `net-url`; credentials in it are refused. */
export function parseTarget(text: string): Target {
  if (text.length > LONGEST) throw bad(text, `expected at most ${LONGEST} characters, got ${text.length}`);
  if (SUSPICIOUS.test(text)) throw bad(text, "expected no blanks, control characters or backslashes");
  if (!/^https?:\/\/[^/]/i.test(text)) throw bad(text, "expected http:// or https:// and a host");
  let url: URL;
  try {
    url = new URL(text);
  } catch (cause) {
    throw new SandboxError("net-url", `request "${shown(text)}": expected a valid URL`, { cause });
  }
  if (url.username !== "" || url.password !== "" || /^https?:\/\/[^/?#]*@/i.test(text))
    throw bad(text, "expected no user name or password in the URL; send an Authorization header");
  url.hash = "";
  const scheme = url.protocol === "https:" ? "https" : "http";
  const host = plainHost(url.hostname);
  const literal = url.hostname.startsWith("[") || parseIPv4(host) !== undefined;
  if (!literal && !NAME.test(host)) throw bad(text, "expected a host name");
  const port = url.port === "" ? (scheme === "https" ? 443 : 80) : Number(url.port);
  if (port === 0) throw bad(text, "expected a port from 1 to 65535, got 0");
  return { href: url.href, scheme, host, port, path: url.pathname, literal };
}

/** A host name of a policy in the spelling of {@link Target.host}; `*.` in front stays. Throws SandboxError `invalid`. */
export function normaliseHost(text: string): string {
  if (text === "*") return text;
  const star = text.startsWith("*.") ? "*." : "";
  const name = text.slice(star.length);
  const bare = name.includes(":") && !name.startsWith("[") ? `[${name}]` : name;
  try {
    if (SUSPICIOUS.test(name) || /[/?#@*]/.test(name)) throw new TypeError("not a host");
    const url = new URL(`https://${bare}/`);
    if (url.port !== "") throw new TypeError("a port is not part of a host");
    return star + plainHost(url.hostname);
  } catch (cause) {
    throw new SandboxError("invalid", `network policy: expected a host, "*.host" or "*", got "${text}"`, {
      cause,
    });
  }
}

function plainHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, "").replace(/\.$/, "");
}

/** ASCII in more bytes than it takes, and its full-width forms, in UTF-8: some servers read them as what they stand for. */
const LONG_FORMS: readonly (readonly [RegExp, (bytes: string) => number])[] = [
  [/[\xc0\xc1][\x80-\xbf]/g, (bytes) => (low(bytes, 0) << 6) | low(bytes, 1)],
  [/\xe0[\x80\x81][\x80-\xbf]/g, (bytes) => (low(bytes, 1) << 6) | low(bytes, 2)],
  [/\xef\xbc[\x81-\xbf]/g, (bytes) => 0x20 + low(bytes, 2)],
];

function low(bytes: string, at: number): number {
  return bytes.charCodeAt(at) & 0x3f;
}

/** One round of decoding: `%2e`, `%u002e`, long forms. */
function decodedOnce(text: string): string {
  const plain = text.replace(/%u([0-9a-f]{4})|%([0-9a-f]{2})/gi, (_, wide?: string, hex?: string) => {
    const code = Number.parseInt(wide ?? hex ?? "", 16);
    return String.fromCharCode(code >= 0xff01 && code <= 0xff5e ? code - 0xfee0 : code);
  });
  return LONG_FORMS.reduce(
    (all, [form, codeOf]) => all.replace(form, (bytes) => String.fromCharCode(codeOf(bytes) & 0x7f)),
    plain,
  );
}

/**
 * A path as a server that decodes too much could read it: percent signs decoded until nothing changes, backslashes as
 * slashes, several slashes as one, dot segments resolved.
 */
export function decodedPath(path: string): string {
  let text = path;
  for (let round = 0; round < 8; round++) {
    const next = decodedOnce(text);
    if (next === text) break;
    text = next;
  }
  const out: string[] = [];
  const parts = text.replaceAll("\\", "/").split("/").slice(1);
  for (const part of parts) {
    // A parameter of a segment (`..;x`) is cut off by some servers before they resolve it.
    const name = part.split(";")[0] as string;
    if (name === "..") out.pop();
    else if (name !== "." && part !== "") out.push(part);
  }
  if (parts.at(-1) === "" && out.length > 0) out.push("");
  return `/${out.join("/")}`;
}

function bad(text: string, expected: string): SandboxError {
  return new SandboxError("net-url", `request "${shown(text)}": ${expected}`);
}

/** Text of a guest for a message: bounded and without control characters. */
export function shown(text: string): string {
  const clean = text.replace(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069]/g, "\ufffd");
  return clean.length > 200 ? `${clean.slice(0, 199)}…` : clean;
}
