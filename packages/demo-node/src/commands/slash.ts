import type { Sandbox } from "@shadowbox/sandbox/node";
import { listChanges, summaryOf } from "../cli/changes.ts";
import { colourPatch } from "../cli/patch.ts";
import { showName, styleOf, writeAll } from "../cli/terminal.ts";
import { confirm } from "./change.ts";

export const SLASH_HELP = `  /status [PATH…]   what would change         /diff [PATH…]     the same as a patch
  /review           file by file              /commit [PATH…]   write it to the project
  /discard [PATH…]  take it back              /undo             take the last commit back
  /log              what was done             /quit             leave (the shadow is kept)
`;

/** A commit that a command made, for the session's log. */
export interface Committed {
  id?: string;
  paths: string[];
}

type Slash = (box: Sandbox, paths: string[]) => Promise<Committed | undefined>;

/** Runs one line in the box's session shell, output straight to the terminal; its status. */
export async function runLine(box: Sandbox, script: string, signal: AbortSignal): Promise<number> {
  const result = await box.exec(script, {
    session: true,
    signal,
    maxOutputBytes: 0,
    onStdout: (bytes) => process.stdout.write(bytes),
    onStderr: (bytes) => process.stderr.write(bytes),
  });
  return result.status;
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
  "/commit": async (box, paths) => {
    const report = await box.commit({ paths });
    say(`committed ${report.id ?? "nothing"}: ${summaryOf(report.changes)}\n`);
    return committed(report);
  },
  "/discard": async (box, paths) => say(`discarded ${(await box.discard(paths)).paths.length} changes\n`),
  "/undo": async (box) => {
    const { id, paths } = await box.undo();
    return say(`took back commit ${id}: ${paths.length} paths are as before\n`);
  },
  "/log": async (box) => {
    for (const { time, operation, script, paths } of box.log())
      say(`${time} ${operation} ${script ?? paths.map(showName).join(" ")}\n`);
    return undefined;
  },
};

export const SLASH_NAMES: readonly string[] = [...Object.keys(SLASH), "/help", "/quit"];

function say(text: string): undefined {
  process.stdout.write(text);
}

function committed(report: Awaited<ReturnType<Sandbox["commit"]>>): Committed | undefined {
  const paths = report.changes.changes.map(({ path }) => path);
  return paths.length === 0 ? undefined : { paths, ...(report.id && { id: report.id }) };
}

/** Runs a slash command. Throws what the sandbox throws. */
export async function slash(box: Sandbox, text: string): Promise<Committed | undefined> {
  const [name, ...paths] = text.split(/\s+/) as [string, ...string[]];
  return SLASH[name]?.(box, paths);
}

/** Shows one file after another and asks whether to commit it. */
async function review(box: Sandbox, paths: string[]): Promise<Committed | undefined> {
  const taken: string[] = [];
  for (const change of box.changes(paths).changes) {
    await writeAll(process.stdout, colourPatch(box.diff([change.path]), process.stdout));
    if (!(await confirm(`commit ${showName(change.path)}?`))) continue;
    taken.push(...(committed(await box.commit({ paths: [change.path] }))?.paths ?? []));
  }
  return taken.length === 0 ? undefined : { paths: taken };
}
