import { deepStrictEqual } from "node:assert";
import type { WorkspaceError } from "../errors.ts";
import { type Listing, TestProject } from "./testing.ts";
import { Crash, CrashingDisk } from "./testing-disk.ts";
import type { ProjectWorkspace } from "./workspace.ts";

/** How many crashed runs ended as if the action had never begun, and how many as if it was done. */
export interface Ends {
  before: number;
  after: number;
}

type Action = (workspace: ProjectWorkspace) => unknown;

/** Runs the action with a crash at the `at`th call; whether it came to that. */
function crash(copy: TestProject, action: Action, at: number, random?: () => number): boolean {
  const disk = new CrashingDisk({ at, ...(random && { random }) });
  try {
    copy.open(disk);
    action(copy.workspace);
    return false;
  } catch (error) {
    if (error instanceof Crash || (error as Error).cause instanceof Crash) return true;
    throw error;
  }
}

/** Does the action to the end; the calls it took. */
function finish(test: TestProject, action: Action): number {
  const disk = new CrashingDisk();
  test.open(disk);
  action(test.workspace);
  test.flush();
  return disk.count;
}

/** After the next start everything is as before the action, or as after it; the box sees the same. */
function checkEnd(copy: TestProject, before: Outcome, after: Outcome, ends: Ends): void {
  copy.open();
  const end = outcomeOf(copy);
  const which = JSON.stringify(end) === JSON.stringify(before) ? "before" : "after";
  ends[which]++;
  if (which === "after") deepStrictEqual(end, after);
}

interface Outcome {
  found: Listing;
  seen: Listing;
  status: string[];
}

function outcomeOf(test: TestProject): Outcome {
  return { found: test.found(), seen: test.seen(), status: test.status() };
}

/** Snapshots as far as two runs have them in common. */
function snapshotsOf({ workspace }: TestProject): string[] {
  return workspace.snapshotList().map(({ id, operation, paths }) => `${id} ${operation} ${paths.join(" ")}`);
}

/** Every snapshot of before is there and whole; what came after it is what the action makes. */
function checkSnapshots(copy: TestProject, before: readonly string[], after: readonly string[]): void {
  const end = snapshotsOf(copy);
  deepStrictEqual(end.slice(0, before.length), before);
  deepStrictEqual(end, after.slice(0, end.length));
  if (end.length > 0) copy.workspace.between(0, end.length);
}

/** Kills the action at every call in turn, or each `every`th, then does it to the end. */
export function killAt(
  test: TestProject,
  action: Action,
  look?: (copy: TestProject) => void,
  every = 1,
): Ends {
  const before = outcomeOf(test);
  const [trial] = test.copies(1) as [TestProject];
  const copies = test.copies(Math.ceil(finish(trial, action) / every));
  trial.remove();
  finish(test, action);
  const after = outcomeOf(test);
  const ends: Ends = { before: 0, after: 0 };
  for (const [at, copy] of copies.entries()) {
    crash(copy, action, at * every);
    look?.(copy);
    if (!look || every > 1) checkEnd(copy, before, after, ends);
    copy.remove();
  }
  return ends;
}

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const NAMES = ["a", "b", "c", "d/a", "d/b", "d/e/a", "f/a", "g"];

function randomText(random: () => number): string {
  return Array.from({ length: 1 + Math.floor(random() * 30) }, () => `${Math.floor(random() * 20)}\n`).join(
    "",
  );
}

/** Files and links with random content, each with this chance. */
export function randomFiles(random: () => number, share: number): Listing {
  return Object.fromEntries(
    NAMES.filter(() => random() < share).map((name) => [
      name,
      random() < 0.15 ? `-> ${randomText(random).slice(0, 5).trim()}` : randomText(random),
    ]),
  );
}

/** One random change of what the box sees. */
export function randomBoxStep(test: TestProject, random: () => number): void {
  const pick = () => NAMES[Math.floor(random() * NAMES.length)] as string;
  const dice = random();
  if (dice < 0.5) test.box(randomFiles(random, 0.3), random() < 0.2 ? 0o755 : 0o644);
  else if (dice < 0.65) test.boxRemoves(pick());
  else if (dice < 0.75) test.boxRemoves(pick().split("/")[0] as string);
  else if (dice < 0.9) test.boxMoves(pick(), pick());
  else test.boxMoves(pick().split("/")[0] as string, `${pick()}-moved`);
}

