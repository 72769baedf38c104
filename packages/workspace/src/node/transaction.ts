import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { decodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { keyPath, pathKey } from "../paths.ts";
import { ConfinedFolder, type Standing } from "./confined.ts";
import { diskFiles, type Files, replaceFile } from "./files.ts";
import {
  type BoxSees,
  type Content,
  digestOf,
  type Operation,
  type Pack,
  type Plan,
  type PlannedStep,
  PlanStore,
  type Proposed,
} from "./plans.ts";
import { keepStep, stageStep, withFolders } from "./prepare.ts";
import { systemReason } from "./reason.ts";
import { isOurs, readStanding, standsAs } from "./standing.ts";
import { besideName, orderSteps, removeStaged, verify, Writer } from "./writer.ts";

/** One path of a transaction: what it is to be (absent: nothing), and what the box sees there. */
export interface Step {
  path: Uint8Array;
  after?: Proposed;
  /** Default `after`. */
  box?: BoxSees;
  /** The content that stands there moves, or only its mode changes: taken back it has its time again. */
  keepsTime?: boolean;
  /** Nothing stood there when it was planned. */
  isNew?: boolean;
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

  /** Applies the steps. Throws WorkspaceError `apply` when the project refuses one; the project is as before then. */
  run(steps: readonly Step[], operation: Operation = "commit", of?: string): Applied {
    return this.#inProject((target) => {
      const plan = this.#prepare(target, steps, operation, of);
      target.forget();
      return this.#apply(target, plan);
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

  #prepare(target: ConfinedFolder, steps: readonly Step[], operation: Operation, of?: string): Plan {
    const { id, pack } = this.#store.begin();
    const [time, token] = [new Date().toISOString(), randomBytes(6).toString("hex")];
    const plan: Plan = { version: 4, id, time, operation, ...(of && { of }), token, steps: [] };
    const begun = { token, steps: [] as { path: string }[] };
    try {
      const all = withFolders(target, steps);
      if (all.length <= SYNC_EACH) for (const step of all) plan.steps.push(keepStep(target, step, pack));
      else {
        begun.steps = all.map(({ path }) => ({ path: pathKey(path) }));
        this.#store.announce(id, begun);
        const at = { folder: this.#store.folderOf(id), token, buffer: new Uint8Array(BUFFER) };
        for (const [number, step] of all.entries())
          plan.steps.push(stageStep(target, step, pack, { ...at, number }));
      }
      pack.finish();
      if (begun.steps.length > 0) this.#syncStaged(target, plan);
      this.#store.write(plan);
    } catch (error) {
      target.forget();
      removeStaged(target, begun);
      this.#store.drop(id);
      throw refusal(error);
    } finally {
      pack.close();
    }
    return plan;
  }

  /** Makes what is written beside its place durable, with the names. */
  #syncStaged(target: ConfinedFolder, { steps, token }: Plan): void {
    if (this.#files.syncAll(this.#project)) return;
    for (const [number, { path, after }] of steps.entries())
      if (after?.staged) target.syncStaged(keyPath(path), besideName(token, number), after.staged.depth);
  }

  /** `left`: steps that are done, or that somebody else has changed since. */
  #apply(target: ConfinedFolder, plan: Plan, left: ReadonlySet<PlannedStep> = new Set()): Applied {
    const pack = this.#store.open(plan.id);
    const few = plan.steps.length <= SYNC_EACH;
    const writer = new Writer(target, pack, plan, few);
    const done: PlannedStep[] = [];
    const steps = plan.steps.filter((step) => !left.has(step));
    let step: PlannedStep | undefined;
    try {
      // Contents are on the disk before their names: a file system would else write them out at each rename, one by one.
      for (step of few ? orderSteps(steps) : []) writer.stage(step);
      for (step of orderSteps(steps)) {
        done.push(step);
        writer.put(step, "after");
      }
      step = undefined;
      this.#sync(target, plan);
      // What is there is looked up anew, whatever was held open.
      target.forget();
      const found = verify(target, steps);
      this.#store.mark(plan.id, "applied");
      return appliedOf(plan, pack, found);
    } catch (error) {
      target.forget();
      const earlier = [...left].filter((step) => standsAs(target, pack, step, "after"));
      for (const step of orderSteps([...done, ...earlier], true)) writer.put(step, "before");
      removeStaged(target, plan);
      this.#sync(target, plan);
      this.#store.drop(plan.id);
      throw refusal(error, step?.path);
    } finally {
      pack.close();
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
        if (isLost) {
          this.#takeBack(target, plan, pack);
          return false;
        }
        this.#rescue(target, plan, pack, { report, left });
        report.applied.push(this.#apply(target, plan, left));
        return true;
      } finally {
        pack.close();
      }
    });
  }

  /** Somebody removed what was written beside its place: what was put in place goes, and what else stands there stays. */
  #takeBack(target: ConfinedFolder, plan: Plan, pack: Pack): void {
    const writer = new Writer(target, pack, plan, false);
    for (const step of orderSteps(plan.steps, true))
      if (standsAs(target, pack, step, "after") && !isUndone(target, pack, step)) writer.put(step, "before");
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
    { report, left }: { report: Recovered; left: ReadonlySet<PlannedStep> },
  ): void {
    if (plan.steps.length <= SYNC_EACH) removeStaged(target, plan);
    for (const [number, step] of plan.steps.entries()) {
      const path = keyPath(step.path);
      if (left.has(step)) continue;
      const now = target.look(path)?.kind === "file" ? readStanding(target, path) : undefined;
      if (now === undefined || isOurs(now.bytes, step, pack)) continue;
      const file = join(this.#store.folderOf(plan.id), `rescued-${number}`);
      replaceFile(this.#files, file, now.bytes);
      report.rescued.push({ path, file });
    }
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
      const changed = this.#inProject((target) =>
        plan.steps.filter((step) => !standsAs(target, pack, step, from)),
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
        return { path: keyPath(step.path), ...(content && { after: proposed(content) }) };
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

/** Whether a step that has something to put has not put it. */
function isUndone(target: ConfinedFolder, pack: Pack, step: PlannedStep): boolean {
  return standsAs(target, pack, step, "before") && !standsAs(target, pack, step, "after");
}

function proposed({ bytes, ...facts }: Content): Proposed {
  return { ...facts, read: () => bytes };
}

/** Whether what is to be put at the step's path is where it was written; true of what is kept. */
function isStaged(
  target: ConfinedFolder,
  { token }: Plan,
  { path, after }: PlannedStep,
  number: number,
): boolean {
  if (!after?.staged) return true;
  const { depth, digest } = after.staged;
  const bytes = target.readStaged(keyPath(path), besideName(token, number), depth);
  return bytes !== undefined && digestOf(bytes) === digest;
}

/** Transactions that are kept: so many can be undone. */
const KEPT = 20;

/** Up to so many paths are synced one by one; more at once, with all that the file system has waiting. */
const SYNC_EACH = 32;

/** Files up to this size are read into the same memory, one after the other. */
const BUFFER = 1 << 20;

/** `path`: of the step that failed, as a key. */
function refusal(error: unknown, path?: string): WorkspaceError {
  if (error instanceof WorkspaceError && error.code !== "apply") return error;
  const what = path === undefined ? "the project" : `"${decodeText(keyPath(path))}" in the project`;
  return new WorkspaceError("apply", `change ${what}: ${systemReason(error)}; everything is as it was`, {
    cause: error,
  });
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
