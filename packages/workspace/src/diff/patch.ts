import { concat } from "@shadowbox/vfs";
import type { Change, Side } from "../changes/types.ts";
import { sameBytes } from "../paths.ts";
import { type Deflate, printLiteral } from "./binary.ts";
import { blobName } from "./blob.ts";
import { diffHunks, type Hunk, type HunkLine, isBinary } from "./hunks.ts";
import { mergeWords } from "./words.ts";
import { store } from "./zlib.ts";

/** How a change set is printed. */
export interface PatchOptions {
  /** Lines of context around each hunk, default 3. */
  context?: number;
  /** Words instead of lines: `[-removed-]{+added+}`, as `git diff --word-diff`; no patch that can be applied. */
  words?: boolean;
  /** Binary files are in the patch whole (`git diff --binary`); otherwise it only says that they differ. */
  binary?: boolean;
}

/** The same with what a host adds. */
export interface PrintOptions extends PatchOptions {
  /** Packs binary files; default: they are in the patch as they are. */
  deflate?: Deflate;
}

/** A change set as git prints it (`git diff --no-index`, with `a/` and `b/` before the paths); bytes, for files may hold any. */
export function printPatch(changes: readonly Change[], options: PrintOptions = {}): Uint8Array {
  return concat(changes.flatMap((change) => printChange(change, options)));
}

/** One path of a patch. A change of type is a deletion and a creation, as in git. */
export function printChange(change: Change, options: PrintOptions = {}): Uint8Array[] {
  if (change.kind === "type") {
    const { path, before, after, node } = change;
    const gone: Change = { path, kind: "deleted", node };
    const made: Change = { path, kind: "created", node };
    return [
      ...printChange({ ...gone, ...(before && { before }) }, options),
      ...printChange({ ...made, ...(after && { after }) }, options),
    ];
  }
  const { before, after } = change;
  if ((before ?? after)?.kind === "directory") return [];
  const oldBytes = before?.read() ?? new Uint8Array();
  const newBytes = after?.read() ?? new Uint8Array();
  const oldName = quotePath("a/", change.from ?? change.path);
  const newName = quotePath("b/", change.path);
  const head = [ascii(`diff --git `), oldName, ascii(" "), newName, ascii("\n"), ...modeLines(change)];
  const same = before !== undefined && after !== undefined && sameBytes(oldBytes, newBytes);
  if (same) return head;
  const isText = !isBinary(oldBytes) && !isBinary(newBytes);
  const deflate = options.binary ? (options.deflate ?? store) : undefined;
  head.push(ascii(indexLine(before, after, oldBytes, newBytes, isText || !deflate ? DIGITS : 40)));
  const from = before ? oldName : ascii("/dev/null");
  const to = after ? newName : ascii("/dev/null");
  if (!isText && deflate)
    return [
      ...[...head, ascii("GIT binary patch\n"), printLiteral(newBytes, deflate)],
      printLiteral(oldBytes, deflate),
    ];
  if (!isText) return [...head, ascii("Binary files "), from, ascii(" and "), to, ascii(" differ\n")];
  const hunks = diffHunks(oldBytes, newBytes, options.context);
  if (hunks.length === 0) return head;
  // A name with a blank is followed by a tab, so that patch tools find its end.
  const tab = (name: Uint8Array) => ascii(name.includes(0x20) ? "\t\n" : "\n");
  return [
    ...head,
    ascii("--- "),
    from,
    tab(from),
    ascii("+++ "),
    to,
    tab(to),
    ...hunks.flatMap(options.words ? printWords : printHunk),
  ];
}

function modeLines({ kind, before, after, from, path, similarity }: Change): Uint8Array[] {
  if (kind === "created") return [ascii(`new file mode ${gitMode(after)}\n`)];
  if (kind === "deleted") return [ascii(`deleted file mode ${gitMode(before)}\n`)];
  const lines: Uint8Array[] = [];
  if (gitMode(before) !== gitMode(after))
    lines.push(ascii(`old mode ${gitMode(before)}\nnew mode ${gitMode(after)}\n`));
  if (from !== undefined)
    lines.push(
      ascii(`similarity index ${similarity ?? 100}%\nrename from `),
      quotePath("", from),
      ascii("\nrename to "),
      quotePath("", path),
      ascii("\n"),
    );
  return lines;
}

