import { ShellError } from "../errors.ts";
import type { WordPart } from "../parse/ast.ts";
import { joinNames } from "../parse/parts.ts";

/** Words that one brace expansion may make. */
export const BRACE_LIMIT = 4_000_000;

/** A character of a literal, or a part that braces do not look into. */
type Item = string | WordPart;

/** The words that the braces of a word stand for, each as parts; the word itself if there are none. */
export function expandBraces(parts: readonly WordPart[]): WordPart[][] {
  const items: Item[] = [];
  for (const part of parts) {
    if (part.type === "Literal") items.push(...part.value);
    else items.push(part);
  }
  return expandItems(items).map(toParts);
}

/** Whether braces make something else of a word. */
export function hasBraces(parts: readonly WordPart[]): boolean {
  const words = expandBraces(parts);
  const text = (word: readonly WordPart[]) =>
    word.map((part) => (part.type === "Literal" ? part.value : "\0")).join("");
  return words.length > 1 || text(words[0] as WordPart[]) !== text(parts);
}

function toParts(items: readonly Item[]): WordPart[] {
  const parts: WordPart[] = [];
  let text = "";
  for (const item of items) {
    if (typeof item === "string") {
      text += item;
      continue;
    }
    if (text) parts.push({ type: "Literal", value: text });
    text = "";
    parts.push(item);
  }
  if (text) parts.push({ type: "Literal", value: text });
  // Brace expansion works on the source: `{$a,b}_c` has a `$a_c`.
  return joinNames(parts);
}

function expandItems(items: readonly Item[]): Item[][] {
  const last = items.lastIndexOf("}");
  for (let open = items.indexOf("{"); open >= 0 && open < last; open = items.indexOf("{", open + 1)) {
    // `{}` at the beginning opens nothing.
    const group = open === 0 && items[1] === "}" ? undefined : groupAt(items, open);
    if (!group) continue;
    const choices = group.commas.length
      ? alternatives(items, open, group)
      : sequence(items.slice(open + 1, group.close));
    if (!choices) continue;
    const head = items.slice(0, open);
    if (open === 0 && group.close === items.length - 1) return choices;
    const tails = expandItems(items.slice(group.close + 1));
    if (choices.length * tails.length > BRACE_LIMIT)
      throw new ShellError(
        "limit",
        `brace expansion: ${choices.length * tails.length} words, at most ${BRACE_LIMIT}`,
      );
    const out: Item[][] = [];
    for (const choice of choices) for (const tail of tails) out.push([...head, ...choice, ...tail]);
    return out;
  }
  return [items.slice()];
}

interface Group {
  close: number;
  commas: number[];
}

/** The `}` that belongs to the `{` at `open`, and the commas between them. */
function groupAt(items: readonly Item[], open: number): Group | undefined {
  let depth = 0;
  const commas: number[] = [];
  for (let at = open + 1; at < items.length; at++) {
    const item = items[at];
    if (item === "{") depth++;
    else if (item === "," && depth === 0) commas.push(at);
    else if (item === "}" && depth-- === 0) {
      // `{}` is no group: bash reads on.
      if (at === open + 1) {
        depth = 0;
        continue;
      }
      return { close: at, commas };
    }
  }
  return undefined;
}

function alternatives(items: readonly Item[], open: number, group: Group): Item[][] {
  const out: Item[][] = [];
  let from = open + 1;
  for (const end of [...group.commas, group.close]) {
    for (const choice of expandItems(items.slice(from, end))) out.push(choice);
    from = end + 1;
  }
  return out;
}

/** `x..y` and `x..y..step` of integers or letters. */
function sequence(items: readonly Item[]): Item[][] | undefined {
  if (!items.every((item) => typeof item === "string")) return undefined;
  const match = /^(-?\+?\d+|[A-Za-z])\.\.(-?\+?\d+|[A-Za-z])(?:\.\.(-?\+?\d+))?$/.exec(items.join(""));
  if (!match) return undefined;
  const [, from, to, by] = match as unknown as [string, string, string, string | undefined];
  const numeric = /\d/.test(from);
  if (numeric !== /\d/.test(to)) return undefined;
  const start = numeric ? Number(from) : from.charCodeAt(0);
  const end = numeric ? Number(to) : to.charCodeAt(0);
  if (!Number.isSafeInteger(start) || !Number.isSafeInteger(end)) return undefined;
  const step = Math.max(1, Math.abs(Number(by ?? 1))) * (start <= end ? 1 : -1);
  const count = Math.floor((end - start) / step) + 1;
  if (count > BRACE_LIMIT)
    throw new ShellError("limit", `brace expansion: ${count} words, at most ${BRACE_LIMIT}`);
  const width =
    numeric && [from, to].some((text) => /^-?0\d/.test(text)) ? Math.max(from.length, to.length) : 0;
  const out: Item[][] = [];
  for (let i = 0, value = start; i < count; i++, value += step)
    out.push([numeric ? padded(value, width) : String.fromCharCode(value)]);
  return out;
}

function padded(value: number, width: number): string {
  if (value >= 0) return String(value).padStart(width, "0");
  return `-${String(-value).padStart(width - 1, "0")}`;
}
