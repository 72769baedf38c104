import type { Conflict, OutsideFile, Resolution } from "@shadowbox/sandbox";
import type { Call } from "../runtime/client.ts";
import type { ProjectChanges } from "../runtime/protocol.ts";
import { keepOrigin, mayWrite, newerFiles, noteKnown, type Origin, writeBack } from "./origin.ts";
import type { BoxView } from "./use-box.ts";

/** What is to become of a file that the folder has otherwise than the project knows. */
export interface ConflictQuestion {
  type: "conflict";
  path: string;
  reason: Conflict["reason"];
  /** Name of the folder. */
  folder: string;
  canMerge: boolean;
  /** Others that wait for the same answer. */
  others: number;
}

export interface ConflictReply {
  resolution: Resolution;
  /** It holds for the others, too. */
  all: boolean;
}

interface Parts {
  call: Call;
  update(part: Partial<BoxView>): void;
  ask(question: ConflictQuestion): Promise<ConflictReply>;
}

/** Keeps the user's folder as the project is, as far as the page may and the user did not change it meanwhile. */
export class FollowedFolder {
  readonly #parts: Parts;
  #origin: Origin | undefined;
  #settled: Promise<void> = Promise.resolve();

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async use(origin: Origin | undefined): Promise<void> {
    this.#origin = origin;
    this.#parts.update({ folder: undefined });
    await this.settle(false);
  }

  /** Writes to the folder what it does not have yet; what the user changed there is asked about at a click, else named. */
  settle(isClick: boolean): Promise<void> {
    // One after the other: a second one would take what the first is writing for the user's edits.
    const settled = this.#settled.then(() => this.#settle(isClick));
    this.#settled = settled.catch(() => undefined);
    return settled;
  }

  async #settle(isClick: boolean): Promise<void> {
    const origin = this.#origin;
    if (origin === undefined) return;
    const { call, update } = this.#parts;
    const changes = await call("projectChanges", origin.known);
    let pending = changes.put.length + changes.gone.length;
    const show = (isWriting: boolean) => update({ folder: { name: origin.folder.name, pending, isWriting } });
    try {
      if (pending > 0 && (await mayWrite(origin, isClick))) {
        show(true);
        pending = await this.#write(origin, changes, isClick);
      }
    } finally {
      show(false);
    }
  }

  /** How many of the changes are still to be written afterwards. */
  async #write(origin: Origin, given: ProjectChanges, isClick: boolean): Promise<number> {
    const { call, update } = this.#parts;
    let changes = given;
    await keepOrigin({ ...origin, isWriting: true });
    let report = await writeBack(origin, changes);
    if (isClick && report.conflicts.length > 0 && (await this.#answerNewer(origin, report.conflicts))) {
      changes = await call("projectChanges", origin.known);
      report = await writeBack(origin, changes);
    }
    await keepOrigin(origin);
    const { conflicts, skipped, written, removed } = report;
    const left = [...conflicts.map((path) => `${path} changed there meanwhile`)];
    left.push(...skipped.map((path) => `${path} is a link, which a page cannot make`));
    if (left.length > 0)
      update({ problem: `Not written to the folder ${origin.folder.name}: ${left.join("; ")}.` });
    return changes.put.length + changes.gone.length - written.length - removed.length;
  }

  /** Of what was committed already; whether anything is to be written now that was not before. */
  async #answerNewer(origin: Origin, paths: readonly string[]): Promise<boolean> {
    const newer = await newerFiles(origin, paths);
    const conflicts = newer.map(({ path, bytes }) => ({
      path,
      reason: reasonOf(bytes, origin.known.has(path)),
    }));
    const answers = await this.#askEach(origin, conflicts, false);
    const chosen = (wanted: Resolution) => newer.filter(({ path }) => answers[path] === wanted);
    const [boxes, folders] = [chosen("theirs"), chosen("ours")];
    // The box goes on seeing what it changed since; the rest it sees as the folder has it.
    const keep = Object.fromEntries(folders.map(({ path }) => [path, "theirs" as const]));
    if (folders.length > 0) await this.#parts.call("takeIn", folders, keep);
    await noteKnown(origin, [...boxes, ...folders]);
    return boxes.length + folders.length > 0;
  }

  /**
   * Before a commit of these changes (default all): what the user changed in the folder meanwhile comes in, merged or as the user
   * answers. The paths to commit; undefined: all of them.
   */
  async meet(paths?: readonly string[]): Promise<readonly string[] | undefined> {
    const origin = this.#origin;
    if (origin === undefined || !(await mayWrite(origin, true))) return paths;
    const { call, update } = this.#parts;
    const { changes } = await call("changes");
    const wanted = changes.filter(({ path }) => paths === undefined || paths.includes(path));
    const newer = await newerFiles(
      origin,
      wanted.flatMap(({ path, from }) => (from === undefined ? [path] : [from, path])),
    );
    if (newer.length === 0) return paths;
    const same = await call("takeIn", newer, {});
    const answers = await this.#askEach(origin, same.conflicts, true);
    const { conflicts } = await call("takeIn", newer, answers);
    const staying = new Set(conflicts.filter(isLeft).map(({ path }) => path));
    const sources = new Map(wanted.map(({ path, from }) => [from, path]));
    const taken = newer.filter(({ path }) => {
      const conflict = conflicts.find((one) => one.path === path || one.path === sources.get(path));
      return conflict === undefined || (conflict.resolution ?? "skip") !== "skip";
    });
    await noteKnown(origin, taken);
    await keepOrigin(origin);
    const told = conflicts.flatMap((conflict) => lineOf(conflict, origin.folder.name));
    if (told.length > 0) update({ problem: `${told.join("; ")}.` });
    const names = new Set(wanted.map(({ path }) => path));
    const now = await call("changes");
    return now.changes.map(({ path }) => path).filter((path) => names.has(path) && !staying.has(path));
  }

  async #askEach(
    { folder }: Origin,
    conflicts: readonly Pick<Conflict, "path" | "reason">[],
    canMerge: boolean,
  ): Promise<Record<string, Resolution>> {
    const answers: Record<string, Resolution> = {};
    let forAll: Resolution | undefined;
    for (const [i, { path, reason }] of conflicts.entries()) {
      const others = conflicts.length - i - 1;
      const about = { path, reason, folder: folder.name, canMerge, others };
      const reply: ConflictReply = forAll
        ? { resolution: forAll, all: true }
        : await this.#parts.ask({ type: "conflict", ...about });
      answers[path] = reply.resolution;
      if (reply.all) forAll = reply.resolution;
    }
    return answers;
  }
}

/** What the commit is not to have: undecided, to be mended first, or the folder's already. */
function isLeft({ resolution, marks = 0 }: Conflict): boolean {
  return marks > 0 || resolution === undefined || resolution === "skip" || resolution === "ours";
}

function lineOf({ path, resolution, marks = 0 }: Conflict, folder: string): string[] {
  if (resolution === undefined) return [`${path} cannot be merged with what ${folder} has: nothing was done`];
  if (resolution !== "merge") return [];
  if (marks === 0) return [`${path} was merged with what ${folder} has`];
  const places = marks === 1 ? "one place stands" : `${marks} places stand`;
  return [`${path}: ${places} between conflict markers in the box; mend it, then commit`];
}

function reasonOf(bytes: OutsideFile["bytes"], isKnown: boolean): Conflict["reason"] {
  return bytes === undefined ? "deleted" : isKnown ? "changed" : "created";
}
