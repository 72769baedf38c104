import { listChanges, summaryOf } from "../cli/changes.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { BY_CALL, selectionOf } from "../cli/selection.ts";
import { styleOf } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const status: CliCommand = {
  usage: "status [PATH…] [options]",
  about: "Lists what the box would change in the project.",
  flags: { ...COMMON, ...BY_CALL },
  async run({ values, positionals }: Parsed) {
    const box = await openBox(values, { readOnly: true });
    try {
      const changes = box.changes(selectionOf(values, positionals, box));
      if (values.json) process.stdout.write(`${JSON.stringify(changes)}\n`);
      else process.stdout.write(`${listChanges(changes, styleOf(process.stdout))}${summaryOf(changes)}\n`);
      return 0;
    } finally {
      await box.close();
    }
  },
};
