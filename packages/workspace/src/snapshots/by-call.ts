import { decodeText } from "@shadowbox/vfs";
import { canSplit, reviewChange, type Writers } from "../changes/review.ts";
import { type Picked, type Selected, type Selection, selectChanges } from "../changes/select.ts";
import type { Change } from "../changes/types.ts";
import type { Snapshots } from "./snapshots.ts";

/** The selected changes, as {@link selectChanges}; items with `calls` are narrowed to what those calls wrote. */
export function selectWithCalls(
  changes: readonly Change[],
  selection: readonly Selection[] | undefined,
  snapshots: Snapshots,
): Picked[] {
  if (!selection?.some((item) => typeof item !== "string" && item.calls !== undefined))
    return selectChanges(changes, selection);
  const narrowed = selection.flatMap((item) =>
    typeof item === "string" || item.calls === undefined ? [item] : narrow(changes, item, snapshots),
  );
  return narrowed.length === 0 ? [] : selectChanges(changes, narrowed);
}

function narrow(
  changes: readonly Change[],
  { path, calls = [] }: Selected,
  snapshots: Snapshots,
): Selected[] {
  const wanted = new Set(calls);
  const touched = new Set(
    snapshots
      .list()
      .filter(({ id }) => wanted.has(id))
      .flatMap(({ paths }) => paths),
  );
  return selectChanges(changes, [path]).flatMap(({ change }): Selected[] => {
    const name = decodeText(change.path);
    if (change.implied || !(touched.has(name) || (change.from && touched.has(decodeText(change.from)))))
      return [];
    if (!canSplit(change)) return [{ path: name }];
    const { hunks } = reviewChange({ change }, writersOf(snapshots, change), 0);
    const taken = hunks.flatMap(({ lines }, number) =>
      lines.some(({ call }) => call !== undefined && wanted.has(call)) ? [number] : [],
    );
    return taken.length === 0 ? [] : [{ path: name, hunks: taken, context: 0 }];
  });
}

/** Who wrote the lines of a change; undefined for what has no lines. */
export function writersOf(snapshots: Snapshots, change: Change): Writers | undefined {
  const { before, after } = change;
  if ((after ?? before)?.kind !== "file") return undefined;
  return snapshots.writers(
    change.path,
    before?.read() ?? new Uint8Array(),
    after?.read() ?? new Uint8Array(),
  );
}
