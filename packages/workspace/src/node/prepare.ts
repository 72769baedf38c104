import { join } from "node:path";
import { keyPath, pathKey } from "../paths.ts";
import type { ConfinedFolder } from "./confined.ts";
import { digestOf, type Kept, type PackWriter, type PlannedStep } from "./plans.ts";
import type { Standing } from "./stamps.ts";
import { keepStanding } from "./standing.ts";
import type { Step } from "./transaction.ts";
import { besideName, replacementOf } from "./writer.ts";

const NOTHING = new Uint8Array();

/** The steps, and one for every folder that has to be made for them, so that undoing them takes it away again. */
export function withFolders(target: ConfinedFolder, steps: readonly Step[]): Step[] {
  const all = new Map(steps.map((step) => [pathKey(step.path), step]));
  const standing = new Set<string>();
  for (const [path, { after }] of [...all]) {
    if (after === undefined) continue;
    let name = path;
    for (let cut = name.lastIndexOf("/"); cut > 0; cut = name.lastIndexOf("/")) {
      name = name.slice(0, cut);
      if (standing.has(name) || all.get(name)?.after) break;
      const folder = keyPath(name);
      const seen = target.look(folder);
      if (seen?.kind === "directory") {
        standing.add(name);
        break;
      }
      all.set(name, { path: folder, seen, after: { kind: "directory", mode: 0o755, read: () => NOTHING } });
    }
  }
  return [...all.values()];
}

/** Where a step is prepared: the transaction's folder, the step's number, memory for a content. */
export interface Bench {
  folder: string;
  token: string;
  number: number;
  buffer: Uint8Array;
}

/** A step as it is kept, and what stands at its path unless somebody changes it. */
export interface Prepared {
  step: PlannedStep;
  standing: Standing | undefined;
}

/** Keeps what stands at the step's path, and what is to stand there. */
export function keepStep(target: ConfinedFolder, step: Step, pack: PackWriter, at: Bench): Prepared {
  const { after } = step;
  const bytes = after?.read() ?? NOTHING;
  const { before, standing } = keepStanding(target, step, pack, placeFor(at));
  // The power may fail when the old file is only there, and nobody has made it durable.
  if (before?.link) target.syncFile(step.path);
  return { step: planned(step, before, after && pack.keep({ ...after, bytes })), standing };
}

/**
 * The same of one step of many: the new content is written beside its place and nowhere else. Neither old nor new is known to be on
 * the disk when this returns.
 */
export function stageStep(target: ConfinedFolder, step: Step, pack: PackWriter, at: Bench): Prepared {
  const { path, after } = step;
  // Before anything is linked: a link changes when the file was changed last, and what the box shows of it is not known then.
  const bytes = after?.read(at.buffer) ?? NOTHING;
  const { before, standing } = keepStanding(target, step, pack, placeFor(at));
  if (after === undefined) return { step: planned(step, before), standing };
  if (after.kind === "directory")
    return { step: planned(step, before, pack.keep({ ...after, bytes })), standing };
  const { kind, mode, mtimeNs } = after;
  const content = { kind, mode, bytes, ...(mtimeNs !== undefined && { mtimeNs }) };
  const depth = target.stage(path, replacementOf(content, besideName(at.token, at.number), false));
  const time = mtimeNs !== undefined && { mtimeNs: String(mtimeNs) };
  const staged = { depth, digest: digestOf(bytes) };
  const kept = { kind, mode, at: 0, size: bytes.length, ...time, staged };
  return { step: planned(step, before, kept), standing };
}

function placeFor({ folder, number }: Bench): string {
  return join(folder, `before-${number}`);
}

function planned({ path, box = "after" }: Step, before?: Kept, after?: Kept): PlannedStep {
  return { path: pathKey(path), ...(before && { before }), ...(after && { after }), box };
}
