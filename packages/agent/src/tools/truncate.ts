/** Characters of a tool's output that the model gets; the rest is kept in a file it can read. */
export const OUTPUT_LIMIT = 24_000;

/** Where whole outputs are kept, inside the box but outside the project. */
export const OUTPUT_FOLDER = "/tmp/outputs";

export interface Shortened {
  text: string;
  cut: boolean;
}

/** Head and tail of a text that is too long, at line ends where they are near, with a line between that says what is missing. */
export function shorten(text: string, limit: number, where: string): Shortened {
  if (text.length <= limit) return { text, cut: false };
  const head = endAtLine(text.slice(0, Math.floor(limit * 0.6)));
  const tail = startAtLine(text.slice(text.length - Math.floor(limit * 0.4)));
  const missing = text.length - head.length - tail.length;
  return {
    text: `${head}\n[… ${missing} characters left out; the whole output: ${where} …]\n${tail}`,
    cut: true,
  };
}

function endAtLine(text: string): string {
  const at = text.lastIndexOf("\n");
  return at > text.length - 400 && at > 0 ? text.slice(0, at) : text;
}

function startAtLine(text: string): string {
  const at = text.indexOf("\n");
  return at >= 0 && at < 400 ? text.slice(at + 1) : text;
}
