import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { decodeText } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { keyPath, pathKey, sameBytes } from "../paths.ts";
import { ConfinedFolder } from "./confined.ts";
import { diskFiles, type Files, replaceFile } from "./files.ts";
import {
  type BoxSees,
  type Content,
  type Kept,
  type Operation,
  type Pack,
  type PackWriter,
  type Plan,
  type PlannedStep,
  PlanStore,
} from "./plans.ts";
import { systemReason } from "./reason.ts";
import { orderSteps, removeStaged, verify, Writer } from "./writer.ts";

/** One path of a transaction: what it is to be (absent: nothing), and what the box sees there. */
export interface Step {
  path: Uint8Array;
  after?: Content;
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
  steps: { path: Uint8Array; box: BoxSees; before?: Content; removes: boolean }[];
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
    const plan: Plan = { version: 3, id, time, operation, ...(of && { of }), token, steps: [] };
    try {
      const all = withFolders(target, steps);
      for (const [number, { path, after, box = "after", keepsTime = false }] of all.entries()) {
        const place = join(this.#store.folderOf(id), `before-${number}`);
        const linked = all.length > SYNC_EACH ? linkStanding(target, path, place, keepsTime) : undefined;
        const before = linked ?? keepStanding(target, path, pack, keepsTime);
        plan.steps.push({
          path: pathKey(path),
          ...(before && { before }),
          ...(after && { after: pack.keep(after) }),
          box,
        });
      }
      pack.finish();
    } catch (error) {
      this.#store.drop(id);
      throw refusal(error);
    } finally {
      pack.close();
    }
    this.#store.write(plan);
    return plan;
  }

