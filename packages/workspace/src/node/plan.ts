import { decodeText } from "@shadowbox/vfs";
import { answerFor } from "../changes/answers.ts";
import { checkRisks } from "../changes/risks.ts";
import type { Picked } from "../changes/select.ts";
import { type Shadow, viewOf } from "../changes/shadow.ts";
import { type Change, isSameStamp, keepsContent, partOf, type Side } from "../changes/types.ts";
import { WorkspaceError } from "../errors.ts";
import type { CommitOptions, Conflict } from "../operations.ts";
import { joinPath, keyPath, parentKey, pathKey, sameBytes } from "../paths.ts";
import { ConfinedFolder } from "./confined.ts";
import { mergeWith } from "./merge-with.ts";
import type { Content, Proposed } from "./plans.ts";
import type { Standing } from "./stamps.ts";
import { readStanding } from "./standing.ts";
import type { Step } from "./transaction.ts";

/** What a commit does. */
export interface Plan {
  steps: Step[];
  /** What will be in the project afterwards; of a file taken in part, the part. */
  changes: Change[];
  /** What the shadow is to let go of without writing it. */
  dropped: Change[];
  conflicts: Conflict[];
}

/** Compares the changes with the project as it is now. Throws WorkspaceError `conflict` when a conflict has no
 * answer, `risky` when a risk has no yes. */
export function planCommit(
  shadow: Shadow,
  project: string,
  picked: readonly Picked[],
  options: CommitOptions,
): Plan {
  const target = new ConfinedFolder(project);
  const plan: Plan = { steps: [], changes: [], dropped: [], conflicts: [] };
  try {
    const removed = new Set(
      picked
        .flatMap(({ change: { path, from, after } }) => [...(after ? [] : [path]), ...(from ? [from] : [])])
        .map(pathKey),
    );
    const answers = { ...options, removed, made: new Set<string>() };
    for (const item of picked) planChange(shadow, target, item, answers, plan);
  } finally {
    target.close();
  }
  if (options.dryRun) return plan;
  const open = plan.conflicts.filter(({ resolution }) => resolution === undefined);
  if (open.length > 0) throw new WorkspaceError("conflict", conflictMessage(open));
  checkRisks(plan.changes, options.allowRisky);
  return plan;
}

function conflictMessage(open: readonly Conflict[]): string {
  const lines = open.map(({ path, reason, lost, holds }) => {
    if (lost) return `  ${path} (deleted in the project, and the box has no copy of it: answer ours or skip)`;
    if (holds !== undefined)
      return `  ${path} (a folder in the project that has "${holds}", which the box did not remove: answer ours or skip)`;
    return `  ${path} (${reason} in the project since the box saw it)`;
  });
  return `commit: nothing was written, the project changed meanwhile:\n${lines.join("\n")}\nanswer per path with merge (both), theirs (the box's version), ours (the project's) or skip`;
}

function planChange(
  shadow: Shadow,
  target: ConfinedFolder,
  { change, partial }: Picked,
  answers: CommitOptions & { removed: ReadonlySet<string>; made: Set<string> },
  plan: Plan,
): void {
  const held = heldIn(target, change, answers.removed);
  const open = {
    ...(change.lost !== undefined && { lost: true }),
    ...(held !== undefined && { holds: decodeText(held) }),
  };
  const isFinal = change.lost !== undefined || held !== undefined;
  const seen = seenFor(target, change);
  const isCut = seen.at === undefined && change.after && isCutOff(target, change.path, answers.made);
  const compared = isCut ? "changed" : conflictOf(target, change, seen);
  const reason = change.lost ? "deleted" : held ? "changed" : compared;
  if (reason !== undefined) {
    const path = decodeText(change.path);
    const given = answerFor(path, answers);
    const answer = isFinal && given !== "ours" && given !== "skip" ? undefined : given;
    // What could be merged was merged before, and is no conflict any more.
    const merged = answer === "merge" && answers.dryRun ? mergeWith(target, change) : undefined;
    const resolution = answer === "merge" && merged === undefined ? undefined : answer;
    const marks = merged !== undefined && merged.marks > 0 && { marks: merged.marks };
    plan.conflicts.push({ path, reason, ...(resolution && { resolution }), ...marks, ...open });
    if (resolution === "ours") plan.dropped.push(change);
    if (merged?.marks === 0)
      plan.changes.push(mergedChange(target, change, { ...merged.view, kind: "file" }));
    if (resolution !== "theirs") return;
  }
  const after = partial?.taken ?? change.after;
  if (after?.kind === "directory") answers.made.add(pathKey(change.path));
  plan.changes.push(partial === undefined ? change : partOf(change, partial.taken));
  const box = partial === undefined ? "after" : "own";
  const keepsTime = keepsContent(change);
  const mtimeNs = keepsTime ? (change.from ? seen.from : seen.at)?.mtimeNs : undefined;
  const time = mtimeNs !== undefined && { mtimeNs };
  if (change.from !== undefined) plan.steps.push({ path: change.from, seen: seen.from, box, keepsTime });
  plan.steps.push({
    ...{ path: change.path, seen: seen.at },
    ...(after && { after: { ...proposal(shadow, change.path, after, partial?.taken), ...time } }),
    ...{ box, keepsTime },
  });
}

