import type { Sandbox } from "@shadowbox/sandbox/node";
import { listChanges, summaryOf } from "../cli/changes.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { colourPatch } from "../cli/patch.ts";
import { styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";
import { snapshotNumber } from "./snapshots.ts";

export const status: CliCommand = {
  usage: "status [PATH…] [options]",
  about: "Lists what the box would change in the project.",
  flags: COMMON,
  async run({ values, positionals }: Parsed) {
    const box = await openBox(values, { readOnly: true });
    const changes = box.changes(positionals);
    if (values.json) process.stdout.write(`${JSON.stringify(changes)}\n`);
    else process.stdout.write(`${listChanges(changes, styleOf(process.stdout))}${summaryOf(changes)}\n`);
    await box.close();
    return 0;
  },
};

export const diff: CliCommand = {
  usage: "diff [PATH…] [options]",
  about: "Shows the changes as a patch in git's format.",
  flags: {
    ...COMMON,
    since: { type: "string", value: "N", help: "what the calls after snapshot N changed (0: all)" },
    until: { type: "string", value: "N", help: "with --since: up to this snapshot (default the last)" },
  },
  async run({ values, positionals }: Parsed) {
    const box = await openBox(values, { readOnly: true });
    const patch = values.since === undefined ? box.diff(positionals) : sinceSnapshot(box, values);
    if (values.json)
      await writeAll(process.stdout, `${JSON.stringify({ patch: Buffer.from(patch).toString() })}\n`);
    else await writeAll(process.stdout, colourPatch(patch, process.stdout));
    await box.close();
    return 0;
  },
};

function sinceSnapshot(box: Sandbox, values: Parsed["values"]): Uint8Array {
  const last = box.snapshots().at(-1)?.id ?? 0;
  const until = values.until === undefined ? last : snapshotNumber(values.until as string, "diff --until");
  return box.between(snapshotNumber(values.since as string, "diff --since"), until).patch;
}
