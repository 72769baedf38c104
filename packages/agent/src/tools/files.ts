import { z } from "zod";
import { editLines, printLines } from "./edits.ts";
import { decode, digestOf, isBinary, withFiles } from "./text.ts";
import { defineTool, failed } from "./tool.ts";

const LINES = 2000;
const LINE_LENGTH = 2000;
const path = z.string().describe("relative to the project, or absolute in the box");

export const read = defineTool({
  name: "Read",
  description: "Read a text file with line numbers; offset and limit for a part of it.",
  effect: "read",
  schema: z.object({
    path,
    offset: z.number().int().positive().optional().describe("first line, from 1"),
    limit: z.number().int().positive().max(LINES).optional(),
  }),
  subject: (input) => input.path,
  run: ({ path, offset = 1, limit = LINES }, { sandbox, memory }) =>
    withFiles(() => {
      const facts = sandbox.fs.stat(path);
      if (facts.type === "directory") return failed(`${path} is a directory; list it with Glob or ls`);
      const bytes = sandbox.fs.readFile(path);
      memory.seen.set(path, digestOf(bytes));
      if (isBinary(bytes))
        return failed(`${path} is binary (${bytes.length} bytes); use Bash with xxd, file or strings`);
      const lines = decode(bytes).split("\n");
      if (lines.at(-1) === "") lines.pop();
      if (lines.length === 0) return { output: `[${path} is empty]` };
      if (offset > lines.length) return failed(`${path} has ${lines.length} lines, none at ${offset}`);
      const part = lines.slice(offset - 1, offset - 1 + limit);
      const width = String(offset + part.length).length;
      const text = part.map((line, at) => `${String(offset + at).padStart(width)}\t${clip(line)}`).join("\n");
      const more = lines.length - (offset - 1 + part.length);
      return {
        output: more > 0 ? `${text}\n[${more} more lines; offset ${offset + part.length} goes on]` : text,
      };
    }),
});

function clip(line: string): string {
  return line.length <= LINE_LENGTH
    ? line
    : `${line.slice(0, LINE_LENGTH)}[… ${line.length - LINE_LENGTH} characters]`;
}

export const write = defineTool({
  name: "Write",
  description: "Write a whole file (folders are made). For a change in an existing file use Edit.",
  effect: "shadow",
  schema: z.object({ path, content: z.string() }),
  subject: (input) => input.path,
  detail: ({ content }) => printLines(editLines({ old: "", new: content })),
  run: ({ path, content }, { sandbox, memory }) =>
    withFiles(() => {
      const before = sandbox.fs.exists(path) ? sandbox.fs.stat(path) : undefined;
      if (before?.type === "directory") return failed(`${path} is a directory`);
      sandbox.fs.writeFile(path, content, before === undefined ? 0o644 : before.mode & 0o7777);
      sandbox.flush();
      memory.seen.set(path, digestOf(sandbox.fs.readFile(path)));
      const lines = content.split("\n").length - (content.endsWith("\n") ? 1 : 0);
      return { output: `${before ? "replaced" : "created"} ${path}, ${lines} lines` };
    }),
});

const change = z.object({
  old: z.string().min(1).describe("exact text, unique in the file unless all is set"),
  new: z.string(),
  all: z.boolean().optional().describe("replace every occurrence"),
});

export const edit = defineTool({
  name: "Edit",
  description: "Replace exact texts in a file. All edits apply in order, or none.",
  effect: "shadow",
  schema: z.object({ path, edits: z.array(change).min(1) }),
  subject: (input) => input.path,
  detail: ({ edits }) => printLines(edits.flatMap(editLines)),
  run: ({ path, edits }, { sandbox, memory }) =>
    withFiles(() => {
      const bytes = sandbox.fs.readFile(path);
      if (isBinary(bytes)) return failed(`${path} is binary; Edit changes text only`);
      const seen = memory.seen.get(path);
      let text = decode(bytes);
      let count = 0;
      for (const [index, one] of edits.entries()) {
        const found = occurrences(text, one.old);
        const problem = editProblem(text, one, found, `edit ${index + 1} of ${path}`);
        if (problem) return failed(seen === digestOf(bytes) ? problem : `${problem}${CHANGED_HINT}`);
        text = one.all ? text.replaceAll(one.old, () => one.new) : text.replace(one.old, () => one.new);
        count += one.all ? found : 1;
      }
      sandbox.fs.writeFile(path, text, sandbox.fs.stat(path).mode & 0o7777);
      sandbox.flush();
      memory.seen.set(path, digestOf(sandbox.fs.readFile(path)));
      return { output: `${path}: ${count} replacement${count === 1 ? "" : "s"}` };
    }),
});

const CHANGED_HINT = " You have not read the file as it is now: Read it first.";

function occurrences(text: string, part: string): number {
  return text.split(part).length - 1;
}

function editProblem(
  text: string,
  { old, new: replacement, all }: z.infer<typeof change>,
  found: number,
  name: string,
): string | undefined {
  if (old === replacement) return `${name}: old and new are the same`;
  if (found === 0) return `${name}: the text was not found. ${nearMiss(text, old)}`;
  if (found === 1 || all) return undefined;
  const lines = linesOf(text, old).slice(0, 8).join(", ");
  return `${name}: the text occurs ${found} times (lines ${lines}); give more of its surroundings, or set all`;
}

function linesOf(text: string, part: string): number[] {
  const lines: number[] = [];
  let line = 1;
  let from = 0;
  for (let at = text.indexOf(part); at >= 0; at = text.indexOf(part, at + part.length)) {
    for (let i = from; i < at; i++) if (text.charCodeAt(i) === 10) line++;
    from = at;
    lines.push(line);
  }
  return lines;
}

/** The likeliest reason why a text does not match: blanks, or only its first line does. */
function nearMiss(text: string, old: string): string {
  const squeeze = (part: string) => part.replace(/\s+/g, " ").trim();
  const wanted = squeeze(old);
  if (wanted !== "" && squeeze(text).includes(wanted))
    return "It is there with other blanks or line ends: copy them exactly.";
  const first =
    old
      .split("\n")
      .find((line) => line.trim() !== "")
      ?.trim() ?? "";
  const lines = text.split("\n");
  const at = first === "" ? -1 : lines.findIndex((line) => line.includes(first));
  if (at < 0) return "Not even its first line is in the file.";
  return `Its first line is at line ${at + 1}; from there the file has:\n${lines.slice(at, at + Math.min(old.split("\n").length + 2, 12)).join("\n")}`;
}