/** What stands where a change is to be made, and where the file comes from that moves there. */
interface Seen {
  at: Standing | undefined;
  from: Standing | undefined;
}

/** Looked at before anything is compared: what is written after that differs from it. */
function seenFor(target: ConfinedFolder, { path, from }: Change): Seen {
  return { at: target.look(path), from: from && target.look(from) };
}

/** Whether something that is no folder stands above the path, and is not itself `made` one. */
function isCutOff(target: ConfinedFolder, path: Uint8Array, made: ReadonlySet<string>): boolean {
  for (let at = parentKey(pathKey(path)); at !== ""; at = parentKey(at)) {
    const standing = target.look(keyPath(at));
    if (standing !== undefined) return standing.kind !== "directory" && !made.has(at);
  }
  return false;
}

/** What the project has in a folder that is to give way to a file or link, and that does not go itself. */
function heldIn(
  target: ConfinedFolder,
  { path, before, after }: Change,
  removed: ReadonlySet<string>,
): Uint8Array | undefined {
  if (before?.kind !== "directory" || after === undefined || after.kind === "directory") return undefined;
  const walk = (dir: Uint8Array): Uint8Array | undefined => {
    for (const name of target.list(dir)) {
      const at = joinPath(dir, name);
      if (target.look(at)?.kind !== "directory") {
        if (!removed.has(pathKey(at))) return at;
        continue;
      }
      const held = removed.has(pathKey(at)) ? walk(at) : at;
      if (held !== undefined) return held;
    }
    return undefined;
  };
  return target.look(path)?.kind === "directory" ? walk(path) : undefined;
}

/** What the commit of a change does to the project as it stands, once the box has the merged file. */
function mergedChange(target: ConfinedFolder, change: Change, merged: Content): Change {
  const standing = readStanding(target, change.from ?? change.path) as Content;
  const sideOf = (content: Content): Side => ({
    ...{ kind: content.kind, mode: content.mode, size: content.bytes.length },
    read: () => content.bytes,
  });
  return { ...change, before: sideOf(standing), after: sideOf(merged) };
}

/**
 * What is to stand at the path. It is read by its name: what the box moved is made anew before the project changes, and what it was
 * made of is not there any more.
 */
function proposal(shadow: Shadow, path: Uint8Array, { kind, mode }: Side, part?: Side): Proposed {
  const read = (into?: Uint8Array) => {
    if (part !== undefined) return part.read();
    const [now] = viewOf(shadow, path, false, into);
    if (now?.kind === kind) return now.bytes;
    const shown = JSON.stringify(decodeText(path));
    throw new Error(
      `the content of ${shown} in the box cannot be read any more; discard it or write it anew`,
    );
  };
  return { kind, mode, read };
}

/** What the user did to the path since the box saw it; undefined if it is as it was, or already as it shall be. */
export function conflictOf(
  target: ConfinedFolder,
  change: Change,
  seen = seenFor(target, change),
): Conflict["reason"] | undefined {
  const { before, after, from, path } = change;
  if (from !== undefined) {
    const moved = changedSince(target, from, seen.from, change);
    if (moved !== undefined) return moved;
    return seen.at === undefined ? undefined : "created";
  }
  if (before !== undefined) return changedSince(target, path, seen.at, change);
  const standing = seen.at;
  if (standing === undefined || after === undefined) return undefined;
  if (standing.kind === "directory" && after.kind === "directory") return undefined;
  const now = readStanding(target, path);
  return now?.kind === after.kind && sameBytes(now.bytes, after.read()) ? undefined : "created";
}

function changedSince(
  target: ConfinedFolder,
  path: Uint8Array,
  standing: Standing | undefined,
  change: Change,
): Conflict["reason"] | undefined {
  const { base, before, after: wanted } = change;
  if (standing === undefined) return wanted === undefined ? undefined : "deleted";
  if (standing.kind !== before?.kind) return "changed";
  if (standing.kind === "directory") return undefined;
  if (base !== undefined && isSameStamp(standing, base)) return undefined;
  const now = readStanding(target, path);
  if (now === undefined) return wanted === undefined ? undefined : "deleted";
  const known = before.read();
  // What it was is not known when the user changed it before the box read it.
  if (!change.stale && sameBytes(now.bytes, known) && now.mode === before.mode) return undefined;
  return wanted !== undefined &&
    wanted.kind === now.kind &&
    (wanted.kind === "symlink" || wanted.mode === now.mode) &&
    change.from === undefined &&
    sameBytes(now.bytes, wanted.read())
    ? undefined
    : "changed";
}