/** The mode as git records it. */
function gitMode(side: Side | undefined): string {
  if (side === undefined) return "000000";
  if (side.kind === "symlink") return "120000";
  return side.mode & 0o100 ? "100755" : "100644";
}

/** Digits of a content's name on an `index` line: git's default outside a repository. */
const DIGITS = 7;

function indexLine(
  before: Side | undefined,
  after: Side | undefined,
  oldBytes: Uint8Array,
  newBytes: Uint8Array,
  digits: number,
): string {
  const name = (side: Side | undefined, bytes: Uint8Array) =>
    (side ? blobName(bytes) : "0".repeat(40)).slice(0, digits);
  const mode = gitMode(before) === gitMode(after) ? ` ${gitMode(after)}` : "";
  return `index ${name(before, oldBytes)}..${name(after, newBytes)}${mode}\n`;
}

const MARKS = { context: ascii(" "), removed: ascii("-"), added: ascii("+") } as const;

/** A hunk as in a patch. */
export function printHunk(hunk: Hunk): Uint8Array[] {
  const parts = [headLine(hunk)];
  for (const { kind, text } of hunk.lines) {
    parts.push(MARKS[kind], text);
    if (text[text.length - 1] !== 0x0a) parts.push(ascii("\n\\ No newline at end of file\n"));
  }
  return parts;
}

function headLine({ oldStart, oldLines, newStart, newLines, heading }: Hunk): Uint8Array {
  const range = (start: number, lines: number) => (lines === 1 ? `${start}` : `${start},${lines}`);
  const head = ascii(`@@ -${range(oldStart, oldLines)} +${range(newStart, newLines)} @@`);
  return concat([head, ...(heading.length > 0 ? [ascii(" "), heading] : []), ascii("\n")]);
}

const WORD_MARKS = { removed: { open: "[-", close: "-]" }, added: { open: "{+", close: "+}" } } as const;

/** A hunk by words. */
function printWords(hunk: Hunk): Uint8Array[] {
  const parts = [headLine(hunk)];
  let at = 0;
  for (const { oldCount, newCount } of hunk.changes) {
    for (; hunk.lines[at]?.kind === "context"; at++) parts.push((hunk.lines[at] as HunkLine).text);
    const textOf = (from: number, count: number) =>
      concat(hunk.lines.slice(from, from + count).map(({ text }) => text));
    for (const { kind, text } of mergeWords(textOf(at, oldCount), textOf(at + oldCount, newCount)))
      parts.push(...(kind === "common" ? [text] : markWords(text, WORD_MARKS[kind])));
    at += oldCount + newCount;
  }
  for (const { text } of hunk.lines.slice(at)) parts.push(text);
  if (parts.at(-1)?.at(-1) !== 0x0a) parts.push(ascii("\n"));
  return parts;
}

/** Marks do not reach over the ends of lines. */
function markWords(text: Uint8Array, { open, close }: { open: string; close: string }): Uint8Array[] {
  const parts: Uint8Array[] = [];
  for (let at = 0; at < text.length; ) {
    const found = text.indexOf(0x0a, at);
    const end = found < 0 ? text.length : found;
    if (end > at) parts.push(ascii(open), text.subarray(at, end), ascii(close));
    if (found >= 0) parts.push(ascii("\n"));
    at = end + 1;
  }
  return parts;
}

const ESCAPES: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

/** A path as git prints it: in quotes, with C escapes, if it holds a control character, a quote or a byte over 127. */
function quotePath(prefix: string, path: Uint8Array): Uint8Array {
  const plain = path.every((byte) => byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x5c);
  if (plain) return concat([ascii(prefix), path]);
  let text = `"${prefix}`;
  for (const byte of path) {
    const octal = `\\${byte.toString(8).padStart(3, "0")}`;
    text += ESCAPES[byte] ?? (byte < 0x20 || byte >= 0x7f ? octal : String.fromCharCode(byte));
  }
  return ascii(`${text}"`);
}

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, (char) => char.charCodeAt(0));
}
