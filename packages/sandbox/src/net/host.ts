import type { Target } from "./url.ts";

/** Names and values of headers in their order; values hold one byte per character (Latin-1). */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** One request that policy has let through, for a platform to carry out. */
export interface HostRequest {
  readonly method: string;
  readonly target: Target;
  readonly headers: HeaderList;
  readonly body?: AsyncIterable<Uint8Array>;
  /** Bytes of the body, if they are known; otherwise it goes in chunks. */
  readonly bodyLength?: number;
  /** Ask for a compressed body and decode it. */
  readonly decode: boolean;
  readonly headerBytes: number;
  /** Decoded bytes per encoded byte, past the first MiB. */
  readonly ratio: number;
  /** Milliseconds until there has to be a connection, where the platform tells; 0: no limit of its own. */
  readonly connectMs: number;
  readonly signal: AbortSignal;
  /** To be called with every address that the name stands for before a connection is made; throws SandboxError `net-denied`. */
  admit(address: string): void;
}

/** What a server answered; its body ends, or throws a SandboxError of the `net-` codes. */
export interface HostResponse {
  readonly status: number;
  readonly statusText: string;
  /** `1.0`, `1.1`, `2`; empty where the platform does not tell. */
  readonly version: string;
  readonly headers: HeaderList;
  readonly body: AsyncIterable<Uint8Array>;
  /** Where the connection went, where the platform tells. */
  readonly address?: string;
  /** Milliseconds from the start until each step was done. */
  readonly timing?: { readonly resolved: number; readonly connected: number; readonly secured: number };
}

/**
 * How a platform carries out requests: one hop each, without cookies, credentials, cache or referrer of its own. Throws
 * SandboxError with a `net-` code.
 */
export interface FetchHost {
  /** For people: `node`, `browser`, `replay` … */
  readonly name: string;
  /** Address of a server that carries requests out in its place; shown in the log. */
  readonly via?: string;
  fetch(request: HostRequest): Promise<HostResponse>;
  /** A running SHA-256, where the platform has one. */
  digest?(): { update(bytes: Uint8Array): void; hex(): string };
}
