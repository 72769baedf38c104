import { randomBytes } from "node:crypto";
import { WorkspaceError } from "../errors.ts";
import { keyPath, pathKey } from "../paths.ts";
import { ConfinedFolder } from "./confined.ts";
import { diskFiles, type Files } from "./files.ts";
import {
  type BoxSees,
  type Content,
  type Operation,
  type Pack,
  type Plan,
  type PlannedStep,
  PlanStore,
  type Proposed,
} from "./plans.ts";
import { keepStep, stageStep, withFolders } from "./prepare.ts";
import { refusal } from "./reason.ts";
import { changedMeanwhile, isUnchanged, type Standing } from "./stamps.ts";
import { isOurs, isPut, isUndone, readStanding, standsAs } from "./standing.ts";
import { besideName, isStaged, orderSteps, removeStaged, verify, Writer } from "./writer.ts";

/** One path of a transaction: what it is to be (absent: nothing), and what the box sees there. */
export interface Step {
  path: Uint8Array;
  /** What stood there when it was planned: anything else by the time it is to be replaced is a conflict. */
  seen: Standing | undefined;
  after?: Proposed;
  /** Default `after`. */
  box?: BoxSees;
  /** The content that stands there moves, or only its mode changes: taken back it has its time again. */
  keepsTime?: boolean;
}

/** A transaction that has changed the project, path by path. */
export interface Applied {
  id: string;
  operation: Operation;
  of?: string;
  steps: { path: Uint8Array; box: BoxSees; before?: Content; removes: boolean; now?: Standing }[];
}

/** What a start found unfinished. */
export interface Recovered {
  /** In the order in which they began; the shadow is to be told of each. */
  applied: Applied[];
  /** Those that had not begun to change the project. */
  dropped: string[];
  /** Files that somebody changed between the crash and this start: where their content was put. */
  rescued: { path: Uint8Array; file: string }[];
}

/**
 * All-or-nothing changes of the project. Old and new contents are on the disk before the first file is touched, so after a
 * crash the next start finishes what was begun ({@link Transactions.recover}); when the project refuses a step, what was done is
 * put back. A transaction counts as done when the shadow, too, is known to be on the disk ({@link Transactions.settled}).
 */
export class Transactions {
  readonly #store: PlanStore;
  readonly #project: string;
  readonly #files: Files;

  /** `folder` holds one subfolder per transaction; both paths are absolute. */
  constructor(folder: string, project: string, files: Files = diskFiles) {
    this.#store = new PlanStore(folder, files);
    this.#project = project;
    this.#files = files;
  }

