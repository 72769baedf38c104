import { join } from "node:path";
import { keyPath, pathKey } from "../paths.ts";
import type { ConfinedFolder } from "./confined.ts";
import { digestOf, type Kept, type PackWriter, type PlannedStep } from "./plans.ts";
import { keepStanding, linkStanding } from "./standing.ts";
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
      if (target.look(folder)?.kind === "directory") {
        standing.add(name);
        break;
      }
      all.set(name, { path: folder, after: { kind: "directory", mode: 0o755, read: () => NOTHING } });
    }
  }
  return [...all.values()];
}

/** Keeps what stands at the step's path, and what is to stand there. */
export function keepStep(target: ConfinedFolder, step: Step, pack: PackWriter): PlannedStep {
  const { path, after, box = "after", keepsTime = false } = step;
  const before = keepStanding(target, path, pack, keepsTime);
  return planned(step, box, before, after && pack.keep({ ...after, bytes: after.read() }));
}

/**
 * The same of one step of many: the old file is kept by a link, the new one written beside its place and nowhere else. Neither is
 * known to be on the disk when this returns.
 */
export function stageStep(
  target: ConfinedFolder,
  step: Step,
  pack: PackWriter,
  at: { folder: string; token: string; number: number; buffer: Uint8Array },
): PlannedStep {
  const { path, after, box = "after", keepsTime = false } = step;
  const place = join(at.folder, `before-${at.number}`);
  // Before anything is linked: a link changes when the file was changed last, and what the box shows of it is not known then.
  const bytes = after?.read(at.buffer) ?? NOTHING;
  const linked = step.isNew ? undefined : linkStanding(target, path, place, keepsTime);
  const before = linked ?? keepStanding(target, path, pack, keepsTime);
  if (after === undefined) return planned(step, box, before, undefined);
  if (after.kind === "directory") return planned(step, box, before, pack.keep({ ...after, bytes }));
  const { kind, mode, mtimeNs } = after;
  const content = { kind, mode, bytes, ...(mtimeNs !== undefined && { mtimeNs }) };
  const depth = target.stage(path, replacementOf(content, besideName(at.token, at.number), false));
  const time = mtimeNs !== undefined && { mtimeNs: String(mtimeNs) };
  const staged = { depth, digest: digestOf(bytes) };
  return planned(step, box, before, { kind, mode, at: 0, size: bytes.length, ...time, staged });
}

function planned({ path }: Step, box: PlannedStep["box"], before?: Kept, after?: Kept): PlannedStep {
  return { path: pathKey(path), ...(before && { before }), ...(after && { after }), box };
}
