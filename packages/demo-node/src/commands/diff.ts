import type { Sandbox } from "@shadowbox/sandbox/node";
import type { ChangeSet } from "../cli/changes.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { colourPatch } from "../cli/patch.ts";
import { BY_CALL, selectionOf } from "../cli/selection.ts";
import { statLines } from "../cli/stat.ts";
import { paintOf, showName, styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";
import { snapshotNumber } from "./snapshots.ts";

export const diff: CliCommand = {
  usage: "diff [PATH… | N M] [options]",
  about: "Shows the changes as a patch in git's format; N M: what the calls after snapshot N up to M did.",
  flags: {
    ...COMMON,
    ...BY_CALL,
    stat: { type: "boolean", help: "only how many lines changed, file by file" },
    "name-only": { type: "boolean", help: "only the paths" },
    "word-diff": { type: "boolean", help: "words instead of lines: [-removed-]{+added+}" },
    "side-by-side": { type: "boolean", help: "old and new beside each other" },
    unified: {
      type: "string",
      short: "U",
      value: "N",
      help: "lines of context around each change (default 3)",
    },
    since: { type: "string", value: "N", help: "diff N M, where M is the last snapshot (0: all)" },
    until: { type: "string", value: "M", help: "with --since: up to this snapshot" },
  },
  async run({ values, positionals }: Parsed) {
    const box = await openBox(values, { readOnly: true });
    try {
      await writeAll(process.stdout, await textOf(box, values, positionals));
      return EXIT.OK;
    } finally {
      await box.close();
    }
  },
};

/** Forms that need the texts of both sides, which snapshots do not give. */
const FULL_ONLY = ["word-diff", "side-by-side", "unified", "call", "session"] as const;

async function textOf(
  box: Sandbox,
  values: Parsed["values"],
  paths: readonly string[],
): Promise<string | Uint8Array> {
  const range = rangeOf(box, values, paths);
  if (range !== undefined) {
    const { changes, patch } = box.between(...range);
    return shortText(changes, values) ?? patchText(patch, values);
  }
  const selection = selectionOf(values, paths, box);
  const context = contextOf(values.unified);
  const short = values.stat || values["name-only"] ? shortText(box.changes(selection), values) : undefined;
  if (short !== undefined) return short;
  if (values["side-by-side"] && !values.json) {
    const { reviewText } = await import("../review/list.ts");
    const width = process.stdout.columns || 120;
    return reviewText(box.review(selection, context), {
      ...{ width, sideBySide: true, style: styleOf(process.stdout), paint: paintOf(process.stdout) },
    });
  }
  const words = values["word-diff"] === true;
  return patchText(box.diff(selection, { ...(context !== undefined && { context }), words }), values);
}

function contextOf(text: unknown): number | undefined {
  if (text === undefined) return undefined;
  const lines = Number(text);
  if (Number.isSafeInteger(lines) && lines >= 0) return lines;
  throw new CliError(`diff --unified: expected a number of lines, got "${text}"`, EXIT.USAGE);
}

/** The change set without its lines, if that is wanted. */
function shortText(changes: ChangeSet, values: Parsed["values"]): string | undefined {
  if (values.json && (values.stat || values["name-only"])) return `${JSON.stringify(changes)}\n`;
  if (values["name-only"]) return changes.changes.map(({ path }) => `${showName(path)}\n`).join("");
  return values.stat ? statLines(changes, styleOf(process.stdout), process.stdout.columns || 80) : undefined;
}

function patchText(patch: Uint8Array, values: Parsed["values"]): string | Uint8Array {
  if (values.json) return `${JSON.stringify({ patch: Buffer.from(patch).toString() })}\n`;
  return colourPatch(patch, process.stdout, values["word-diff"] === true);
}

const NUMBER = /^\d+$/;

/** The two snapshots that are to be compared, if it is about snapshots. */
function rangeOf(
  box: Sandbox,
  values: Parsed["values"],
  paths: readonly string[],
): [number, number] | undefined {
  const isPair = paths.length === 2 && paths.every((text) => NUMBER.test(text));
  if (values.since === undefined) {
    if (values.until !== undefined)
      throw new CliError("diff --until: expected --since, too, got none", EXIT.USAGE);
    if (!isPair) return undefined;
    const path = box.changes().changes.find((one) => paths.includes(one.path))?.path;
    if (path !== undefined)
      throw new CliError(
        `diff ${paths.join(" ")}: expected snapshots, got the name of a changed file, too: write ./${path} for the file`,
        EXIT.USAGE,
      );
  } else if (paths.length > 0)
    throw new CliError(`diff --since: expected no PATH, got "${paths[0]}"`, EXIT.USAGE);
  const wrong = FULL_ONLY.find((name) => values[name] !== undefined);
  if (wrong !== undefined)
    throw new CliError(`diff of snapshots: expected no other selection or form, got --${wrong}`, EXIT.USAGE);
  if (isPair) return [Number(paths[0]), Number(paths[1])];
  const last = box.snapshots().at(-1)?.id ?? 0;
  const until = values.until === undefined ? last : snapshotNumber(values.until as string, "diff --until");
  return [snapshotNumber(values.since as string, "diff --since"), until];
}
