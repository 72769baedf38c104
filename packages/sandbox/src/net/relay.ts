import type { HeaderList } from "./host.ts";

/** Headers between a page and its relay; both hold JSON, URI-encoded. Bodies are bodies. */
export const RELAY = { request: "x-shadowbox-request", answer: "x-shadowbox-response" } as const;

/** What a page asks its relay for, in one hop. */
export interface RelayRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: HeaderList;
  readonly decode: boolean;
}

/** What the relay says before the body: the head of the answer, or why there is none. */
export type RelayAnswer =
  | {
      readonly status: number;
      readonly statusText: string;
      readonly version: string;
      readonly headers: HeaderList;
      readonly address?: string | undefined;
    }
  | { readonly error: { readonly code: string; readonly message: string } };