  #apply(target: ConfinedFolder, plan: Plan): Applied {
    const pack = this.#store.open(plan.id);
    const writer = new Writer(target, pack, plan, plan.steps.length <= SYNC_EACH);
    const done: PlannedStep[] = [];
    let step: PlannedStep | undefined;
    try {
      for (step of orderSteps(plan.steps)) writer.stage(step);
      // Contents are on the disk before their names: a file system would else write them out at each rename, one by one.
      if (plan.steps.length > SYNC_EACH) this.#files.syncAll(this.#project);
      for (step of orderSteps(plan.steps)) {
        done.push(step);
        writer.put(step, "after");
      }
      step = undefined;
      this.#sync(target, plan);
      // What is there is looked up anew, whatever was held open.
      target.forget();
      verify(target, plan);
      this.#store.mark(plan.id, "applied");
      return appliedOf(plan, pack);
    } catch (error) {
      target.forget();
      for (const step of orderSteps(done, true)) writer.put(step, "before");
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

  /** Finishes what a crash interrupted. */
  recover(): Recovered {
    const report: Recovered = { applied: [], dropped: [], rescued: [] };
    for (const id of this.#store.ids()) {
      const state = this.#store.stateOf(id);
      if (state === "done") continue;
      const plan = this.#store.read(id);
      if (plan === undefined) {
        this.#store.drop(id);
        report.dropped.push(id);
      } else if (state === "applied") report.applied.push(this.#reread(plan));
      else
        this.#inProject((target) => {
          this.#rescue(target, plan, report);
          report.applied.push(this.#apply(target, plan));
        });
    }
    return report;
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
  #rescue(target: ConfinedFolder, plan: Plan, report: Recovered): void {
    const pack = this.#store.open(plan.id);
    try {
      removeStaged(target, plan);
      for (const [number, step] of plan.steps.entries()) {
        const path = keyPath(step.path);
        const now = target.look(path)?.kind === "file" ? readStanding(target, path) : undefined;
        if (now === undefined || isOurs(now.bytes, step, pack)) continue;
        const file = join(this.#store.folderOf(plan.id), `rescued-${number}`);
        replaceFile(this.#files, file, now.bytes);
        report.rescued.push({ path, file });
      }
    } finally {
      pack.close();
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
      return plan.steps.map((step) => {
        const kept = step[to];
        return { path: keyPath(step.path), ...(kept && { after: pack.load(kept) }) };
      });
    } finally {
      pack.close();
    }
  }
}

/** Transactions that are kept: so many can be undone. */
const KEPT = 20;

/** Up to so many paths are synced one by one; more at once, with all that the file system has waiting. */
const SYNC_EACH = 32;

/** `path`: of the step that failed, as a key. */
function refusal(error: unknown, path?: string): WorkspaceError {
  if (error instanceof WorkspaceError && error.code !== "apply") return error;
  const what = path === undefined ? "the project" : `"${decodeText(keyPath(path))}" in the project`;
  return new WorkspaceError("apply", `change ${what}: ${systemReason(error)}; everything is as it was`, {
    cause: error,
  });
}

function appliedOf({ id, operation, of, steps }: Plan, pack: Pack): Applied {
  return {
    ...{ id, operation, ...(of && { of }) },
    steps: steps.map(({ path, box, before, after }) => ({
      path: keyPath(path),
      box,
      removes: after === undefined,
      ...(box === "before" && before && { before: pack.load(before) }),
    })),
  };
}

/** Whether the bytes are the old or the new ones of a step, or as much of the new ones as was written. */
function isOurs(now: Uint8Array, { before, after }: PlannedStep, pack: Pack): boolean {
  if (now.every((byte) => byte === 0)) return true;
  if (before && pack.isUntouched(before) && sameBytes(pack.load(before).bytes, now)) return true;
  return after !== undefined && sameBytes(pack.load(after).bytes.subarray(0, now.length), now);
}

function standsAs(target: ConfinedFolder, pack: Pack, step: PlannedStep, side: "before" | "after"): boolean {
  const now = readStanding(target, keyPath(step.path));
  const wanted = step[side];
  const other = side === "after" ? step.before : step.after;
  // A folder that was to go stayed for what is in it.
  if (wanted === undefined)
    return now === undefined || (now.kind === "directory" && other?.kind === "directory");
  if (now === undefined || now.kind !== wanted.kind) return false;
  if (wanted.kind === "directory") return true;
  if (wanted.kind === "file" && now.mode !== wanted.mode) return false;
  return sameBytes(now.bytes, pack.load(wanted).bytes);
}

/** The steps, and one for every folder that has to be made for them, so that undoing them takes it away again. */
function withFolders(target: ConfinedFolder, steps: readonly Step[]): Step[] {
  const all = new Map(steps.map((step) => [pathKey(step.path), step]));
  for (const { path, after } of steps) {
    if (after === undefined) continue;
    let name = pathKey(path);
    for (let cut = name.lastIndexOf("/"); cut > 0; cut = name.lastIndexOf("/")) {
      name = name.slice(0, cut);
      const folder = keyPath(name);
      if (all.get(name)?.after || target.look(folder)?.kind === "directory") break;
      all.set(name, { path: folder, after: { kind: "directory", mode: 0o755, bytes: new Uint8Array() } });
    }
  }
  return [...all.values()];
}

/**
 * Keeps the file that stands at a path by a link: nothing is read or copied, and the file system need not free it when it is
 * replaced, which takes longer than writing the new one. Undefined: it has to be read.
 */
function linkStanding(
  target: ConfinedFolder,
  path: Uint8Array,
  place: string,
  keepsTime: boolean,
): Kept | undefined {
  const standing = target.look(path);
  // What has other names can be written to by them.
  if (standing?.kind !== "file" || standing.nlink !== 1) return undefined;
  const linked = target.link(path, standing, place);
  if (linked === undefined) return undefined;
  const { mode, size } = linked;
  const mtimeNs = String(linked.mtimeNs);
  const link = { name: basename(place), mtimeNs };
  return { kind: "file", mode, at: 0, size, ...(keepsTime && { mtimeNs }), link };
}

function keepStanding(
  target: ConfinedFolder,
  path: Uint8Array,
  pack: PackWriter,
  keepsTime: boolean,
): Kept | undefined {
  const before = readStanding(target, path);
  const mtimeNs = keepsTime && before?.kind === "file" ? target.look(path)?.mtimeNs : undefined;
  return before && pack.keep({ ...before, ...(mtimeNs !== undefined && { mtimeNs }) });
}

/** What stands at a path, with its bytes. */
export function readStanding(target: ConfinedFolder, path: Uint8Array): Content | undefined {
  const standing = target.look(path);
  if (standing === undefined) return undefined;
  const { kind, mode, size } = standing;
  if (kind === "other")
    throw new WorkspaceError("apply", `replace "${Buffer.from(path)}": it is no file, link or folder`);
  return { kind, mode, bytes: kind === "directory" ? new Uint8Array() : target.read(path, kind, size) };
}
