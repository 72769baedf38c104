import type { Sandbox } from "@shadowbox/sandbox/node";
import { listChanges, summaryOf } from "../cli/changes.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { colourPatch } from "../cli/patch.ts";
import { showName, styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

/** The number of a snapshot. */
export function snapshotNumber(text: string | undefined, command: string): number {
  const number = Number(text);
  if (text !== undefined && Number.isSafeInteger(number) && number >= 0) return number;
  throw new CliError(
    `${command}: expected a snapshot's number (shadowbox log), got "${text ?? ""}"`,
    EXIT.USAGE,
  );
}

export const show: CliCommand = {
  usage: "show N [options]",
  about: "Shows what one call changed in the box; shadowbox log has the numbers.",
  flags: COMMON,
  async run({ values, positionals }: Parsed) {
    const id = snapshotNumber(positionals[0], "show");
    const box = await openBox(values, { readOnly: true });
    try {
      const snapshots = box.snapshots();
      const at = snapshots.findIndex((one) => one.id === id);
      // What the oldest that is kept changed is not known once those before it are gone.
      const isOldest = at < 0 || (at === 0 && id > 1);
      const { changes, patch } = box.between(isOldest ? id : (snapshots[at - 1]?.id ?? 0), id);
      const snapshot = snapshots[at];
      if (values.json) process.stdout.write(`${JSON.stringify({ ...snapshot, changes })}\n`);
      else {
        const style = styleOf(process.stdout);
        process.stdout.write(
          `${style.bold(`${id} ${snapshot?.operation}`)} ${style.dim(snapshot?.time ?? "")}\n`,
        );
        if (snapshot?.script !== undefined) process.stdout.write(`${snapshot.script.trim()}\n`);
        process.stdout.write(`${listChanges(changes, style)}\n`);
        await writeAll(process.stdout, colourPatch(patch, process.stdout));
      }
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};

async function restoreTo(values: Parsed["values"], id: number, paths: readonly string[]): Promise<number> {
  const box = await openBox(values);
  try {
    const report = await box.restore(id, paths);
    if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
    else {
      for (const path of report.paths) process.stdout.write(`${showName(path)}\n`);
      const what = `${report.paths.length} path${report.paths.length === 1 ? "" : "s"}`;
      process.stdout.write(`${what} as after snapshot ${id}; ${summaryOf(box.changes())}\n`);
    }
    return EXIT.OK;
  } finally {
    await box.close();
  }
}

export const restore: CliCommand = {
  usage: "restore N [PATH…] [options]",
  about: "Makes the box as it was after snapshot N (0: before the first); the project is not touched.",
  flags: COMMON,
  run: ({ values, positionals: [id, ...paths] }) => restoreTo(values, snapshotNumber(id, "restore"), paths),
};

export const rewind: CliCommand = {
  usage: "rewind [COUNT] [options]",
  about: "Takes the last COUNT calls back in the box (default 1); the project is not touched.",
  flags: COMMON,
  async run({ values, positionals }: Parsed) {
    const count = Number(positionals[0] ?? "1");
    if (!(Number.isInteger(count) && count > 0))
      throw new CliError(`rewind: expected how many calls, 1 or more, got "${positionals[0]}"`, EXIT.USAGE);
    const box = await openBox(values, { readOnly: true });
    const snapshots = box.snapshots();
    await box.close();
    const target = snapshots.at(-1 - count)?.id ?? 0;
    return restoreTo(values, target, []);
  },
};

export const blame: CliCommand = {
  usage: "blame PATH [options]",
  about: "Shows which call wrote each line of a file in the box.",
  flags: COMMON,
  async run({ values, positionals: [path] }: Parsed) {
    if (path === undefined) throw new CliError("blame: expected a path, got none", EXIT.USAGE);
    const box = await openBox(values, { readOnly: true });
    try {
      const lines = box.blame(path.replace(/^\.\//, ""));
      const style = styleOf(process.stdout);
      if (values.json) {
        const rows = lines.map(({ text, snapshot }) => ({
          text: Buffer.from(text).toString(),
          ...(snapshot && { snapshot: snapshot.id, time: snapshot.time, script: snapshot.script }),
        }));
        await writeAll(process.stdout, `${JSON.stringify(rows)}\n`);
        return EXIT.OK;
      }
      const heads = lines.map(({ snapshot }) =>
        snapshot === undefined
          ? ""
          : `${snapshot.id} ${snapshot.time.slice(11, 19)} ${shorten(snapshot.script ?? snapshot.operation)}`,
      );
      const width = Math.max(0, ...heads.map((head) => head.length));
      const rows = lines.map(({ text }, i) => {
        const line = Buffer.from(text).toString("latin1").replace(/\n$/, "");
        return `${style.dim((heads[i] ?? "").padEnd(width))} ${String(i + 1).padStart(4)} ${line}\n`;
      });
      await writeAll(process.stdout, Buffer.from(rows.join(""), "latin1"));
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};

/** The beginning of a script, in ASCII, for a column. */
function shorten(script: string): string {
  const line = (script.trim().split("\n")[0] ?? "").replace(/[^\x20-\x7e]/g, "?");
  return line.length > 24 ? `${line.slice(0, 21)}...` : line;
}

export const refresh: CliCommand = {
  usage: "refresh [PATH…] [options]",
  about: "Brings your newer edits of the project into the box, merging where both changed a file.",
  flags: {
    ...COMMON,
    theirs: { type: "boolean", help: "where both changed: keep the box's version" },
    ours: { type: "boolean", help: "where both changed: take the project's version" },
  },
  async run({ values, positionals }: Parsed) {
    const box = await openBox(values);
    try {
      const answer = values.theirs ? "theirs" : values.ours ? "ours" : "merge";
      const report = await box.refresh({ paths: positionals, onConflict: answer });
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else
        process.stdout.write(
          conflictLines(report.conflicts, "cannot be merged: answer --theirs or --ours") ||
            "the box has all of the project's edits\n",
        );
      return report.conflicts.some(({ resolution, marks }) => resolution === undefined || marks)
        ? EXIT.FAILED
        : EXIT.OK;
    } finally {
      await box.close();
    }
  },
};

/** One line for each path that both sides changed; `unanswered` ends that of one without an answer. */
export function conflictLines(
  conflicts: Awaited<ReturnType<Sandbox["refresh"]>>["conflicts"],
  unanswered: string,
  isDry = false,
): string {
  const merged = isDry ? "would be merged" : "merged";
  return conflicts
    .map(({ path, reason, resolution, marks, lost, holds }) => {
      const outcome =
        marks !== undefined
          ? `${merged} with ${marks} conflict${marks === 1 ? "" : "s"}${isDry ? "" : ", marked in the box"}`
          : resolution === undefined
            ? lost
              ? "deleted in the project, and the box has no copy of it: discard it"
              : holds !== undefined
                ? `a folder in the project that has ${showName(holds)}, which the box did not remove; answer --ours or --skip`
                : `${reason} in the project, ${unanswered}`
            : resolution === "merge"
              ? merged
              : resolution;
      return `  ${showName(path)}: ${outcome}\n`;
    })
    .join("");
}
