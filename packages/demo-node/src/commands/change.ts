import type { Resolution, Sandbox } from "@shadowbox/sandbox/node";
import { type ChangeSet, listChanges, summaryOf } from "../cli/changes.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { logLine } from "../cli/log.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { confirm as ask } from "../cli/questions.ts";
import { SELECTION, selectionOf } from "../cli/selection.ts";
import { showName, styleOf } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";
import { conflictLines } from "./snapshots.ts";

export const commit: CliCommand = {
  usage: "commit [PATH…] [options]",
  about: "Writes the box's changes to the project, all or nothing; `shadowbox undo` takes them back.",
  flags: {
    ...COMMON,
    ...SELECTION,
    yes: { type: "boolean", short: "y", help: "do not ask" },
    "allow-risky": {
      type: "boolean",
      help: "write flagged paths (hooks, CI, scripts …), too, without asking",
    },
    "dry-run": { type: "boolean", help: "only show what would be written" },
    "git-branch": {
      type: "string",
      value: "NAME",
      help: "make a git commit on this branch instead; work tree and index stay as they are",
    },
    message: { type: "string", short: "m", value: "TEXT", help: "with --git-branch: the commit's message" },
    merge: { type: "boolean", help: "where both changed: merge, in the box first" },
    theirs: {
      type: "string",
      multiple: true,
      value: "PATH",
      help: "where both changed at or below PATH: take the box's version",
    },
    ours: {
      type: "string",
      multiple: true,
      value: "PATH",
      help: "the same: keep the project's version",
    },
    skip: {
      type: "string",
      multiple: true,
      value: "PATH",
      help: "the same: leave both as they are",
    },
  },
  run: runCommit,
};

async function runCommit({ values, positionals }: Parsed): Promise<number> {
  const box = await openBox(values);
  try {
    const paths = selectionOf(values, positionals, box);
    const preview = box.changes(paths);
    if (preview.changes.length > 0 && !values.yes && !values["dry-run"] && !values.json) {
      process.stderr.write(listChanges(preview, styleOf(process.stderr)));
      const where = values["git-branch"] === undefined ? "the project" : `branch ${values["git-branch"]}`;
      if (!(await confirm(`write ${summaryOf(preview)} to ${where}?`))) return EXIT.FAILED;
    }
    const allowRisky = values["allow-risky"] === true || (await confirmRisky(preview, values));
    const report = await box.commit({
      paths,
      allowRisky,
      ...(values.merge && { onConflict: "merge" as const }),
      conflicts: answersOf(values),
      ...(typeof values["git-branch"] === "string" && { gitBranch: values["git-branch"] }),
      ...(typeof values.message === "string" && { message: values.message }),
      dryRun: values["dry-run"] === true,
    });
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else process.stdout.write(commitLine(report, values["dry-run"] === true));
    return EXIT.OK;
  } finally {
    await box.close();
  }
}

/** Flagged paths need a yes of their own; `-y` is not one. Where nobody can answer the commit refuses them. */
async function confirmRisky(preview: ChangeSet, values: Parsed["values"]): Promise<boolean> {
  const risky = preview.changes.filter(({ flag }) => flag !== undefined);
  if (risky.length === 0 || values["dry-run"] || values.json || !process.stdin.isTTY) return false;
  const style = styleOf(process.stderr);
  for (const { path, flag } of risky) process.stderr.write(`${style.red(showName(path))}: ${flag}\n`);
  return confirm("these can run code on your machine later; write them, too?");
}

function commitLine(report: Awaited<ReturnType<Sandbox["commit"]>>, dry: boolean): string {
  const style = styleOf(process.stdout);
  const conflicts = conflictLines(report.conflicts, "answer --merge, --theirs, --ours or --skip", dry);
  if (report.changes.changes.length === 0) return `nothing to commit\n${conflicts}`;
  const list = listChanges(report.changes, style);
  const { git } = report;
  const name = git ? `${git.commit.slice(0, 10)} on branch ${git.branch}` : (report.id ?? "");
  const verb = dry ? "would commit" : `committed ${name}`.trim();
  const ignored =
    git?.ignored.map((path) => `  ${showName(path)}: left out, git ignores it\n`).join("") ?? "";
  return `${list}${conflicts}${ignored}${verb}: ${summaryOf(report.changes)}\n`;
}

function answersOf(values: Parsed["values"]): Record<string, Resolution> {
  const answers: Record<string, Resolution> = {};
  for (const answer of ["theirs", "ours", "skip"] as const)
    for (const path of (values[answer] as string[] | undefined) ?? [])
      answers[path.replace(/^\.\/(?=.)/, "").replace(/\/+$/, "")] = answer;
  return answers;
}

/** Asks a person; without a terminal nobody can answer, and the user is told the flag to give. */
export async function confirm(question: string): Promise<boolean> {
  if (!process.stdin.isTTY)
    throw new CliError(`${question} nobody can answer here: add -y to agree`, EXIT.USAGE);
  return ask(question, process.stderr.isTTY ? process.stderr : process.stdout);
}

export const discard: CliCommand = {
  usage: "discard [PATH…] [options]",
  about: "Takes changes back in the box; the project is not touched.",
  flags: { ...COMMON, ...SELECTION, yes: { type: "boolean", short: "y", help: "do not ask" } },
  async run({ values, positionals }: Parsed) {
    const box = await openBox(values);
    try {
      const paths = selectionOf(values, positionals, box);
      const preview = box.changes(paths);
      if (preview.changes.length > 0 && !values.yes && !values.json && process.stdin.isTTY) {
        process.stderr.write(listChanges(preview, styleOf(process.stderr)));
        if (!(await confirm(`discard ${summaryOf(preview)}?`))) return EXIT.FAILED;
      }
      const report = await box.discard(paths);
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else
        process.stdout.write(
          report.paths.length === 0 ? "nothing to discard\n" : `discarded ${summaryOf(preview)}\n`,
        );
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};

function reversal(verb: "undo" | "redo", about: string, done: string): CliCommand {
  return {
    usage: `${verb} [options]`,
    about,
    flags: COMMON,
    async run({ values }: Parsed) {
      const box = await openBox(values);
      try {
        const report = await box[verb]();
        if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
        else {
          const count = report.paths.length;
          process.stdout.write(`${done} commit ${report.id} (${count} path${count === 1 ? "" : "s"})\n`);
        }
        return EXIT.OK;
      } finally {
        await box.close();
      }
    },
  };
}

export const undo = reversal(
  "undo",
  "Takes the last commit back in the project, unless you changed its files since; the box has its changes again.",
  "took back",
);

export const redo = reversal(
  "redo",
  "Does the last commit that was taken back again, unless you changed its files since.",
  "did again",
);

export const log: CliCommand = {
  usage: "log [options]",
  about:
    "Lists what was done with this project's box, newest first; a number is the snapshot of what it changed.",
  flags: COMMON,
  async run({ values }: Parsed) {
    const box = await openBox(values, { readOnly: true });
    const entries = [...box.log()].reverse();
    const style = styleOf(process.stdout);
    for (const entry of entries) {
      if (values.json) process.stdout.write(`${JSON.stringify(entry)}\n`);
      else process.stdout.write(logLine(entry, style));
    }
    await box.close();
    return EXIT.OK;
  },
};
