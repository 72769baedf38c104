import { decodeText, encodeText } from "@shadowbox/vfs";
import type { AnsiQuoted } from "./ast.ts";
import { BACKSLASH, NUL, SINGLE_QUOTE } from "./characters.ts";
import { countLines } from "./quotes.ts";
import type { Reader } from "./reader.ts";

const SIMPLE: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  e: "\x1b",
  E: "\x1b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
  "\\": "\\",
  "'": "'",
  '"': '"',
  "?": "?",
};

/** `$'…'` with `pos` at the dollar sign. `quoted`: inside double quotes. */
export function readAnsiQuoted(r: Reader, quoted: boolean): AnsiQuoted {
  const { line, src } = r;
  let at = r.pos + 2;
  for (;;) {
    const c = src.charCodeAt(at);
    if (c === SINGLE_QUOTE) break;
    if (c === NUL) r.unmatched("'", line);
    at += c === BACKSLASH && src.charCodeAt(at + 1) !== NUL ? 2 : 1;
  }
  const raw = src.slice(r.pos + 2, at);
  const value = raw.includes("\\") ? decodeAnsi(raw) : raw;
  // In the text of the word bash keeps what it means, between single quotes where that is not quoted already.
  r.replaceText(at + 1, quoted ? value : `'${value.replaceAll("'", "'\\''")}'`);
  countLines(r, raw);
  return { type: "AnsiQuoted", value };
}

const ESCAPE =
  /\\(?:([abeEfnrtv\\'"?])|([0-7]{1,3})|x\{([0-9A-Fa-f]+)\}|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(\\\\|.))/gs;

/**
 * Undoes the escapes of `$'…'`. Those that name bytes (`\x`, octal) are joined with their neighbours before they are read
 * as UTF-8. A NUL ends the text, as in bash.
 */
export function decodeAnsi(raw: string): string {
  const bytes = /\\(?:[2-7][0-7]{2}|x)/.test(raw);
  const out: string[] = [];
  let from = 0;
  for (const match of raw.matchAll(ESCAPE)) {
    out.push(raw.slice(from, match.index), bytes ? byteText(match) : characterText(match));
    from = match.index + match[0].length;
  }
  out.push(raw.slice(from));
  let text = out.join("");
  if (bytes) text = fromByteText(text);
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

function characterText(match: RegExpMatchArray): string {
  const [, simple, octal, braced, hex, short, long, control] = match;
  if (simple !== undefined) return SIMPLE[simple]!;
  if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
  if (control !== undefined) return controlCharacter(control.charCodeAt(control.length - 1));
  const digits = braced ?? hex;
  if (digits !== undefined) return String.fromCharCode(Number.parseInt(digits.slice(-2), 16));
  const point = Number.parseInt((short ?? long)!, 16);
  return point > 0x10ffff ? "" : String.fromCodePoint(point);
}

/** `\\c?` is DEL. */
function controlCharacter(code: number): string {
  return String.fromCharCode(code === 63 ? 127 : code & 0x1f);
}

/** Marks a byte above 127 with a private character, so that it can be told from a character of the same number. */
const BYTE_MARK = 0xf700;

function byteText(match: RegExpMatchArray): string {
  const text = characterText(match);
  const isByte = match[2] !== undefined || match[3] !== undefined || match[4] !== undefined;
  const code = text.charCodeAt(0);
  return isByte && code > 127 ? String.fromCharCode(BYTE_MARK + code) : text;
}

function fromByteText(text: string): string {
  const chunks: Uint8Array[] = [];
  for (const piece of text.match(/[\uf780-\uf7ff]+|[^\uf780-\uf7ff]+/g) ?? []) {
    const code = piece.charCodeAt(0);
    if (code >= BYTE_MARK + 128 && code <= BYTE_MARK + 255) {
      chunks.push(Uint8Array.from(piece, (c) => c.charCodeAt(0) - BYTE_MARK));
    } else chunks.push(encodeText(piece));
  }
  const all = new Uint8Array(chunks.reduce((size, chunk) => size + chunk.length, 0));
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return decodeText(all);
}

const QUOTED = /"(?:[^"\\]|\\.)*"|'[^']*'|\\.|\$'((?:[^'\\]|\\.)*)'|\$(?=")/gs;

/** A word as messages show it: `$'…'` as what it means in plain quotes, `$"…"` as `"…"`. */
export function withPlainQuotes(word: string): string {
  if (!/\$["']/.test(word)) return word;
  return word.replace(QUOTED, (all: string, ansi?: string) =>
    ansi === undefined ? (all === "$" ? "" : all) : `'${decodeAnsi(ansi)}'`,
  );
}
