import type { ChangeFacts } from "@shadowbox/sandbox/node";
import { MARKS } from "../cli/changes.ts";
import type { Part, ReviewModel } from "./model.ts";
import { headingOf, partRows } from "./rows.ts";
import type { Screen } from "./state.ts";
import { fit, fitEnd, fitStart, harmless, type Line, type Look, type Piece, widthOf } from "./text.ts";

/** From this width on the files stand beside the diff, else above it. */
const BESIDE_FROM = 110;

const BOX = { none: "[ ]", some: "[~]", all: "[x]" } as const;

/** The diff of one file as rows, and where each part begins and ends. */
export interface DiffRows {
  count: number;
  parts: readonly { from: number; to: number }[];
  /** These rows; only they are made. */
  slice(from: number, count: number): Line[];
}

/** Sizes of the panes. */
export interface Panes {
  beside: boolean;
  listWidth: number;
  listRows: number;
  diffWidth: number;
  diffRows: number;
}

export function panesOf({ columns, rows }: Pick<Screen, "columns" | "rows">, files: number): Panes {
  const body = Math.max(2, rows - 2);
  if (columns >= BESIDE_FROM) {
    const listWidth = Math.min(44, Math.floor(columns * 0.3));
    const diffWidth = columns - listWidth - 1;
    return { beside: true, listWidth, listRows: body, diffWidth, diffRows: body };
  }
  const listRows = Math.max(1, Math.min(files, Math.floor(body / 3)));
  return {
    ...{ beside: false, listWidth: columns, listRows },
    ...{ diffWidth: columns, diffRows: Math.max(1, body - listRows - 1) },
  };
}

/** The whole screen, one line for each row. */
export function drawScreen(model: ReviewModel, screen: Screen, title: string): Line[] {
  const { columns, rows, page } = screen;
  if (page !== undefined) return drawPage(page, columns, rows);
  const { files } = model;
  const panes = panesOf(screen, files.length);
  const list = drawList(model, screen, panes);
  const diff = drawDiff(model, screen, panes);
  const head = drawHead(model, screen, title);
  const body = panes.beside
    ? list.map((line, i): Line => [...line, { text: "│", look: "dim" }, ...(diff[i] ?? [])])
    : [...list, drawRule(files[screen.file], screen, columns), ...diff];
  return [head, ...body, drawFoot(screen)].slice(0, rows).map((line) => fit(line, columns));
}

function drawHead(model: ReviewModel, { columns, filter }: Screen, title: string): Line {
  const taken = model.all.filter(({ path }) => model.taken(path) !== "none").length;
  const count =
    model.files.length === model.all.length
      ? `${model.all.length}`
      : `${model.files.length} of ${model.all.length}`;
  const right = ` ${count} file${model.all.length === 1 ? "" : "s"}, ${taken} taken `;
  const shown = filter === "" ? title : `${title}  /${filter}`;
  const left = fit([{ text: ` ${harmless(shown)}`, look: "bold" }], Math.max(0, columns - widthOf(right)));
  return [...left, { text: right, look: "bold" }];
}

function drawList(model: ReviewModel, screen: Screen, { listWidth, listRows }: Panes): Line[] {
  const { files } = model;
  const first = Math.max(0, Math.min(screen.file - Math.floor(listRows / 2), files.length - listRows));
  return Array.from({ length: listRows }, (_, i) => {
    const change = files[first + i];
    if (change === undefined) return fit([], listWidth);
    return fit(
      fileLine(model, change, first + i === screen.file, screen.focus === "files", listWidth),
      listWidth,
    );
  });
}

function fileLine(
  model: ReviewModel,
  change: ChangeFacts,
  isHere: boolean,
  hasFocus: boolean,
  width: number,
): Line {
  const taken = model.taken(change.path);
  const box = BOX[typeof taken === "string" ? taken : "some"];
  const counts = countsOf(change);
  const room = Math.max(4, width - 8 - counts.reduce((sum, { text }) => sum + text.length, 0));
  const look: Look = isHere ? (hasFocus ? "cursor" : "bold") : "plain";
  return [
    { text: isHere ? ">" : " ", look: isHere ? "bold" : "plain" },
    { text: box, look: taken === "none" ? "plain" : "added" },
    { text: ` ${MARKS[change.kind]} `, look: markLook(change) },
    { text: fitEnd(harmless(change.path), room), look },
    ...counts,
  ];
}

function markLook({ kind }: ChangeFacts): Look {
  return kind === "created" ? "added" : kind === "deleted" ? "removed" : "warning";
}

function countsOf({ binary, added, removed, flag }: ChangeFacts): Piece[] {
  const pieces: Piece[] = [];
  if (binary) pieces.push({ text: " binary", look: "dim" });
  if (added > 0) pieces.push({ text: ` +${added}`, look: "added" });
  if (removed > 0) pieces.push({ text: ` -${removed}`, look: "removed" });
  if (flag !== undefined) pieces.push({ text: " !", look: "warning" });
  return pieces;
}

function drawRule(change: ChangeFacts | undefined, screen: Screen, width: number): Line {
  const name = change === undefined ? "" : ` ${fitEnd(harmless(change.path), Math.max(1, width - 6))} `;
  const rest = Math.max(0, width - 2 - widthOf(name));
  const look: Look = screen.focus === "diff" ? "bold" : "dim";
  return [{ text: `──${name}${"─".repeat(rest)}`, look }];
}

