import type { CommitOptions, Resolution } from "../operations.ts";
import { parentKey } from "../paths.ts";

/** The answer for a path: its own, else that of the nearest folder above it, else that for all others. */
export function answerFor(
  path: string,
  { conflicts = {}, onConflict }: Pick<CommitOptions, "conflicts" | "onConflict">,
): Resolution | undefined {
  for (let at = path; at !== ""; at = parentKey(at)) {
    const answer = conflicts[at] ?? conflicts[`${at}/`];
    if (answer !== undefined) return answer;
  }
  return conflicts["."] ?? onConflict;
}
