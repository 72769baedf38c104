import {
  closeSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { WorkspaceError } from "../errors.ts";
import { sameBytes } from "../paths.ts";
import { ConfinedFolder, type Standing } from "./confined.ts";

/** What stands at a path, with its bytes (a link's target). */
export interface Content {
  kind: "file" | "symlink" | "directory";
  mode: number;
  bytes: Uint8Array;
}

/** One path of a transaction: what it is to be (absent: nothing). */
export interface Step {
  path: Uint8Array;
  after?: Content;
}

export type Operation = "commit" | "undo" | "redo";

/** What a transaction did to the project, path by path. */
export interface Finished {
  id: string;
  operation: Operation;
  /** What stood at each path before; absent: nothing. */
  before: { path: Uint8Array; content?: Content }[];
}

/** A transaction as it is kept. Paths and bytes lie in files beside it. */
interface Plan {
  version: 1;
  id: string;
  time: string;
  operation: Operation;
  /** The commit that is undone or done again. */
  of?: string;
  /** `ready`: everything needed is on the disk, the project may be half changed. `done`: all of it is applied. */
  state: "ready" | "done";
  steps: PlannedStep[];
}

interface PlannedStep {
  /** Bytes as latin-1. */
  path: string;
  before?: Kept;
  after?: Kept;
}

interface Kept {
  kind: Content["kind"];
  mode: number;
  /** File in the transaction's folder that holds the bytes. */
  file?: string;
}

/** Told before each step of applying, for tests that stop the process there. */
export type StepHook = (what: string) => void;

/**
 * All-or-nothing changes of the project. Old and new contents are on the disk before the first file is touched, so after a
 * crash the next start finishes what was begun ({@link Transactions.recover}); when the project refuses a step, what was done is
 * put back.
 */
export class Transactions {
  readonly #folder: string;
  readonly #project: string;
  readonly #hook: StepHook;

  /** `folder` holds one subfolder per transaction; both paths are absolute. */
  constructor(folder: string, project: string, hook: StepHook = () => {}) {
    this.#folder = folder;
    this.#project = project;
    this.#hook = hook;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** Applies the steps. Throws WorkspaceError `apply` when the project refuses one; the project is as before then. */
  run(steps: readonly Step[], operation: Operation = "commit", of?: string): string {
    const target = new ConfinedFolder(this.#project);
    try {
      const plan = this.#prepare(target, steps, operation, of);
      this.#apply(target, plan);
      this.#finish(plan, "done");
      this.#prune();
      return plan.id;
    } finally {
      target.close();
    }
  }

  #prepare(target: ConfinedFolder, steps: readonly Step[], operation: Operation, of?: string): Plan {
    const id = `${String(this.#last() + 1).padStart(6, "0")}`;
    const folder = join(this.#folder, id);
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { mode: 0o700 });
    this.#hook("prepare");
    const time = new Date().toISOString();
    const plan: Plan = { version: 1, id, time, operation, ...(of && { of }), state: "ready", steps: [] };
    for (const [number, step] of withFolders(target, steps).entries()) {
      const planned: PlannedStep = { path: Buffer.from(step.path).toString("latin1") };
      const standing = readStanding(target, step.path);
      if (standing) planned.before = this.#keep(folder, `${number}.old`, standing);
      if (step.after) planned.after = this.#keep(folder, `${number}.new`, step.after);
      plan.steps.push(planned);
    }
    this.#hook("journal");
    this.#write(plan);
    return plan;
  }

  #keep(folder: string, name: string, content: Content): Kept {
    const { kind, mode, bytes } = content;
    if (kind === "directory") return { kind, mode };
    writeDurably(join(folder, name), bytes);
    return { kind, mode, file: name };
  }

  #write(plan: Plan): void {
    const folder = join(this.#folder, plan.id);
    writeDurably(join(folder, "plan.json.new"), Buffer.from(JSON.stringify(plan)));
    renameSync(join(folder, "plan.json.new"), join(folder, "plan.json"));
    syncFolder(folder);
    syncFolder(this.#folder);
  }

  #finish(plan: Plan, state: Plan["state"]): void {
    this.#hook(state);
    this.#write({ ...plan, state });
  }

  #apply(target: ConfinedFolder, plan: Plan): void {
    const done: PlannedStep[] = [];
    try {
      for (const step of orderSteps(plan.steps)) {
        this.#hook("apply");
        done.push(step);
        this.#put(target, plan, step, step.after);
      }
      this.#sync(target, plan);
      this.#verify(target, plan);
    } catch (error) {
      for (const step of orderSteps(done, true)) this.#put(target, plan, step, step.before);
      rmSync(join(this.#folder, plan.id), { recursive: true, force: true });
      throw new WorkspaceError(
        "apply",
        `change the project: ${(error as Error).message}; everything was put back`,
        {
          cause: error,
        },
      );
    }
  }

  #put(target: ConfinedFolder, plan: Plan, step: PlannedStep, wanted: Kept | undefined): void {
    const path = Buffer.from(step.path, "latin1");
    const now = target.look(path);
    if (now?.kind === "directory" && wanted?.kind !== "directory") target.removeDirectory(path);
    if (wanted === undefined) {
      if (now !== undefined && now.kind !== "directory") target.remove(path);
      return;
    }
    if (wanted.kind === "directory") {
      if (now !== undefined && now.kind !== "directory") target.remove(path);
      if (now?.kind !== "directory") target.makeDirectory(path, wanted.mode);
      return;
    }
    const bytes = readFileSync(join(this.#folder, plan.id, wanted.file as string));
    if (wanted.kind === "symlink") target.writeLink(path, bytes);
    else target.writeFile(path, bytes, wanted.mode);
  }

  #sync(target: ConfinedFolder, plan: Plan): void {
    const folders = new Map<string, Uint8Array>();
    for (const { path } of plan.steps)
      folders.set(path.slice(0, path.lastIndexOf("/") + 1), Buffer.from(path, "latin1"));
    for (const path of folders.values()) target.syncParent(path);
  }

  #verify(target: ConfinedFolder, plan: Plan): void {
    for (const { path, after } of plan.steps) {
      const now = target.look(Buffer.from(path, "latin1"));
      const fine =
        after === undefined ? now === undefined || now.kind === "directory" : now?.kind === after.kind;
      if (!fine)
        throw new Error(
          `"${path}" is ${now?.kind ?? "gone"} after the change, expected ${after?.kind ?? "gone"}`,
        );
    }
  }

  /** Finishes what a crash interrupted; what was finished, and the ids of those that had not begun. */
  recover(): { finished: Finished[]; dropped: string[] } {
    const report = { finished: [] as Finished[], dropped: [] as string[] };
    for (const id of this.#ids()) {
      const plan = this.#read(id);
      if (plan === undefined) {
        // It had not begun to change the project.
        rmSync(join(this.#folder, id), { recursive: true, force: true });
        report.dropped.push(id);
      } else if (plan.state === "ready") {
        const target = new ConfinedFolder(this.#project);
        try {
          this.#apply(target, plan);
          this.#finish(plan, "done");
          report.finished.push(this.#finished(plan));
        } finally {
          target.close();
        }
      }
    }
    return report;
  }

  #finished(plan: Plan): Finished {
    const before = plan.steps.map((step) => ({
      path: Buffer.from(step.path, "latin1"),
      ...(step.before && { content: this.#load(plan, step.before) }),
    }));
    return { id: plan.id, operation: plan.operation, before };
  }

  /** The commits that stand in the project, oldest first, and those that were taken back, the next to redo last. */
  stacks(): { done: string[]; undone: string[] } {
    const stacks = { done: [] as string[], undone: [] as string[] };
    for (const id of this.#ids()) {
      const plan = this.#read(id);
      if (plan?.state !== "done") continue;
      const { operation, of = id } = plan;
      if (operation === "commit") stacks.undone = [];
      const [from, to] = operation === "undo" ? [stacks.done, stacks.undone] : [stacks.undone, stacks.done];
      if (from.at(-1) === of) from.pop();
      if (operation === "commit" || this.#read(of) !== undefined) to.push(of);
    }
    return stacks;
  }

  /**
   * Steps that take a commit back, or do it again. Throws WorkspaceError `conflict` naming what the user changed since.
   */
  stepsOf(id: string, operation: "undo" | "redo"): Step[] {
    const plan = this.#read(id);
    if (plan === undefined)
      throw new WorkspaceError("nothing", `${operation} "${id}": there is no such commit`);
    const [from, to] = operation === "undo" ? (["after", "before"] as const) : (["before", "after"] as const);
    const target = new ConfinedFolder(this.#project);
    try {
      const changed = plan.steps.filter((step) => !this.#standsAs(target, plan, step, step[from]));
      if (changed.length > 0) {
        const names = changed.map(({ path }) => `"${Buffer.from(path, "latin1")}"`).join(", ");
        const when = operation === "undo" ? "since the commit" : "since it was taken back";
        throw new WorkspaceError("conflict", `${operation}: changed ${when}, and left alone: ${names}`);
      }
    } finally {
      target.close();
    }
    return plan.steps.map((step) => {
      const kept = step[to];
      return { path: Buffer.from(step.path, "latin1"), ...(kept && { after: this.#load(plan, kept) }) };
    });
  }

  #standsAs(target: ConfinedFolder, plan: Plan, { path }: PlannedStep, wanted: Kept | undefined): boolean {
    const now = readStanding(target, Buffer.from(path, "latin1"));
    if (wanted === undefined) return now === undefined;
    if (now === undefined || now.kind !== wanted.kind) return false;
    if (wanted.kind === "directory") return true;
    if (wanted.kind === "file" && now.mode !== wanted.mode) return false;
    return sameBytes(now.bytes, this.#load(plan, wanted).bytes);
  }

  #load(plan: Plan, kept: Kept): Content {
    const bytes =
      kept.file === undefined ? Buffer.alloc(0) : readFileSync(join(this.#folder, plan.id, kept.file));
    return { kind: kept.kind, mode: kept.mode, bytes };
  }

  #read(id: string): Plan | undefined {
    const file = join(this.#folder, id, "plan.json");
    return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Plan) : undefined;
  }

  #ids(): string[] {
    return readdirSync(this.#folder)
      .filter((name) => /^\d{6}$/.test(name))
      .sort();
  }

  #last(): number {
    return Number(this.#ids().at(-1) ?? 0);
  }

  /** Keeps what is needed to undo the newest commits. */
  #prune(): void {
    for (const id of this.#ids().slice(0, -KEPT))
      rmSync(join(this.#folder, id), { recursive: true, force: true });
  }
}

/** Commits that can be undone. */
const KEPT = 20;

/** The steps, and one for every folder that has to be made for them, so that undoing them takes it away again. */
function withFolders(target: ConfinedFolder, steps: readonly Step[]): Step[] {
  const all = new Map(steps.map((step) => [Buffer.from(step.path).toString("latin1"), step]));
  for (const { path, after } of steps) {
    if (after === undefined) continue;
    let name = Buffer.from(path).toString("latin1");
    for (let cut = name.lastIndexOf("/"); cut > 0; cut = name.lastIndexOf("/")) {
      name = name.slice(0, cut);
      const folder = Buffer.from(name, "latin1");
      if (all.get(name)?.after || target.look(folder)?.kind === "directory") break;
      all.set(name, { path: folder, after: { kind: "directory", mode: 0o755, bytes: Buffer.alloc(0) } });
    }
  }
  return [...all.values()];
}

/** Files go before the directories that held them; directories come before what is in them. */
function orderSteps(steps: readonly PlannedStep[], back = false): PlannedStep[] {
  const wanted = (step: PlannedStep) => (back ? step.before : step.after);
  const byPath = [...steps].sort((a, b) => (a.path < b.path ? -1 : 1));
  const removals = byPath.filter((step) => wanted(step) === undefined).reverse();
  return [...removals, ...byPath.filter((step) => wanted(step) !== undefined)];
}

/** What stands at a path, with its bytes. */
export function readStanding(target: ConfinedFolder, path: Uint8Array): Content | undefined {
  const standing: Standing | undefined = target.look(path);
  if (standing === undefined) return undefined;
  const { kind, mode } = standing;
  if (kind === "other")
    throw new WorkspaceError("apply", `replace "${Buffer.from(path)}": it is no file, link or folder`);
  return { kind, mode, bytes: kind === "directory" ? new Uint8Array() : target.read(path, kind) };
}

function writeDurably(path: string, bytes: Uint8Array): void {
  const fd = openSync(path, "w", 0o600);
  try {
    writeFileSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

function syncFolder(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