/** `count` random actions on random projects and boxes, each with a crash at a random call in which unsynced writes are lost. */
export function crashRuns(seed: number, count: number): Ends {
  const random = randomOf(seed);
  const ends: Ends = { before: 0, after: 0 };
  let test: TestProject | undefined;
  for (let run = 0; run < count; run++) {
    if (test === undefined || run % 10 === 0) {
      test?.remove();
      test = new TestProject(randomFiles(random, 0.7));
    }
    for (let step = 0; step < 3; step++) randomBoxStep(test, random);
    crashRun(test, randomAction(test, random), random, ends);
  }
  test?.remove();
  return ends;
}

/** The same with commits, undos and redos of 40 files at once, which are synced together and kept by links. */
export function crashRunsOfMany(seed: number, count: number): Ends {
  const random = randomOf(seed);
  const names = Array.from({ length: 40 }, (_, i) => `d${i % 3}/file${i}`);
  const texts = (share: number): Listing =>
    Object.fromEntries(names.filter(() => random() < share).map((name) => [name, randomText(random)]));
  const ends: Ends = { before: 0, after: 0 };
  const test = new TestProject(texts(0.9));
  for (let run = 0; run < count; run++) {
    const { done, undone } = test.workspace.stacks();
    const dice = random();
    let action: Action = (workspace) => workspace.commit();
    if (dice < 0.3 && done > 0) action = (workspace) => workspace.undo();
    else if (dice < 0.5 && undone > 0) action = (workspace) => workspace.redo();
    else {
      test.box(Object.fromEntries(names.map((name) => [name, randomText(random)])));
      if (random() < 0.5) test.boxRemoves(names[run % 40] as string);
      const folder = `n${run % 5}`;
      if (random() < 0.5) test.box({ [`${folder}/deep/file`]: "new\n", [`${folder}/link`]: "-> nowhere" });
      else test.boxRemoves(folder);
    }
    crashRun(test, action, random, ends);
  }
  test.remove();
  return ends;
}

function crashRun(test: TestProject, action: Action, random: () => number, ends: Ends): void {
  // As a new process sees it, not as the last one knew it.
  test.open();
  const before = outcomeOf(test);
  const snapshots = snapshotsOf(test);
  const [copy] = test.copies(1) as [TestProject];
  const calls = finish(test, action);
  const after = outcomeOf(test);
  if (crash(copy, action, Math.floor(random() * calls), random)) {
    checkEnd(copy, before, after, ends);
    checkSnapshots(copy, snapshots, snapshotsOf(test));
    const seen = copy.seen();
    copy.workspace.commit({ onConflict: "theirs" });
    deepStrictEqual(copy.found(), seen);
  }
  copy.remove();
}

function randomAction(test: TestProject, random: () => number): Action {
  const stacks = test.workspace.stacks();
  const dice = random();
  if (dice < 0.2 && stacks.done > 0) return unlessRefused((workspace) => workspace.undo());
  if (dice < 0.3 && stacks.undone > 0) return unlessRefused((workspace) => workspace.redo());
  if (dice > 0.6) return randomBoxAction(test, random);
  const changed = test.workspace.changes().changes.map(({ path }) => path);
  const paths = random() < 0.5 ? [] : changed.filter(() => random() < 0.5);
  return (workspace) => workspace.commit({ paths, onConflict: "theirs" });
}

/** The user may have changed the files since: then nothing happens. */
function unlessRefused(action: Action): Action {
  return (workspace) => {
    try {
      action(workspace);
    } catch (error) {
      if ((error as WorkspaceError).code !== "conflict") throw error;
    }
  };
}

/** An action that changes the box, or what is kept of it, and not the project. */
function randomBoxAction(test: TestProject, random: () => number): Action {
  const dice = random();
  if (dice < 0.25) {
    userWrites(test, random);
    return (workspace) => workspace.refresh();
  }
  if (dice < 0.4) return (workspace) => workspace.snapshot("by hand");
  if (dice < 0.6) return (workspace) => workspace.noteExec("a call", 0);
  const { workspace } = test;
  if (dice < 0.7) return (workspace) => workspace.discard();
  const count = workspace.snapshotList().length;
  if (dice < 0.85) {
    const id = Math.floor(random() * (count + 1));
    return (workspace) => workspace.restore(id);
  }
  const patch = workspace.diff([], { binary: true });
  // A box that differs in folders only has none.
  if (patch.length === 0) return (workspace) => workspace.discard();
  workspace.discard();
  return (workspace) => workspace.importPatch(patch);
}

/** The user writes some of the project's files. */
function userWrites(test: TestProject, random: () => number): void {
  for (const [name, text] of Object.entries(test.found()))
    if (text !== "/" && !text.startsWith("-> ") && random() < 0.5)
      test.user({ [name]: `${text}${randomText(random)}` });
}
