import { concat } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { sameBytes } from "../paths.ts";
import { LineTable, lineAt } from "./lines.ts";
import type { PatchHunk } from "./parse.ts";

/**
 * The text with the hunks' changes made. A hunk goes where its number says, or to the nearest place where all its old lines stand, as
 * with `git apply`. Throws WorkspaceError `invalid` for one that fits nowhere; `name` is for the message.
 */
export function applyHunksTo(text: Uint8Array, hunks: readonly PatchHunk[], name: string): Uint8Array {
  const cut = new LineTable().cut(text);
  const lines = Array.from({ length: cut.count }, (_, i) => lineAt(cut, i));
  const parts: Uint8Array[] = [];
  let done = 0;
  let shift = 0;
  for (const [number, hunk] of hunks.entries()) {
    const old = hunk.lines.filter(({ kind }) => kind !== "added").map((line) => line.text);
    const wanted = Math.max(0, hunk.oldStart - (old.length === 0 ? 0 : 1)) + shift;
    const fresh = hunk.lines.filter(({ kind }) => kind !== "removed").map((line) => line.text);
    const isLast = fresh.at(-1)?.at(-1) !== undefined && fresh.at(-1)?.at(-1) !== NEWLINE;
    const at = placeOf(lines, old, wanted, { from: done, isLast });
    if (at === undefined)
      throw new WorkspaceError(
        "invalid",
        `apply patch to "${name}": hunk ${number + 1}, at line ${hunk.oldStart}, does not fit what is there`,
      );
    shift += at - wanted;
    parts.push(...lines.slice(done, at));
    parts.push(...fresh);
    done = at + old.length;
  }
  return concat([...parts, ...lines.slice(done)]);
}

const NEWLINE = 0x0a;

/** The place nearest to `wanted`, not before `from`, where these lines stand; `isLast`: what comes there ends the file without a newline. */
function placeOf(
  lines: readonly Uint8Array[],
  old: readonly Uint8Array[],
  wanted: number,
  { from, isLast }: { from: number; isLast: boolean },
): number | undefined {
  const fits = (at: number) =>
    at >= from &&
    (isLast ? at + old.length === lines.length : at + old.length <= lines.length) &&
    old.every((line, i) => sameBytes(line, lines[at + i] as Uint8Array));
  for (let far = 0; far <= lines.length; far++) {
    if (fits(wanted + far)) return wanted + far;
    if (fits(wanted - far)) return wanted - far;
  }
  return undefined;
}