  /**
   * Applies the steps. Throws WorkspaceError `apply` when the project refuses one, `conflict` when somebody changed a path since it was
   * planned; the project is as before then.
   */
  run(steps: readonly Step[], operation: Operation = "commit", of?: string): Applied {
    return this.#inProject((target) => {
      const { plan, seen } = this.#prepare(target, steps, operation, of);
      target.forget();
      return this.#apply(target, plan, (step) => unchanged(target, step, seen.get(step)));
    });
  }

  /** The shadow has taken note of the transaction, and that is on the disk. */
  settled(id: string): void {
    this.#store.mark(id, "done");
    for (const old of this.#store.ids().slice(0, -KEPT)) this.#store.drop(old);
  }

  #inProject<T>(use: (target: ConfinedFolder) => T): T {
    const target = new ConfinedFolder(this.#project, this.#files);
    try {
      return use(target);
    } finally {
      target.close();
    }
  }

  #prepare(
    target: ConfinedFolder,
    steps: readonly Step[],
    operation: Operation,
    of?: string,
  ): { plan: Plan; seen: Map<PlannedStep, Standing | undefined> } {
    const { id, pack } = this.#store.begin();
    const [time, token] = [new Date().toISOString(), randomBytes(6).toString("hex")];
    const plan: Plan = { version: 4, id, time, operation, ...(of && { of }), token, steps: [] };
    const begun = { token, steps: [] as { path: string }[] };
    const seen = new Map<PlannedStep, Standing | undefined>();
    try {
      const all = withFolders(target, steps);
      const isFew = all.length <= SYNC_EACH;
      if (!isFew) {
        begun.steps = all.map(({ path }) => ({ path: pathKey(path) }));
        this.#store.announce(id, begun);
      }
      const at = { folder: this.#store.folderOf(id), token, buffer: new Uint8Array(isFew ? 0 : BUFFER) };
      for (const [number, one] of all.entries()) {
        const { step, standing } = (isFew ? keepStep : stageStep)(target, one, pack, { ...at, number });
        plan.steps.push(step);
        seen.set(step, standing);
      }
      pack.finish();
      if (!isFew) this.#syncStaged(target, plan);
      this.#store.write(plan);
    } catch (error) {
      target.forget();
      removeStaged(target, begun);
      this.#store.drop(id);
      throw refusal(error);
    } finally {
      pack.close();
    }
    return { plan, seen };
  }

  /** Makes what is written beside its place durable, with the names. */
  #syncStaged(target: ConfinedFolder, { steps, token }: Plan): void {
    if (this.#files.syncAll(this.#project)) return;
    for (const [number, { path, after }] of steps.entries())
      if (after?.staged) target.syncStaged(keyPath(path), besideName(token, number), after.staged.depth);
  }

  /** `guard`: see {@link Guard}; `left`: steps that are done, or that somebody else has changed since. */
  #apply(
    target: ConfinedFolder,
    plan: Plan,
    guard: Guard,
    left: ReadonlySet<PlannedStep> = new Set(),
  ): Applied {
    const pack = this.#store.open(plan.id);
    const few = plan.steps.length <= SYNC_EACH;
    const writer = new Writer(target, pack, plan, few);
    const done = new Map<PlannedStep, Standing | undefined>();
    const steps = plan.steps.filter((step) => !left.has(step));
    let step: PlannedStep | undefined;
    try {
      // Contents are on the disk before their names: a file system would else write them out at each rename, one by one.
      for (step of few ? orderSteps(steps) : []) writer.stage(step);
      for (step of orderSteps(steps)) {
        const now = guard(step);
        done.set(step, now);
        writer.put(step, now);
      }
      step = undefined;
      this.#sync(target, plan);
      // What is there is looked up anew, whatever was held open.
      target.forget();
      const found = verify(target, pack, done);
      this.#store.mark(plan.id, "applied");
      return appliedOf(plan, pack, found);
    } catch (error) {
      target.forget();
      this.#refuse(plan.id);
      const earlier = [...left].filter((step) => standsAs(target, pack, step, "after"));
      const back = orderSteps([...done.keys(), ...earlier], true);
      const theirs = back.filter((step) => !writer.takeBack(step, done.get(step)));
      removeStaged(target, plan);
      this.#sync(target, plan);
      this.#store.drop(plan.id);
      throw refusal(error, step?.path, theirs);
    } finally {
      pack.close();
    }
  }

  /** After a crash it is taken back, not finished; where there is no room to note that it may be finished after all. */
  #refuse(id: string): void {
    try {
      this.#store.mark(id, "refused");
    } catch {
      // The disk is full, perhaps: what was done is taken back anyway.
    }
  }

  #sync(target: ConfinedFolder, { steps }: Plan): void {
    if (steps.length > SYNC_EACH && this.#files.syncAll(this.#project)) return;
    const folders = new Map<string, Uint8Array>();
    for (const { path, after } of steps) {
      folders.set(path.slice(0, path.lastIndexOf("/") + 1), keyPath(path));
      if (steps.length > SYNC_EACH && after?.kind === "file") target.syncFile(keyPath(path));
    }
    for (const path of folders.values()) target.syncParent(path);
  }

  /** Finishes what a crash interrupted, or takes it back where it cannot be finished any more. */
  recover(): Recovered {
    const report: Recovered = { applied: [], dropped: [], rescued: [] };
    for (const id of this.#store.ids()) {
      const state = this.#store.stateOf(id);
      if (state === "done") continue;
      const plan = this.#store.read(id);
      if (state === "applied" && plan) report.applied.push(this.#reread(plan));
      else if (plan === undefined || !this.#finish(plan, report)) {
        this.#forget(id);
        report.dropped.push(id);
      }
    }
    return report;
  }

  /** A transaction that had not begun to change the project, or does not any more. */
  #forget(id: string): void {
    const begun = this.#store.readBegun(id);
    if (begun) this.#inProject((target) => removeStaged(target, begun));
    this.#store.drop(id);
  }

  /** Whether the transaction is finished; else it is taken back. */
  #finish(plan: Plan, report: Recovered): boolean {
    return this.#inProject((target) => {
      const pack = this.#store.open(plan.id);
      try {
        const left = new Set(plan.steps.filter((step, number) => !isStaged(target, plan, step, number)));
        const isLost = [...left].some((step) => isUndone(target, pack, step));
        if (isLost || this.#store.stateOf(plan.id) === "refused") {
          this.#takeBack(target, plan, pack);
          return false;
        }
        if (plan.steps.length <= SYNC_EACH) removeStaged(target, plan);
        const guard = (step: PlannedStep) => this.#rescue(target, plan, pack, { step, report });
        report.applied.push(this.#apply(target, plan, guard, left));
        return true;
      } finally {
        pack.close();
      }
    });
  }

  /**
   * It was refused, or somebody removed what was written beside its place: what was put in place goes, and what else stands there
   * stays.
   */
  #takeBack(target: ConfinedFolder, plan: Plan, pack: Pack): void {
    const writer = new Writer(target, pack, plan, false);
    removeStaged(target, plan);
    for (const step of orderSteps(plan.steps, true)) if (isPut(target, pack, step)) writer.takeBack(step);
    this.#sync(target, plan);
  }

  #reread(plan: Plan): Applied {
    const pack = this.#store.open(plan.id);
    try {
      return appliedOf(plan, pack);
    } finally {
      pack.close();
    }
  }

  /** What is neither old nor new nor a beginning of the new was written by somebody else since: it is put aside first. */
  #rescue(
    target: ConfinedFolder,
    plan: Plan,
    pack: Pack,
    { step, report }: { step: PlannedStep; report: Recovered },
  ): Standing | undefined {
    const path = keyPath(step.path);
    const standing = target.look(path);
    const now = standing?.kind === "file" ? readStanding(target, path) : undefined;
    if (now === undefined || isOurs(now.bytes, step, pack)) return standing;
    report.rescued.push({ path, file: this.#store.putAside(plan.id, now.bytes) });
    return standing;
  }

  /** The commits that stand in the project, oldest first, and those that were taken back, the next to redo last. */
  stacks(): { done: string[]; undone: string[] } {
    const stacks = { done: [] as string[], undone: [] as string[] };
    for (const id of this.#store.ids()) {
      const plan = this.#store.stateOf(id) === "ready" ? undefined : this.#store.read(id);
      if (plan === undefined) continue;
      const { operation, of = id } = plan;
      if (operation === "commit") stacks.undone = [];
      const [from, to] = operation === "undo" ? [stacks.done, stacks.undone] : [stacks.undone, stacks.done];
      if (from.at(-1) === of) from.pop();
      if (operation === "commit" || this.#store.read(of) !== undefined) to.push(of);
    }
    return stacks;
  }

  /**
   * Steps that take a commit back, or do it again. Throws WorkspaceError `conflict` naming what the user changed since.
   */
  stepsOf(id: string, operation: "undo" | "redo"): Step[] {
    const plan = this.#store.read(id);
    if (plan === undefined)
      throw new WorkspaceError("nothing", `${operation} "${id}": there is no such commit`);
    const [from, to] = operation === "undo" ? (["after", "before"] as const) : (["before", "after"] as const);
    const pack = this.#store.open(id);
    try {
      const seen = new Map<PlannedStep, Standing | undefined>();
      const changed = this.#inProject((target) =>
        plan.steps.filter((step) => {
          seen.set(step, target.look(keyPath(step.path)));
          return !standsAs(target, pack, step, from);
        }),
      );
      if (changed.length > 0) {
        const names = changed.map(({ path }) => `"${Buffer.from(path, "latin1")}"`).join(", ");
        const when = operation === "undo" ? "since the commit" : "since it was taken back";
        throw new WorkspaceError("conflict", `${operation}: changed ${when}, and left alone: ${names}`);
      }
      const undone = operation === "redo" ? this.#undoneContents(id) : undefined;
      return plan.steps.map((step) => {
        const kept = step[to];
        const content = kept?.staged ? undone?.get(step.path) : kept && pack.load(kept);
        if (kept && content === undefined)
          throw new WorkspaceError(
            "state",
            `redo "${id}": what it wrote to "${step.path}" is not kept any more`,
          );
        const after = content && { after: proposed(content) };
        return { path: keyPath(step.path), seen: seen.get(step), ...after };
      });
    } finally {
      pack.close();
    }
  }

  /** What a commit put in the project without keeping it: the last undo of it kept what it found there. */
  #undoneContents(id: string): Map<string, Content> {
    const plans = this.#store.ids().map((one) => this.#store.read(one));
    const undo = plans.findLast((plan) => plan?.operation === "undo" && plan.of === id);
    if (undo === undefined) return new Map();
    const pack = this.#store.open(undo.id);
    try {
      return new Map(undo.steps.flatMap(({ path, before }) => (before ? [[path, pack.load(before)]] : [])));
    } finally {
      pack.close();
    }
  }
}

