import type { ExecOptions, ExecResult, Sandbox } from "@shadowbox/sandbox/node";
import { listChanges, MARKS, summaryOf } from "../cli/changes.ts";
import { helpColumns, table, wrap } from "../cli/help.ts";
import { logLine } from "../cli/log.ts";
import { colourPatch } from "../cli/patch.ts";
import { canAsk, pick } from "../cli/questions.ts";
import { paintOf, showName, styleOf, writeAll } from "../cli/terminal.ts";

/** Asks the person a question to be answered by yes or no. */
export type Confirm = (question: string) => Promise<boolean>;

/** Who types the commands. */
export interface Typist {
  confirm: Confirm;
  /** Lets something else have the terminal for a while. */
  aside<T>(use: () => Promise<T>): Promise<T>;
}

/** The commands and what they do, for {@link slashHelp}. */
const ROWS: readonly (readonly [name: string, text: string])[] = [
  ["/status [PATH…]", "what would change"],
  ["/diff [PATH…]", "the same as a patch"],
  ["/review [PATH…]", "go through it at the keyboard and commit hunks"],
  ["/commit [PATH…]", "write it to the project; without a path there is a list to pick from"],
  ["/discard [PATH…]", "take it back in the box"],
  ["/undo", "take the last commit back"],
  ["/log", "what was done"],
];

/** What /help prints below a first line: what the prompt takes besides, and its commands. */
export function slashHelp(intro: string, before: typeof ROWS = [], after: typeof ROWS = []): string {
  const rows = [...before, ...ROWS, ...after, ["/quit", "leave (the shadow is kept)"] as const];
  return `${wrap(intro, helpColumns())}\n${table(rows, 20)}`;
}

/** What to say of a line that is a /command's, but of none there is; a path of the box is a shell command. */
export function unknownSlash(box: Sandbox, text: string): string | undefined {
  const name = /^\/[a-z-]+(?=\s|$)/.exec(text)?.[0];
  if (name === undefined || box.fs.exists(name)) return undefined;
  return `there is no ${name}; /help lists the commands\n`;
}

/** A commit that a command made, for the session's log. */
export interface Committed {
  id?: string;
  paths: string[];
}

type Slash = (box: Sandbox, paths: string[], typist: Typist) => Promise<Committed | undefined>;

/** Runs one line in the box's session shell, output straight to the terminal; `shown` is told of it. */
export async function runLine(
  box: Sandbox,
  script: string,
  options: Pick<ExecOptions, "signal" | "interrupt" | "stdin">,
  shown: (bytes: Uint8Array) => void = () => {},
): Promise<ExecResult> {
  const pass = (stream: NodeJS.WriteStream) => (bytes: Uint8Array) => {
    shown(bytes);
    return stream.write(bytes);
  };
  return await box.exec(script, {
    session: true,
    ...options,
    maxOutputBytes: 0,
    terminal: [false, process.stderr.isTTY === true, options.stdin !== undefined],
    onStdout: pass(process.stdout),
    onStderr: pass(process.stderr),
  });
}

const SLASH: Readonly<Record<string, Slash>> = {
  "/status": async (box, paths) => {
    const changes = box.changes(paths);
    return say(`${listChanges(changes, styleOf(process.stdout))}${summaryOf(changes)}\n`);
  },
  "/diff": async (box, paths) => {
    await writeAll(process.stdout, colourPatch(box.diff(paths), process.stdout));
    return undefined;
  },
  "/review": review,
  "/commit": async (box, given, typist) => {
    const paths = given.length > 0 ? given : await picked(box, typist);
    if (paths === undefined) return say("nothing committed\n");
    const risky = box.changes(paths).changes.filter(({ flag }) => flag !== undefined);
    for (const { path, flag } of risky) say(`${showName(path)}: ${flag}\n`);
    const allowRisky =
      risky.length > 0 &&
      (await typist.confirm("these can run code on your machine later; write them, too?"));
    const report = await box.commit({ paths, allowRisky });
    say(listChanges(report.changes, styleOf(process.stdout)));
    say(`committed ${report.id ?? "nothing"}: ${summaryOf(report.changes)}\n`);
    return committed(report);
  },
  "/discard": async (box, paths) =>
    say(`discarded ${count((await box.discard(paths)).paths.length, "change")}\n`),
  "/undo": async (box) => {
    const { id, paths } = await box.undo();
    return say(`took back commit ${id}: ${count(paths.length, "path")} as before\n`);
  },
  "/log": async (box) => {
    for (const entry of box.log()) say(logLine(entry, styleOf(process.stdout)));
    return undefined;
  },
};

