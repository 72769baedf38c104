/**
 * Text that may hold bytes which are not UTF-8. Such a byte 0x80–0xFF becomes the lone surrogate U+DC80–U+DCFF and back
 * (Python's `surrogateescape`, PEP 383), so every byte string survives a round trip through a JavaScript string.
 */

const encoder = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes of a text; lone surrogates U+DC80–U+DCFF become the byte they stand for, other lone surrogates U+FFFD. */
export function encodeText(text: string): Uint8Array {
  if (!/[\udc80-\udcff]/.test(text)) return encoder.encode(text);
  const out: number[] = [];
  for (const ch of text) {
    const code = ch.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) out.push(code - 0xdc00);
    else for (const byte of encoder.encode(ch)) out.push(byte);
  }
  return Uint8Array.from(out);
}

/** Text of bytes; the inverse of {@link encodeText}. Accepts views of shared memory. */
export function decodeText(bytes: Uint8Array): string {
  const own = bytes.buffer instanceof ArrayBuffer ? bytes : bytes.slice();
  const ascii = decodeAscii(own);
  if (ascii !== undefined) return ascii;
  try {
    return strict.decode(own);
  } catch {
    return decodeEscaping(own);
  }
}

/** Short ASCII strings (names) are most of the traffic: no decoder call for them. */
function decodeAscii(bytes: Uint8Array): string | undefined {
  if (bytes.length > 12) return undefined;
  let text = "";
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number;
    if (byte > 0x7f) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

function decodeEscaping(bytes: Uint8Array): string {
  let text = "";
  let start = 0;
  while (start < bytes.length) {
    const length = sequenceLength(bytes, start);
    if (length > 0) text += strict.decode(bytes.subarray(start, start + length));
    else text += String.fromCharCode(0xdc00 + (bytes[start] as number));
    start += Math.max(length, 1);
  }
  return text;
}

/** Length of the well-formed UTF-8 sequence at `at` (Unicode 15, table 3-7), 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  const length = lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : 2;
  if (lead < 0xc2 || lead > 0xf4 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] as number;
  if (lead === 0xe0 && second < 0xa0) return 0;
  if (lead === 0xed && second > 0x9f) return 0;
  if (lead === 0xf0 && second < 0x90) return 0;
  if (lead === 0xf4 && second > 0x8f) return 0;
  for (let i = 1; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

/** Whether all bytes are 0, of an array that begins at a word of its buffer. */
export function isZero(bytes: Uint8Array): boolean {
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.length >> 2);
  for (let at = 0; at < words.length; at++) if (words[at] !== 0) return false;
  return bytes.subarray(bytes.length & ~3).every((byte) => byte === 0);
}

/** One byte string of many. */
export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
