/** Colours of a stream; plain text where it is no terminal, or the user asked for none (no-color.org). */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  red(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  cyan(text: string): string;
}

const CODES = { bold: 1, dim: 2, red: 31, green: 32, yellow: 33, cyan: 36 } as const;

export function styleOf(stream: NodeJS.WriteStream): Style {
  const on = stream.isTTY === true && !process.env.NO_COLOR && process.env.TERM !== "dumb";
  const paint = (code: number) => (text: string) => (on ? `\u001b[${code}m${text}\u001b[0m` : text);
  return Object.fromEntries(
    Object.entries(CODES).map(([name, code]) => [name, paint(code)]),
  ) as unknown as Style;
}

/** Whether a stream shows colours, or bold and reversed text only, or neither. */
export function paintOf(stream: NodeJS.WriteStream): "colour" | "mono" | "none" {
  if (stream.isTTY !== true || process.env.TERM === "dumb") return "none";
  return process.env.NO_COLOR ? "mono" : "colour";
}

/** A name for people: control characters and bytes that are no text are shown escaped, so that a name cannot draw on the screen. */
export function showName(name: string): string {
  const odd = /[\u0000-\u001f\u007f\u0080-\u009f\ud800-\udfff"\\]/;
  if (!odd.test(name)) return name;
  const escaped = [...name].map((char) => {
    const code = char.codePointAt(0) as number;
    if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0)) return `\\x${code.toString(16).padStart(2, "0")}`;
    return char === '"' || char === "\\" ? `\\${char}` : char;
  });
  return `"${escaped.join("")}"`;
}

/** Writes bytes and waits until a slow reader took them. */
export function writeAll(stream: NodeJS.WriteStream, bytes: Uint8Array | string): Promise<void> {
  return new Promise((done) => {
    stream.write(bytes, () => done());
  });
}