/** How many changes are few enough to be picked from a list. */
const PICKED = 100;

/** What of the changes a person wants: by name where there is a choice, otherwise all; undefined: nothing. */
async function picked(box: Sandbox, typist: Typist): Promise<string[] | undefined> {
  const { changes } = box.changes();
  if (!canAsk() || changes.length < 2 || changes.length > PICKED) return [];
  const options = changes.map(({ path, kind, added, removed, flag }) => ({
    value: path,
    label: `${MARKS[kind]} ${showName(path)}`,
    hint: [`+${added} -${removed}`, flag].filter(Boolean).join(", "),
  }));
  const paths = await typist.aside(() => pick("write to the project", options));
  return paths?.length === 0 ? undefined : paths;
}

export const SLASH_NAMES: readonly string[] = [...Object.keys(SLASH), "/help", "/quit"];

/** Whole lines that the beginning of a /command may become: its name, then the paths that changed. */
export function slashCompletions(box: Sandbox, line: string): string[] {
  const at = line.lastIndexOf(" ") + 1;
  if (at === 0) return SLASH_NAMES.filter((name) => name.startsWith(line));
  const names = box.changes().changes.map(({ path }) => (/[\s"'\\]/.test(path) ? `'${path}'` : path));
  return names.filter((name) => name.startsWith(line.slice(at))).map((name) => line.slice(0, at) + name);
}

function say(text: string): undefined {
  process.stdout.write(text);
}

function committed(report: Awaited<ReturnType<Sandbox["commit"]>>): Committed | undefined {
  const paths = report.changes.changes.map(({ path }) => path);
  return paths.length === 0 ? undefined : { paths, ...(report.id && { id: report.id }) };
}

/** Runs a slash command. Throws what the sandbox throws. */
export async function slash(box: Sandbox, text: string, typist: Typist): Promise<Committed | undefined> {
  const [name = "", ...paths] = words(text);
  return SLASH[name]?.(box, paths, typist);
}

/** The words of a line: blanks part them, quotes and backslashes keep them together. */
export function words(line: string): string[] {
  const found = line.match(/(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g) ?? [];
  return found.map((word) =>
    word.replace(
      /\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g,
      (_, escaped?: string, double?: string, single?: string) =>
        escaped ?? double?.replace(/\\(.)/g, "$1") ?? single ?? "",
    ),
  );
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}

/** The keyboard's review; where there is no terminal one file after another, each with a question. */
async function review(box: Sandbox, paths: string[], typist: Typist): Promise<Committed | undefined> {
  if (!process.stdin.isTTY || paintOf(process.stdout) === "none") return reviewFiles(box, paths, typist);
  const { Display } = await import("../review/display.ts");
  const { reviewChanges } = await import("../review/review.ts");
  const { commits } = await typist.aside(() => {
    const display = new Display(process.stdin, process.stdout, paintOf(process.stdout));
    return reviewChanges(box, display, { paths, title: "review" });
  });
  const written = [...new Set(commits.flatMap((one) => one.paths))];
  say(written.length === 0 ? "nothing committed\n" : `committed ${count(written.length, "file")}\n`);
  const id = commits.at(-1)?.id;
  return id === undefined ? undefined : { id, paths: written };
}

async function reviewFiles(box: Sandbox, paths: string[], typist: Typist): Promise<Committed | undefined> {
  const taken: string[] = [];
  for (const change of box.changes(paths).changes) {
    await writeAll(process.stdout, colourPatch(box.diff([change.path]), process.stdout));
    const flag = change.flag === undefined ? "" : ` (can run code on your machine later: ${change.flag})`;
    if (!(await typist.confirm(`commit ${showName(change.path)}${flag}?`))) continue;
    const report = await box.commit({ paths: [change.path], allowRisky: [change.path] });
    taken.push(...(committed(report)?.paths ?? []));
  }
  say(taken.length === 0 ? "nothing committed\n" : `committed ${count(taken.length, "file")}\n`);
  return taken.length === 0 ? undefined : { paths: taken };
}
