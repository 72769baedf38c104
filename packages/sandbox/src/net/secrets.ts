import { SandboxError } from "../errors.ts";
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

/** The secrets of one sandbox. */
export class Secrets {
  readonly #held: readonly Held[];

  constructor(secrets: Readonly<Record<string, NetSecret>> = {}) {
    this.#held = Object.entries(secrets).map(([name, secret]) => {
      if (!/^[A-Z_][A-Z0-9_]*$/.test(name) || secret.value.length < 8 || /[^\x21-\x7e]/.test(secret.value))
        throw new SandboxError(
          "invalid",
          `secret "${name}": expected a variable's name and a value of 8 or more visible ASCII characters`,
        );
      return { ...secret, name, hosts: secret.hosts.map(normaliseHost), placeholder: placeholderOf(name) };
    });
  }

  get names(): readonly string[] {
    return this.#held.map(({ name }) => name);
  }

  /** The request as it goes out. A secret goes over TLS only, or to this machine where the policy opens it. */
  fill(target: Target, headers: HeaderList, loopback: boolean): { target: Target; headers: HeaderList } {
    let { href } = target;
    let filled = headers;
    for (const { hosts, inject, placeholder, value } of this.#held) {
      if (!hosts.some((host) => matches(host, target.host))) continue;
      if (target.scheme !== "https" && !loopback) continue;
      if (inject === "query") href = fillQuery(href, placeholder, value);
      else
        filled = filled.map(([name, text]) => {
          const bearer = name.toLowerCase() === "authorization" && text === `Bearer ${placeholder}`;
          return [name, inject === "header" || bearer ? text.replaceAll(placeholder, value) : text];
        });
    }
    return { target: href === target.href ? target : { ...target, href }, headers: filled };
  }

  /** Text with values blotted out, each by as many asterisks. */
  mask(text: string): string {
    let masked = text;
    for (const { value } of this.#held)
      for (const form of new Set([value, encodeURIComponent(value)]))
        masked = masked.replaceAll(form, "*".repeat(form.length));
    return masked;
  }

  /** A body with values blotted out, wherever its chunks are cut. */
  async *maskBody(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    if (this.#held.length === 0) {
      yield* body;
      return;
    }
    const keep = Math.max(...this.#held.map(({ value }) => encodeURIComponent(value).length)) - 1;
    let rest = "";
    let broken: { error: unknown } | undefined;
    try {
      for await (const bytes of body) {
        const text = this.mask(rest + latin1(bytes));
        const cut = Math.max(0, text.length - keep);
        if (cut > 0) yield fromLatin1(text.slice(0, cut));
        rest = text.slice(cut);
      }
    } catch (error) {
      broken = { error };
    }
    if (rest !== "") yield fromLatin1(rest);
    if (broken !== undefined) throw broken.error;
  }
}

/** Variables for programs: names and stand-ins. */
export function standIns(names: Iterable<string>): Record<string, string> {
  return Object.fromEntries([...names].map((name) => [name, placeholderOf(name)]));
}

/** Always the same, so that recorded requests can be asked again; none is part of another, as names have no small letters. */
function placeholderOf(name: string): string {
  return `secret_${name}_placeholder`;
}

function fillQuery(href: string, placeholder: string, value: string): string {
  const at = href.indexOf("?");
  if (at < 0) return href;
  return href.slice(0, at) + href.slice(at).replaceAll(placeholder, encodeURIComponent(value));
}

function matches(pattern: string, host: string): boolean {
  return pattern.startsWith("*.") ? host.endsWith(pattern.slice(1)) : pattern === host;
}

function latin1(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
}

function fromLatin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