function proposed({ bytes, ...facts }: Content): Proposed {
  return { ...facts, read: () => bytes };
}

/** Transactions that are kept: so many can be undone. */
const KEPT = 20;

/** Up to so many paths are synced one by one; more at once, with all that the file system has waiting. */
const SYNC_EACH = 32;

/** Files up to this size are read into the same memory, one after the other. */
const BUFFER = 1 << 20;

/** Looks at the step's path just before it changes: what stands there. Throws when that must not be replaced. */
type Guard = (step: PlannedStep) => Standing | undefined;

/** What stands at the step's path, if that is what was seen there. */
function unchanged(target: ConfinedFolder, { path }: PlannedStep, seen?: Standing): Standing | undefined {
  const now = target.look(keyPath(path));
  if (isUnchanged(seen, now)) return now;
  throw changedMeanwhile(keyPath(path), seen, now);
}

function appliedOf(
  { id, operation, of, steps }: Plan,
  pack: Pack,
  found?: ReadonlyMap<PlannedStep, Standing>,
): Applied {
  return {
    ...{ id, operation, ...(of && { of }) },
    steps: steps.map((step) => {
      const { path, box, before, after } = step;
      const now = found?.get(step);
      return {
        ...{ path: keyPath(path), box, removes: after === undefined },
        ...(box === "before" && before && { before: pack.load(before) }),
        ...(now && { now }),
      };
    }),
  };
}
