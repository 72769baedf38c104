import { concat } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";

/** zlib's format, by the host. */
export type Deflate = (bytes: Uint8Array) => Uint8Array;

/** Digits of git's base85: five for four bytes. */
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz!#$%&()*+-;<=>?@^_`{|}~";
const LINE = 52;

/** A content as a `GIT binary patch` has it: `literal SIZE`, lines of base85 of what deflate made of it, an empty line. */
export function printLiteral(bytes: Uint8Array, deflate: Deflate): Uint8Array {
  const packed = deflate(bytes);
  let text = `literal ${bytes.length}\n`;
  for (let at = 0; at < packed.length; at += LINE) {
    const line = packed.subarray(at, at + LINE);
    text += String.fromCharCode(line.length + (line.length <= 26 ? 64 : 70));
    for (let i = 0; i < line.length; i += 4) text += encodeFour(line, i);
    text += "\n";
  }
  return Uint8Array.from(`${text}\n`, (char) => char.charCodeAt(0));
}

function encodeFour(line: Uint8Array, at: number): string {
  let value = 0;
  for (let i = 0; i < 4; i++) value = value * 256 + (line[at + i] ?? 0);
  let digits = "";
  for (let i = 0; i < 5; i++) {
    digits = (DIGITS[value % 85] as string) + digits;
    value = Math.floor(value / 85);
  }
  return digits;
}

/** The bytes of lines as {@link printLiteral} prints them. Throws WorkspaceError `invalid`. */
export function readBase85(lines: readonly string[]): Uint8Array {
  return concat(
    lines.map((line) => {
      const code = line.charCodeAt(0);
      const length = code >= 97 ? code - 70 : code - 64;
      const bytes = new Uint8Array(Math.ceil(length / 4) * 4);
      if (length < 1 || length > LINE || line.length !== 1 + (bytes.length / 4) * 5)
        throw new WorkspaceError("invalid", `read patch: expected a line of base85, got "${line}"`);
      for (let i = 0; i < bytes.length / 4; i++) {
        let value = 0;
        for (const digit of line.slice(1 + i * 5, 6 + i * 5)) value = value * 85 + DIGITS.indexOf(digit);
        for (let byte = 3; byte >= 0; byte--, value = Math.floor(value / 256))
          bytes[i * 4 + byte] = value % 256;
      }
      return bytes.subarray(0, length);
    }),
  );
}

/** Makes the content that a delta of git's pack format describes out of `base`. Throws WorkspaceError `invalid`. */
export function applyDelta(base: Uint8Array, delta: Uint8Array): Uint8Array {
  let at = 0;
  const byte = () => delta[at++] ?? bad();
  const size = () => {
    let [value, unit] = [0, 1];
    for (let more = true; more; unit *= 128) {
      const next = byte();
      value += (next & 0x7f) * unit;
      more = next > 0x7f;
    }
    return value;
  };
  if (size() !== base.length) bad();
  const whole = size();
  const parts: Uint8Array[] = [];
  while (at < delta.length) {
    const code = byte();
    if (code < 0x80) {
      parts.push(delta.subarray(at, at + code));
      at += code;
      continue;
    }
    const number = (bits: number, count: number) => {
      let value = 0;
      for (let i = 0; i < count; i++) if (code & (bits << i)) value += byte() * 256 ** i;
      return value;
    };
    const from = number(0x01, 4);
    const length = number(0x10, 3) || 0x10000;
    parts.push(base.subarray(from, from + length));
  }
  const made = concat(parts);
  return made.length === whole ? made : bad();
}

function bad(): never {
  throw new WorkspaceError("invalid", "read patch: a binary delta does not fit the file that it is for");
}
