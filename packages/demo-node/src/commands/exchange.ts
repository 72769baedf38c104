import { readFileSync, writeFileSync } from "node:fs";
import { summaryOf } from "../cli/changes.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { SELECTION, selectionOf } from "../cli/selection.ts";
import { showName, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const exportCommand: CliCommand = {
  usage: "export (--patch FILE | --tar FILE) [PATH…] [options]",
  about:
    "Writes the changes as a patch that git apply takes, or the project as the box sees it as a tar archive.",
  flags: {
    ...COMMON,
    ...SELECTION,
    patch: {
      type: "string",
      value: "FILE",
      help: "the changes as a patch, binary files too; - is standard output",
    },
    tar: {
      type: "string",
      value: "FILE",
      help: "the box's project, changed or not, as an archive; - likewise",
    },
  },
  async run({ values, positionals }: Parsed) {
    const { patch, tar } = values;
    if ((patch === undefined) === (tar === undefined))
      throw new CliError("export: expected one of --patch FILE, --tar FILE", EXIT.USAGE);
    const box = await openBox(values, { readOnly: true });
    try {
      const bytes =
        tar === undefined
          ? box.diff(selectionOf(values, positionals, box), { binary: true })
          : box.exportTar(wholePaths(values, positionals));
      const file = (patch ?? tar) as string;
      if (file === "-") await writeAll(process.stdout, bytes);
      else writeFileSync(file, bytes);
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};

/** An archive has whole files, changed or not. */
function wholePaths(values: Parsed["values"], paths: string[]): string[] {
  const wrong = (["call", "session", "hunks", "split"] as const).find((name) => values[name] !== undefined);
  if (wrong === undefined) return paths;
  throw new CliError(`export --tar: expected paths only, got --${wrong}`, EXIT.USAGE);
}

export const importCommand: CliCommand = {
  usage: "import --patch FILE [options]",
  about: "Makes a patch's changes in the box, all or none; the project is not touched.",
  flags: { ...COMMON, patch: { type: "string", value: "FILE", help: "the patch; - is standard input" } },
  async run({ values, positionals }: Parsed) {
    if (typeof values.patch !== "string" || positionals.length > 0)
      throw new CliError("import: expected --patch FILE and nothing else", EXIT.USAGE);
    const patch = readFileSync(values.patch === "-" ? 0 : values.patch);
    const box = await openBox(values);
    try {
      const report = await box.importPatch(patch);
      if (values.json) process.stdout.write(`${JSON.stringify(report)}\n`);
      else {
        for (const path of report.paths) process.stdout.write(`${showName(path)}\n`);
        process.stdout.write(`the box has the patch: ${summaryOf(box.changes())}\n`);
      }
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};
