import type { CommitResult, Resolution, Selection } from "@shadowbox/sandbox/node";
import { type ChangeSet, summaryOf } from "../cli/changes.ts";
import type { ReviewSession } from "./review.ts";

/** Writes what is taken to the project, after the questions that there are to ask. */
export async function commitTaken(session: ReviewSession): Promise<void> {
  const { box, model, screen } = session;
  const paths = model.selection();
  if (paths.length === 0) {
    screen.message = "nothing is taken yet: space takes a file or hunk, a takes all";
    return;
  }
  const preview = box.changes(paths);
  if ((await session.ask(`write ${summaryOf(preview)} to the project? [y/n] `)) !== "y") return;
  if (!(await agreesToRisks(session, preview))) return;
  const report = await answered(session, paths);
  if (report === undefined) return;
  const written = report.changes.changes.map(({ path }) => path);
  if (report.id !== undefined) session.commits.push({ id: report.id, paths: written });
  session.reload();
  const marked = report.conflicts.filter(({ marks }) => marks !== undefined).map(({ path }) => path);
  const left = marked.length === 0 ? "" : `; conflicts are marked in the box: ${marked.join(", ")}`;
  screen.message =
    report.id === undefined
      ? `nothing was written${left}`
      : `committed ${report.id}: ${summaryOf(report.changes)}; shadowbox undo takes it back${left}`;
}

/** Each path that could run code later needs a yes of its own. */
async function agreesToRisks(session: ReviewSession, { changes }: ChangeSet): Promise<boolean> {
  for (const { path, flag } of changes) {
    if (flag === undefined) continue;
    if ((await session.ask(`! ${path} (${flag}): write it? [y/n] `)) === "y") continue;
    session.screen.message = `nothing was written: take ${path} out first`;
    return false;
  }
  return true;
}

const ANSWERS: Readonly<Record<string, Resolution>> = { m: "merge", b: "theirs", p: "ours", s: "skip" };

/** Commits; where the project changed meanwhile the person says what to do. Undefined: they would rather not. */
async function answered(session: ReviewSession, paths: Selection[]): Promise<CommitResult | undefined> {
  const { box } = session;
  try {
    return await box.commit({ paths, allowRisky: true });
  } catch (error) {
    if ((error as { code?: string }).code !== "conflict") throw error;
  }
  const { conflicts } = await box.commit({ paths, dryRun: true });
  const answers: Record<string, Resolution> = {};
  for (const { path, reason } of conflicts) {
    const key = await session.ask(
      `${path} was ${reason} in the project: [m]erge, [b]ox's, [p]roject's, [s]kip `,
    );
    const answer = ANSWERS[key];
    if (answer === undefined) return undefined;
    answers[path] = answer;
  }
  return box.commit({ paths, allowRisky: true, conflicts: answers });
}

/** Takes the file or hunk at the cursor back in the box. */
export async function discardHere(session: ReviewSession): Promise<void> {
  const { box, model, path, part } = session;
  if (path === undefined) return;
  const whole = part === undefined || !model.read(path).partial;
  const what = whole ? path : "this hunk";
  if ((await session.ask(`discard ${what} in the box? [y/n] `)) !== "y") return;
  await box.discard([whole ? path : { path, hunks: part.changes, context: 0 }]);
  session.reload();
  session.screen.message = `discarded ${what}; shadowbox restore brings it back`;
}
