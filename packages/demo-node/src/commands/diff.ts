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
  usage: "diff [N M] [PATH…] [options]",
  about:
    "Shows the changes as a patch in git's format; with two numbers what differs between these snapshots (./3 is a path).",
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

/** Selections that snapshots do not give. */
const BOX_ONLY = ["call", "session"] as const;

async function textOf(
  box: Sandbox,
  values: Parsed["values"],
  words: readonly string[],
): Promise<string | Uint8Array> {
  const context = contextOf(values.unified);
  const wordDiff = values["word-diff"] === true;
  const forms = { ...(context !== undefined && { context }), words: wordDiff };
  const { ends, paths } = snapshotsOf(box, values, words);
  if (ends !== undefined) {
    const wrong = [...BOX_ONLY, "side-by-side"].find((name) => values[name] !== undefined);
    if (wrong !== undefined) throw new CliError(`diff of snapshots: expected no --${wrong}`, EXIT.USAGE);
    const { changes, patch } = box.between(ends[0], ends[1], { paths, ...forms });
    return shortText(changes, values) ?? patchText(patch, values);
  }
  const selection = selectionOf(values, paths, box);
  const short = values.stat || values["name-only"] ? shortText(box.changes(selection), values) : undefined;
  if (short !== undefined) return short;
  if (values["side-by-side"] && !values.json) {
    const { reviewText } = await import("../review/list.ts");
    const width = process.stdout.columns || 120;
    return reviewText(box.review(selection, context), {
      ...{ width, sideBySide: true, style: styleOf(process.stdout), paint: paintOf(process.stdout) },
    });
  }
  return patchText(box.diff(selection, forms), values);
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

/**
 * The snapshots that are to be compared, if they are: `N M` in front of the paths, or --since. A path of digits is told from a number by
 * `./` before it.
 */
function snapshotsOf(
  box: Sandbox,
  { since, until }: Parsed["values"],
  words: readonly string[],
): { ends?: [number, number]; paths: readonly string[] } {
  if (since === undefined && until !== undefined)
    throw new CliError("diff --until: expected --since with it", EXIT.USAGE);
  if (since !== undefined) {
    const last = box.snapshots().at(-1)?.id ?? 0;
    const to = until === undefined ? last : snapshotNumber(until as string, "diff --until");
    return { ends: [snapshotNumber(since as string, "diff --since"), to], paths: words };
  }
  const [from = "", to = ""] = words;
  if (!/^\d+$/.test(from) || !/^\d+$/.test(to)) return { paths: words };
  const path = box.changes().changes.find((one) => one.path === from || one.path === to)?.path;
  if (path !== undefined)
    throw new CliError(
      `diff ${from} ${to}: expected snapshots, got the name of a changed file, too: write ./${path} for the file`,
      EXIT.USAGE,
    );
  return { ends: [snapshotNumber(from, "diff"), snapshotNumber(to, "diff")], paths: words.slice(2) };
}
