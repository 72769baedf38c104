import type { Sandbox, Selection } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "./errors.ts";
import type { Flag, Parsed } from "./options.ts";

/** Flags that narrow a change set to what certain calls did. */
export const BY_CALL = {
  call: {
    type: "string",
    multiple: true,
    value: "N",
    help: "only what call N wrote last (numbers: shadowbox log)",
  },
  session: {
    type: "string",
    value: "ID",
    help: "only what the calls of this session of the agent wrote last",
  },
} as const satisfies Record<string, Flag>;

/** The same, and single hunks of one file. */
export const SELECTION = {
  ...BY_CALL,
  hunks: {
    type: "string",
    value: "LIST",
    help: "of one PATH only these hunks, such as 1,3-5; shadowbox review --list shows the numbers",
  },
  split: { type: "boolean", help: "hunks are counted as review --list --split does: each change by itself" },
} as const satisfies Record<string, Flag>;

/** What positionals and flags select. Throws CliError (status 2) naming the flag that is wrong. */
export function selectionOf(values: Parsed["values"], named: readonly string[], box: Sandbox): Selection[] {
  const calls = callsOf(values, box);
  const paths = named.map((path) => exactPath(path, box));
  if (typeof values.hunks === "string") {
    const [path] = paths;
    if (path === undefined || paths.length > 1 || calls !== undefined)
      throw new CliError(`--hunks: expected one PATH and no --call, got ${paths.length} paths`, EXIT.USAGE);
    return [{ path, hunks: numbersOf(values.hunks), ...(values.split === true && { context: 0 }) }];
  }
  if (calls === undefined) return [...paths];
  return (paths.length === 0 ? ["."] : paths).map((path) => ({ path, calls }));
}

/** Node gives bytes that are no UTF-8 as U+FFFD: the one changed file that can be meant. */
function exactPath(path: string, box: Sandbox): string {
  if (!path.includes("\ufffd")) return path;
  const meant = path.replace(/^(\.\/)+/, "");
  const found = box
    .changes()
    .changes.map((change) => change.path)
    .filter((one) => one.replace(/[\udc80-\udcff]/g, "\ufffd") === meant);
  return found.length === 1 ? (found[0] as string) : path;
}

function callsOf(values: Parsed["values"], box: Sandbox): number[] | undefined {
  const given = (values.call as string[] | undefined)?.map((text) => {
    const number = Number(text);
    if (Number.isSafeInteger(number) && number > 0) return number;
    throw new CliError(`--call: expected a call's number (shadowbox log), got "${text}"`, EXIT.USAGE);
  });
  if (typeof values.session !== "string") return given;
  const own = box.snapshots().filter(({ session }) => session === values.session);
  if (own.length === 0)
    throw new CliError(`--session: no call of session "${values.session}" changed anything`, EXIT.USAGE);
  return [...(given ?? []), ...own.map(({ id }) => id)];
}

/** `1,3-5` as [0, 2, 3, 4]. */
function numbersOf(list: string): number[] {
  return list.split(",").flatMap((item) => {
    const [, first, last = first] = /^\s*(\d+)(?:-(\d+))?\s*$/.exec(item) ?? [];
    const [from, to] = [Number(first), Number(last)];
    if (!(from >= 1 && to >= from && to - from < 100_000))
      throw new CliError(`--hunks: expected numbers from 1 such as 1,3-5, got "${list}"`, EXIT.USAGE);
    return Array.from({ length: to - from + 1 }, (_, i) => from - 1 + i);
  });
}
