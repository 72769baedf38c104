import { keyPath } from "../paths.ts";
import type { ConfinedFolder, Replacement, Standing } from "./confined.ts";
import type { Begun, Content, Pack, Plan, PlannedStep } from "./plans.ts";

/** The name under which the content of a step is written first. */
export function besideName(token: string, number: number): string {
  return `.shadowbox-${token}-${number}.tmp`;
}

/** Takes away what was written beside its place, and not put there. */
export function removeStaged(target: ConfinedFolder, { token, steps }: Begun): void {
  for (const [number, { path }] of steps.entries())
    target.removeStaged(keyPath(path), besideName(token, number));
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

  put(step: PlannedStep, side: "before" | "after"): void {
    const target = this.#target;
    const path = keyPath(step.path);
    const kept = step[side];
    const depth = side === "after" ? this.#staged.get(step) : undefined;
    // A folder that came there meanwhile refuses to be replaced.
    if (depth !== undefined && step.before?.kind !== "directory") {
      target.putStaged(path, this.#beside.get(step) as string, depth);
      return;
    }
    const now = target.look(path);
    if (now?.kind === "directory" && kept?.kind !== "directory") target.removeDirectory(path);
    if (kept === undefined) {
      if (now !== undefined && now.kind !== "directory") target.remove(path);
      return;
    }
    if (kept.kind !== "directory") {
      if (depth !== undefined) target.putStaged(path, this.#beside.get(step) as string, depth);
      else target.replace(path, this.#fresh(step, this.#pack.load(kept)));
      return;
    }
    if (now !== undefined && now.kind !== "directory") target.remove(path);
    if (now?.kind !== "directory") target.makeDirectory(path, kept.mode);
    else if (now.mode !== kept.mode) target.setMode(path, kept.mode);
  }
}

/** A content as it is written beside its place. */
export function replacementOf(
  { kind, mode, bytes, mtimeNs }: Content,
  beside: string,
  sync: boolean,
): Replacement {
  const time = mtimeNs !== undefined && { mtimeNs };
  return { bytes, ...(kind === "file" && { mode, ...time }), beside, sync };
}

/** Throws when the project does not have what the steps say; what it has. */
export function verify(target: ConfinedFolder, steps: readonly PlannedStep[]): Map<PlannedStep, Standing> {
  const found = new Map<PlannedStep, Standing>();
  for (const step of steps) {
    const { path, after } = step;
    const now = target.look(keyPath(path));
    const fine =
      after === undefined
        ? now === undefined || now.kind === "directory"
        : now?.kind === after.kind && (after.kind !== "file" || now.size === after.size);
    if (!fine)
      throw new Error(
        `"${Buffer.from(path, "latin1")}" is ${now?.kind ?? "gone"} after the change, expected ${after?.kind ?? "gone"}`,
      );
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
