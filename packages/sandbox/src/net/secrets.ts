import { concat } from "@shadowbox/vfs";
import { SandboxError } from "../errors.ts";
import { classifyAddress } from "./address.ts";
import type { HeaderList } from "./host.ts";
import { normaliseHost, type Target } from "./url.ts";

/** A value that the host puts into requests to certain hosts; programs only see a stand-in for it. */
export interface NetSecret {
  /** Exact names or `*.example.org`. */
  readonly hosts: readonly string[];
  /** Where the stand-in is looked for: any header, the Authorization header after `Bearer `, or the query. */
  readonly inject: "header" | "bearer" | "query";
  readonly value: string;
}

interface Held extends NetSecret {
  readonly name: string;
  /** What programs see, in the variable of that name. */
  readonly placeholder: string;
}

const INJECT: readonly string[] = ["header", "bearer", "query"] satisfies NetSecret["inject"][];

/** The secrets of one sandbox. */
export class Secrets {
  readonly #held: readonly Held[];
  /** Spellings of the values that a server could send back; visible ASCII. */
  readonly #forms: readonly string[];

  /** Throws SandboxError `invalid` naming the secret that is none. */
  constructor(secrets: Readonly<Record<string, NetSecret>> = {}) {
    this.#held = Object.entries(secrets).map(([name, secret]) => checked(name, secret));
    this.#forms = [...new Set(this.#held.flatMap(({ value }) => formsOf(value)))];
  }

  get names(): readonly string[] {
    return this.#held.map(({ name }) => name);
  }

  /**
   * The request as it goes out. A secret goes over TLS only, or to this machine where the policy opens it. With `decode` the host
   * asks for a packed body and unpacks it; a program that would do so itself gets it plain, as nothing could be blotted out in it:
   * the host is asked for that. `secret`: the host may get one, so what it answers is unpacked in any case.
   */
  fill(
    target: Target,
    headers: HeaderList,
    { loopback, decode }: { loopback: boolean; decode: boolean },
  ): { target: Target; headers: HeaderList; secret: boolean } {
    const known = this.#held.filter(({ hosts }) => hosts.some((host) => matches(host, target.host)));
    if (known.length === 0 || (target.scheme !== "https" && !(loopback && isLoopback(target))))
      return { target, headers, secret: false };
    let { href } = target;
    let filled = decode ? headers : plainly(headers);
    for (const { inject, placeholder, value } of known) {
      if (inject === "query") href = fillQuery(href, placeholder, value);
      else
        filled = filled.map(([name, text]) => {
          const bearer = name.toLowerCase() === "authorization" && text === `Bearer ${placeholder}`;
          return [name, inject === "header" || bearer ? text.replaceAll(placeholder, value) : text];
        });
    }
    const filledTarget = href === target.href ? target : { ...target, href };
    return { target: filledTarget, headers: filled, secret: true };
  }

  /** Text with values blotted out, each by as many asterisks. */
  mask(text: string): string {
    let masked = "";
    let done = 0;
    for (const [from, to] of this.#spans(text).sort(([a], [b]) => a - b)) {
      if (to <= done) continue;
      const start = Math.max(from, done);
      masked += text.slice(done, start) + "*".repeat(to - start);
      done = to;
    }
    return masked + text.slice(done);
  }

  /** A body with values blotted out, wherever its chunks are cut. */
  async *maskBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    if (this.#forms.length === 0) {
      yield* body;
      return;
    }
    let rest: Uint8Array = new Uint8Array();
    /** So many of the rest's first bytes belong to a value that began before it. */
    let blotted = 0;
    let broken: { error: unknown } | undefined;
    try {
      for await (const bytes of body) {
        const whole = rest.length === 0 ? bytes : concat([rest, bytes]);
        const text = BYTES.decode(whole);
        const spans: Span[] = [[0, blotted], ...this.#spans(text)];
        const cut = this.#open(text);
        if (cut > 0) yield blot(whole, spans).subarray(0, cut);
        rest = new Uint8Array(whole.subarray(cut));
        blotted = spans.reduce((most, [, to]) => Math.max(most, to - cut), 0);
      }
    } catch (error) {
      broken = { error };
    }
    if (rest.length > 0) yield blot(rest, [[0, blotted], ...this.#spans(BYTES.decode(rest))]);
    if (broken !== undefined) throw broken.error;
  }

  #spans(text: string): Span[] {
    const spans: Span[] = [];
    for (const form of this.#forms)
      for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + 1))
        spans.push([at, at + form.length]);
    return spans;
  }

