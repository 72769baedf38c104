import { decodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import type { CommitOptions } from "../operations.ts";
import { dangerOf } from "./flags.ts";
import type { Change } from "./types.ts";

/** Throws WorkspaceError `risky` when a risk has no yes. */
export function checkRisks(changes: readonly Change[], allowed: CommitOptions["allowRisky"] = false): void {
  const risky = changes.flatMap((change) => riskOf(change, allowed));
  if (risky.length > 0) throw new WorkspaceError("risky", riskMessage(risky));
}

/** Throws WorkspaceError `conflict` when a content cannot be had any more. */
export function checkLost(changes: readonly Change[], what: string): void {
  const lost = changes.flatMap(({ path, lost }) =>
    lost ? [`  ${decodeText(path)}: was "${decodeText(lost)}" in the project, which is gone there`] : [],
  );
  if (lost.length > 0)
    throw new WorkspaceError(
      "conflict",
      `${what}: nothing was written, a moved file was removed from the project, and the box has no copy of it:\n${lost.join("\n")}\ndiscard it, or name other paths`,
    );
}

/** What is wrong with writing the change without more ado. */
function riskOf(change: Change, allowed: boolean | readonly string[]): string[] {
  const why = dangerOf(change);
  const path = decodeText(change.path);
  if (why === undefined || allowed === true || (allowed !== false && allowed.includes(path))) return [];
  return [`  ${path}: ${why}`];
}

function riskMessage(risky: readonly string[]): string {
  return `commit: nothing was written, these can run code on your machine later:\n${risky.join("\n")}\nlook at them and allow them with --allow-risky, or commit other paths`;
}
