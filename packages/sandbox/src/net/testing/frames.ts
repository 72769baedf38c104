import { Ask, frame } from "../frames.ts";

/** A REQUEST frame, as programs make them. */
export function requestFrame(request: {
  method: string;
  url: string;
  headers?: readonly (readonly [string, string])[];
  body?: boolean;
  decode?: boolean;
}): Uint8Array {
  const { method, url, headers = [], body = false, decode = false } = request;
  const head = new Uint8Array(16);
  head[0] = (decode ? 1 : 0) | (body ? 2 : 0);
  head.fill(255, 8);
  return frame(Ask.REQUEST, [
    head,
    ...[method, url].flatMap(sized),
    u32(headers.length),
    ...headers.flat().flatMap(sized),
  ]);
}

function u32(value: number): Uint8Array {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function sized(text: string): Uint8Array[] {
  const bytes = new TextEncoder().encode(text);
  return [u32(bytes.length), bytes];
}