function drawDiff(model: ReviewModel, screen: Screen, { diffRows, diffWidth }: Panes): Line[] {
  const change = model.files[screen.file];
  const nothing = model.all.length === 0 ? "nothing differs from the project" : "no file matches the filter";
  const rows: Line[] =
    change === undefined
      ? [[{ text: ` ${nothing}`, look: "dim" }]]
      : rowsOf(model, change, screen, diffWidth).slice(screen.scroll, diffRows);
  return Array.from({ length: diffRows }, (_, i) => fit(rows[i] ?? [], diffWidth));
}

/** A file's diff at this width. */
export function rowsOf(model: ReviewModel, change: ChangeFacts, screen: Screen, width: number): DiffRows {
  const facts = factRows(change);
  const parts = model.parts(change.path);
  const isHere = (number: number) => screen.focus === "diff" && number === screen.part;
  let count = facts.length;
  const places = parts.map((part) => {
    const from = count;
    count += 1 + partRows(part, width - 1, screen.sideBySide).length;
    return { from, to: count };
  });
  const rowAt = (row: number): Line => {
    if (row < facts.length) return facts[row] as Line;
    const number = places.findIndex(({ to }) => row < to);
    const [part, { from }] = [parts[number] as Part, places[number] as { from: number }];
    if (row === from) return partHeading(model, change, part, isHere(number), width);
    const line = partRows(part, width - 1, screen.sideBySide)[row - from - 1] as Line;
    return [{ text: isHere(number) ? "▌" : " ", look: "heading" }, ...line];
  };
  const slice = (from: number, most: number) =>
    Array.from({ length: Math.max(0, Math.min(most, count - from)) }, (_, i) => rowAt(from + i));
  return { count, parts: places, slice };
}

function partHeading(
  model: ReviewModel,
  change: ChangeFacts,
  part: Part,
  isHere: boolean,
  width: number,
): Line {
  const by = part.calls.length === 0 ? "" : `  call ${part.calls.join(", ")}`;
  return [
    { text: isHere ? ">" : " ", look: "bold" },
    { text: BOX[model.partTaken(change.path, part)], look: "added" },
    {
      text: ` ${fitStart(headingOf(part), Math.max(8, width - 5 - by.length))}`,
      look: isHere ? "cursor" : "heading",
    },
    { text: by, look: "dim" },
  ];
}

/** What is to be known of a change besides its lines. */
function factRows({ from, similarity, oldMode, newMode, flag, binary, type, kind }: ChangeFacts): Line[] {
  const octal = (mode: number) => mode.toString(8).padStart(3, "0");
  const facts: [string, Look][] = [];
  if (flag !== undefined) facts.push([`! ${flag}`, "warning"]);
  if (from !== undefined)
    facts.push([`renamed from ${harmless(from)} (${similarity ?? 100} % alike)`, "dim"]);
  if (oldMode !== undefined && newMode !== undefined)
    facts.push([`permissions ${octal(oldMode)} → ${octal(newMode)}`, "dim"]);
  if (type !== "file") facts.push([type === "symlink" ? "a symbolic link" : "a folder", "dim"]);
  if (binary) facts.push(["binary, can only be taken whole", "dim"]);
  else if (kind === "created" || kind === "deleted") facts.push([`${kind}, can only be taken whole`, "dim"]);
  return facts.map(([text, look]) => [{ text: ` ${text}`, look }]);
}

const FILE_KEYS = "space take  enter hunks  a/n all/none  / filter  c commit  ? help  q quit";
const DIFF_KEYS = "space take  s split  e edit  u side by side  c commit  ← files  ? help  q quit";

function drawFoot({ prompt, message, focus, columns }: Screen): Line {
  if (prompt !== undefined) return [{ text: ` ${prompt.label}${harmless(prompt.text)}█`, look: "bold" }];
  if (message !== undefined)
    return [{ text: ` ${harmless(message.replace(/\s*\n\s*/g, " · "))}`, look: "warning" }];
  const keys = focus === "files" ? FILE_KEYS : DIFF_KEYS;
  return [{ text: ` ${columns < 60 ? "space take  c commit  ? help  q quit" : keys}`, look: "dim" }];
}

function drawPage(
  { title, lines, scroll }: NonNullable<Screen["page"]>,
  columns: number,
  rows: number,
): Line[] {
  const body = Array.from({ length: Math.max(1, rows - 2) }, (_, i): Line => lines[scroll + i] ?? []);
  const foot = lines.length > rows - 2 ? "↑↓ scroll  any other key: back" : "any key: back";
  const head: Line = [{ text: ` ${harmless(title)}`, look: "bold" }];
  return [head, ...body, [{ text: ` ${foot}`, look: "dim" as const }]].map((line) => fit(line, columns));
}

export const HELP: readonly Line[] = [
  ["j k ↑ ↓", "next or previous file; in the diff: hunk, or on through a long one"],
  ["enter l →", "into the diff of a file"],
  ["h ← esc", "back to the files"],
  ["J K", "next or previous file, from the diff too"],
  ["pgdn pgup", "scroll the diff (ctrl-f, ctrl-b, too); home, end"],
  ["space", "take a file or hunk, or leave it"],
  ["a n", "take all files that are listed, or none"],
  ["s", "split a hunk into its single changes"],
  ["e", "edit a hunk in $EDITOR: the box gets what you write"],
  ["d", "discard the file or hunk in the box"],
  ["u", "old and new side by side, or under each other"],
  ["b", "blame: which call wrote each line"],
  ["/", "only files with this in their path; call:N: of call N"],
  ["c", "commit what is taken to the project"],
  ["q ctrl-c", "quit; nothing is written, what is in the box stays"],
].map(([keys, text]) => [
  { text: `  ${keys}`.padEnd(14), look: "bold" },
  { text: text as string, look: "plain" },
]);
