/** Text back as shell source, in the several forms that bash prints. */

const UNPRINTABLE = /[\x00-\x1f\x7f-\x9f\ud800-\udfff]/;
const LONE = /[\x00-\x1f\x7f-\x9f]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const BACKSLASHED = /[ !"$&'()*,;<>?[\\\]^`{|}]/g;
const META = /[ \t\n'"\\|&;()<>!{}*[\]?^$`]|^#|(?:^|[=:])~/;

const NAMED: Record<string, string> = {
  "\x07": "\\a",
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\v": "\\v",
  "\f": "\\f",
  "\r": "\\r",
  "\x1b": "\\E",
  "\\": "\\\\",
  "'": "\\'",
};

/** Whether a text holds characters that only `$'…'` can show. */
export function needsAnsi(text: string): boolean {
  return UNPRINTABLE.test(text) && LONE.test(text);
}

/** A name as messages show it: control characters and bytes that are not UTF-8 quoted. */
export function printable(name: string): string {
  return needsAnsi(name) ? ansiQuote(name) : name;
}

/** `$'…'` with escapes for what is not printable. */
export function ansiQuote(text: string): string {
  let out = "$'";
  for (const ch of text) {
    const named = NAMED[ch];
    const code = ch.codePointAt(0) as number;
    if (named) out += named;
    else if (code < 0x20 || code === 0x7f) out += octal(code);
    else if (code >= 0x80 && code < 0xa0) out += octal(0xc2) + octal(code);
    else if (code >= 0xdc80 && code <= 0xdcff) out += octal(code - 0xdc00);
    else out += ch;
  }
  return `${out}'`;
}

function octal(byte: number): string {
  return `\\${byte.toString(8).padStart(3, "0")}`;
}

/** `'…'`, with `'\''` for a single quote. */
export function singleQuote(text: string): string {
  if (text === "'") return "\\'";
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** As `declare -p` shows a value: `"…"`, or `$'…'` where needed. */
export function doubleQuote(text: string): string {
  if (needsAnsi(text)) return ansiQuote(text);
  return `"${text.replace(/["$`\\]/g, "\\$&")}"`;
}

/** As `${x@Q}` shows it. */
export function alwaysQuote(text: string): string {
  return needsAnsi(text) ? ansiQuote(text) : singleQuote(text);
}

/** As `set` and `set -x` show it: bare when it has nothing special. */
export function quoteIfNeeded(text: string): string {
  if (needsAnsi(text)) return ansiQuote(text);
  return META.test(text) ? singleQuote(text) : text;
}

/** Whether a text has characters that mean something to the shell. */
export function hasMeta(text: string): boolean {
  return META.test(text);
}

/** As `printf %q` shows it. */
export function backslashQuote(text: string): string {
  if (text === "") return "''";
  if (needsAnsi(text)) return ansiQuote(text);
  return text.replace(BACKSLASHED, "\\$&").replace(/^[#~]|(?<=[=:])~/, "\\$&");
}

/** Escapes what is special in a glob pattern, so that the text matches itself. */
export function escapePattern(text: string): string {
  return PATTERN_SPECIAL.test(text) ? text.replace(/[*?[\]\\()|!+@^-]/g, "\\$&") : text;
}

const PATTERN_SPECIAL = /[*?[\]\\()|!+@^-]/;
