import { decodeText } from "@shadowbox/vfs";
import type { Selection } from "../changes/select.ts";
import type { View } from "../changes/shadow.ts";
import type { Change } from "../changes/types.ts";
import { isBelow, sameBytes } from "../paths.ts";
import type { Content } from "./plans.ts";

/** The selection without what no longer differs, because a merge came to what the project has. */
export function stillDiffering(
  all: readonly Change[],
  paths: readonly Selection[] | undefined,
): readonly Selection[] | undefined | "nothing" {
  if (paths === undefined || paths.length === 0) return paths;
  const left = paths.filter((item) => {
    const name = typeof item === "string" ? item : item.path;
    return all.some(({ path, from }) =>
      [path, ...(from ? [from] : [])].some((one) => isBelow(decodeText(one), [name])),
    );
  });
  return left.length === 0 ? "nothing" : left;
}

/** What a box sees where the project has this. */
export function viewOfContent(path: Uint8Array, content: Content | undefined): View {
  return content === undefined
    ? { path, kind: "nothing", mode: 0, bytes: new Uint8Array() }
    : { path, ...content };
}

/** Whether the box sees just this. */
export function isSeen(view: View, content: Content | undefined): boolean {
  if (content === undefined) return view.kind === "nothing";
  const sameMode = content.kind !== "file" || view.mode === content.mode;
  return view.kind === content.kind && sameMode && sameBytes(view.bytes, content.bytes);
}
