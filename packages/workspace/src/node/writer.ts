import { decodeText } from "@shadowbox/vfs";
import { keyPath } from "../paths.ts";
import type { ConfinedFolder, Replacement } from "./confined.ts";
import {
  type Begun,
  type Content,
  digestOf,
  type Kept,
  type Pack,
  type Plan,
  type PlannedStep,
} from "./plans.ts";
import { changedMeanwhile, isSameFile, isUnwritten, type Standing } from "./stamps.ts";
import { standsAs } from "./standing.ts";

/** The name under which the content of a step is written first. */
export function besideName(token: string, number: number): string {
  return `.shadowbox-${token}-${number}.tmp`;
}

/** Takes away what was written beside its place, and not put there. */
export function removeStaged(target: ConfinedFolder, { token, steps }: Begun): void {
  for (const [number, { path }] of steps.entries())
    target.removeStaged(keyPath(path), besideName(token, number));
}

/** Whether what is to be put at the step's path is where it was written; true of what is kept. */
export function isStaged(
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

/** Brings single paths into the state before or after a transaction. */
export class Writer {
  readonly #target: ConfinedFolder;
  readonly #pack: Pack;
  readonly #sync: boolean;
  /** The names under which the steps' contents are written first. */
  readonly #beside: Map<PlannedStep, string>;
  /** What is written beside its place: so many names of the path lead to the folder. */
  readonly #staged = new Map<PlannedStep, number>();

  constructor(target: ConfinedFolder, pack: Pack, { steps, token }: Plan, sync: boolean) {
    this.#target = target;
    this.#pack = pack;
    this.#sync = sync;
    this.#beside = new Map(steps.map((step, number) => [step, besideName(token, number)]));
    for (const step of steps) if (step.after?.staged) this.#staged.set(step, step.after.staged.depth);
  }

  /** Writes the new content beside its place. */
  stage(step: PlannedStep): void {
    const { after } = step;
    if (after === undefined || after.kind === "directory" || after.staged) return;
    const fresh = this.#fresh(step, this.#pack.load(after));
    this.#staged.set(step, this.#target.stage(keyPath(step.path), fresh));
  }

  #fresh(step: PlannedStep, content: Content): Replacement {
    return replacementOf(content, this.#beside.get(step) as string, this.#sync);
  }

  /** Puts in place what is to stand there; `now` is what stands there. */
  put(step: PlannedStep, now: Standing | undefined): void {
    const path = keyPath(step.path);
    const { after } = step;
    if (after === undefined) this.#clear(path, now);
    else if (after.kind === "directory") this.#makeDirectory(path, after.mode, now);
    else {
      if (now?.kind === "directory" && !this.#clear(path, now))
        throw changedMeanwhile(path, now, this.#target.look(path));
      const depth = this.#staged.get(step);
      if (depth === undefined) this.#target.replace(path, this.#fresh(step, this.#pack.load(after)));
      else this.#target.putStaged(path, this.#beside.get(step) as string, depth);
    }
  }

  /**
   * Puts back what stood there: the very file, where it was linked. False: somebody wrote there since it was replaced, and that stays.
   * `seen`: what it looked like.
   */
  takeBack(step: PlannedStep, seen?: Standing): boolean {
    const path = keyPath(step.path);
    const { before } = step;
    const now = this.#target.look(path);
    if (before?.link && isSameFile(now, this.#pack.standing(before.link))) return true;
    const isTheirs = now !== undefined && now.kind !== "directory" && !this.#stands(step, "after");
    if (isTheirs) return this.#stands(step, "before");
    if (before === undefined) this.#clear(path, now);
    else if (before.kind === "directory") this.#makeDirectory(path, before.mode, now);
    else if (now?.kind === "directory" && !this.#clear(path, now)) return false;
    else this.#target.replace(path, this.#old(step, before, seen));
    return true;
  }

  #stands(step: PlannedStep, side: "before" | "after"): boolean {
    return standsAs(this.#target, this.#pack, step, side);
  }

  #old(step: PlannedStep, before: Kept, seen?: Standing): Replacement {
    if (before.link) return { ...this.#fresh(step, NOTHING), link: this.#pack.placeOf(before.link) };
    return this.#fresh(step, { ...this.#pack.load(before), ...(seen && { mtimeNs: seen.mtimeNs }) });
  }

  /** Removes what stands there, a folder if it is empty; whether nothing does any more. */
  #clear(path: Uint8Array, now: Standing | undefined): boolean {
    if (now === undefined) return true;
    if (now.kind !== "directory") this.#target.remove(path);
    else this.#target.removeDirectory(path);
    return now.kind !== "directory" || this.#target.look(path) === undefined;
  }

  #makeDirectory(path: Uint8Array, mode: number, now: Standing | undefined): void {
    if (now?.kind !== "directory") {
      this.#clear(path, now);
      this.#target.makeDirectory(path, mode);
    } else if (now.mode !== mode) this.#target.setMode(path, mode);
  }
}

const NOTHING: Content = { kind: "file", mode: 0, bytes: new Uint8Array() };

/** A content as it is written beside its place. */
export function replacementOf(
  { kind, mode, bytes, mtimeNs }: Content,
  beside: string,
  sync: boolean,
): Replacement {
  const time = mtimeNs !== undefined && { mtimeNs };
  return { bytes, ...(kind === "file" && { mode, ...time }), beside, sync };
}

/**
 * Throws when the project does not have what the steps say, or somebody wrote to a file as it was replaced; what the project has. With
 * each step comes what stood there before.
 */
export function verify(
  target: ConfinedFolder,
  pack: Pack,
  steps: ReadonlyMap<PlannedStep, Standing | undefined>,
): Map<PlannedStep, Standing> {
  const found = new Map<PlannedStep, Standing>();
  for (const [step, old] of steps) {
    const path = keyPath(step.path);
    const { before, after } = step;
    const kept = before?.link && old && pack.standing(before.link);
    if (kept && isSameFile(old, kept) && !isUnwritten(old, kept)) throw changedMeanwhile(path, old, kept);
    const now = target.look(path);
    const fine =
      after === undefined
        ? now === undefined || now.kind === "directory"
        : now?.kind === after.kind && (after.kind !== "file" || now.size === after.size);
    if (!fine && now !== undefined) throw changedMeanwhile(path, now, now);
    if (!fine)
      throw new Error(`"${decodeText(path)}" is gone after the change, expected ${after?.kind ?? "gone"}`);
    if (now) found.set(step, now);
  }
  return found;
}

/** Files go before the directories that held them; directories come before what is in them. */
export function orderSteps(steps: readonly PlannedStep[], back = false): PlannedStep[] {
  const wanted = (step: PlannedStep) => (back ? step.before : step.after);
  const byPath = [...steps].sort((a, b) => (a.path < b.path ? -1 : 1));
  const removals = byPath.filter((step) => wanted(step) === undefined).reverse();
  return [...removals, ...byPath.filter((step) => wanted(step) !== undefined)];
}