  /** Where the end begins that may be the beginning of a value. */
  #open(text: string): number {
    const longest = Math.max(...this.#forms.map(({ length }) => length));
    let at = Math.max(0, text.length - longest + 1);
    const isOpen = (end: string) =>
      this.#forms.some((form) => form.length > end.length && form.startsWith(end));
    while (at < text.length && !isOpen(text.slice(at))) at++;
    return at;
  }
}

/** The headers, asking for a body that is not packed. */
function plainly(headers: HeaderList): HeaderList {
  const others = headers.filter(([name]) => name.toLowerCase() !== "accept-encoding");
  return [...others, ["Accept-Encoding", "identity"]];
}

/** One character a byte, which is enough to find ASCII by its place. */
const BYTES = new TextDecoder("latin1");

type Span = readonly [from: number, to: number];

/** The bytes with asterisks in the spans; themselves, where there are none. */
function blot(bytes: Uint8Array, spans: readonly Span[]): Uint8Array {
  if (spans.every(([from, to]) => from === to)) return bytes;
  const blotted = new Uint8Array(bytes);
  for (const [from, to] of spans) blotted.fill(0x2a, from, to);
  return blotted;
}

function checked(name: string, secret: NetSecret): Held {
  if (!/^[A-Z_][A-Z0-9_]*$/.test(name) || secret.value.length < 8 || /[^\x21-\x7e]/.test(secret.value))
    throw new SandboxError(
      "invalid",
      `secret "${name}": expected a variable's name and a value of 8 or more visible ASCII characters`,
    );
  if (!INJECT.includes(secret.inject))
    throw new SandboxError(
      "invalid",
      `secret "${name}": expected inject ${INJECT.join(", ")}, got "${secret.inject}"`,
    );
  if (secret.hosts.length === 0)
    throw new SandboxError("invalid", `secret "${name}": expected hosts that it may go to, got none`);
  return { ...secret, name, hosts: secret.hosts.map(normaliseHost), placeholder: placeholderOf(name) };
}

/** A value as it is, in a URL, in a form, in JSON and in HTML. */
function formsOf(value: string): string[] {
  const url = encodeURIComponent(value);
  const form = new URLSearchParams({ "": value }).toString().slice(1);
  const small = [url, form].map((text) => text.replace(/%../g, (hex) => hex.toLowerCase()));
  const json = JSON.stringify(value).slice(1, -1);
  const entities = ENTITIES.reduce((text, [character, entity]) => text.replaceAll(character, entity), value);
  return [value, url, form, ...small, json, json.replaceAll("/", "\\/"), entities];
}

/** The ampersand first: the others bring some. */
const ENTITIES = [
  ["&", "&amp;"],
  ["<", "&lt;"],
  [">", "&gt;"],
  ['"', "&quot;"],
  ["'", "&#39;"],
] as const;

/** Variables for programs: names and stand-ins. */
export function standIns(names: Iterable<string>): Record<string, string> {
  return Object.fromEntries([...names].map((name) => [name, placeholderOf(name)]));
}

/** Always the same, so that recorded requests can be asked again; none is part of another, as names have no small letters. */
function placeholderOf(name: string): string {
  return `secret_${name}_placeholder`;
}

/** A name or an address of this machine. */
function isLoopback({ host, literal }: Target): boolean {
  if (literal) return classifyAddress(host) === "loopback";
  return host === "localhost" || host.endsWith(".localhost");
}

function fillQuery(href: string, placeholder: string, value: string): string {
  const at = href.indexOf("?");
  if (at < 0) return href;
  return href.slice(0, at) + href.slice(at).replaceAll(placeholder, encodeURIComponent(value));
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : pattern === host;
}
