import { basename } from "node:path";
import { CliError, EXIT } from "../cli/errors.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed, projectPath } from "../cli/options.ts";
import { BY_CALL, selectionOf } from "../cli/selection.ts";
import { paintOf, styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const review: CliCommand = {
  usage: "review [PATH…] [options]",
  about:
    "Goes through the changes at the keyboard: take, leave, split and edit hunks, then commit; ? shows the keys.",
  flags: {
    ...COMMON,
    ...BY_CALL,
    list: {
      type: "boolean",
      help: "print the hunks with their numbers instead; so it is without a terminal",
    },
    split: { type: "boolean", help: "with --list, --json: each change as a hunk by itself" },
  },
  async run({ values, positionals }: Parsed) {
    const isScreen = process.stdin.isTTY && process.stdout.isTTY && process.env.TERM !== "dumb";
    const atKeyboard = isScreen && !values.list && !values.json;
    const box = await openBox(values, { readOnly: !atKeyboard });
    try {
      const paths = selectionOf(values, positionals, box);
      if (!atKeyboard) {
        const changes = box.review(paths, values.split ? 0 : undefined);
        const { reviewText } = await import("../review/list.ts");
        const width = process.stdout.columns || Number.POSITIVE_INFINITY;
        const text = values.json
          ? `${JSON.stringify(changes)}\n`
          : reviewText(changes, {
              ...{ width, numbers: true, style: styleOf(process.stdout), paint: paintOf(process.stdout) },
            });
        await writeAll(process.stdout, text === "" ? "no changes\n" : text);
        return EXIT.OK;
      }
      if (values.split) throw new CliError("review --split: expected --list or --json with it", EXIT.USAGE);
      const { Display } = await import("../review/display.ts");
      const { reviewChanges } = await import("../review/review.ts");
      const display = new Display(process.stdin, process.stdout, paintOf(process.stdout));
      const title = `review ${basename(projectPath(values))}`;
      const { commits } = await reviewChanges(box, display, { paths, title });
      const count = (paths: string[]) => `${paths.length} path${paths.length === 1 ? "" : "s"}`;
      for (const { id, paths } of commits) process.stdout.write(`committed ${id}: ${count(paths)}\n`);
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};
