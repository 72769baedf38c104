import { CliError } from "../cli/errors.ts";
import type { Part } from "./model.ts";
import { headingOf } from "./rows.ts";

const GUIDE = `# Lines that begin with "+" are what the box adds: change them, remove them, add more.
# To keep a line that is removed, make its "-" a blank. Lines that begin with a blank stay.
# An empty file leaves the hunk as it is. The result goes into the box; the project is not touched.
`;

const MARK = { context: " ", removed: "-", added: "+" } as const;

/** A part as text for an editor. */
export function editText(part: Part): string {
  const lines = part.lines.map(({ kind, text }) =>
    text.endsWith("\n") ? `${MARK[kind]}${text}` : `${MARK[kind]}${text}\n\\ No newline at end of file\n`,
  );
  return `${GUIDE}${headingOf(part)}\n${lines.join("")}`;
}

/**
 * The box's lines in place of the part's after an editor changed the text; undefined when the editor left nothing. Throws CliError
 * when the lines that are not added are others than before: they are the project's.
 */
export function editedLines(part: Part, text: string): string[] | undefined {
  const old: string[] = [];
  const fresh: string[] = [];
  let last: string[][] = [];
  for (const line of text.match(/[^\n]*\n|[^\n]+$/g) ?? []) {
    if (line.startsWith("#") || line.startsWith("@@")) continue;
    if (line.startsWith("\\")) {
      for (const side of last) side.push((side.pop() as string).replace(/\n$/, ""));
      continue;
    }
    const mark = line === "\n" ? " " : line[0];
    const body = line === "\n" ? line : withEnd(line.slice(1));
    if (mark === "+") last = [fresh];
    else if (mark === "-") last = [old];
    else if (mark === " ") last = [old, fresh];
    else throw new CliError(`edit: expected lines that begin with " ", "-" or "+", got "${line.trimEnd()}"`);
    for (const side of last) side.push(body);
  }
  if (old.length === 0 && fresh.length === 0) return undefined;
  const were = part.lines.filter(({ kind }) => kind !== "added").map((line) => line.text);
  const at = Array.from({ length: Math.max(were.length, old.length) }, (_, i) => i).find(
    (i) => old[i] !== were[i],
  );
  if (at === undefined) return fresh;
  const [had, got] = [were[at], old[at]].map((one) => (one === undefined ? "nothing" : JSON.stringify(one)));
  throw new CliError(
    `edit: lines that begin with a blank or "-" must stay as they are: expected ${had}, got ${got}`,
  );
}

function withEnd(line: string): string {
  return line.endsWith("\n") ? line : `${line}\n`;
}

/** The box's text with these lines in place of the part's. */
export function replaceLines(text: string, { newStart, newLines }: Part, fresh: readonly string[]): string {
  const lines = text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const from = newLines === 0 ? newStart : newStart - 1;
  return [...lines.slice(0, from), ...fresh, ...lines.slice(from + newLines)].join("");
}
