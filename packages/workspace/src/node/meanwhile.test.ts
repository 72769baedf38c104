import { execFileSync } from "node:child_process";
import {
  chmodSync,
  linkSync,
  lstatSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TestProject } from "./testing.ts";
import { CrashingDisk } from "./testing-disk.ts";
import type { ProjectWorkspace } from "./workspace.ts";

let test: TestProject;
afterEach(() => test.remove());

type Action = (workspace: ProjectWorkspace) => unknown;

/** What somebody does to a file; fails where there is no such file, or already one. */
const EDITS = {
  "written in place": (place: string) => writeFileSync(place, "somebody's\n", { flag: "r+" }),
  "saved anew": (place: string) => {
    if (!lstatSync(place).isFile()) throw new Error("no file");
    writeFileSync(`${place}~`, "somebody's\n");
    renameSync(`${place}~`, place);
  },
  "given a mode": (place: string) => {
    if (!lstatSync(place).isFile()) throw new Error("no file");
    chmodSync(place, 0o640);
  },
  created: (place: string) => writeFileSync(place, "somebody's\n", { flag: "wx" }),
  removed: (place: string) => rmSync(place),
};
type Edit = keyof typeof EDITS;

/** Of each path which file it is, its mode, and when it was written last; of what is no file the mode. */
function factsOf({ project }: TestProject): Record<string, string> {
  const facts: Record<string, string> = {};
  for (const name of readdirSync(project, { recursive: true }) as string[]) {
    const stat = lstatSync(join(project, name), { bigint: true });
    facts[name] = stat.isFile() ? `${stat.ino} ${stat.mode} ${stat.mtimeNs}` : `${stat.mode}`;
  }
  return facts;
}

function without<T>(facts: Record<string, T>, path: string): Record<string, T> {
  const { [path]: _, ...rest } = facts;
  return rest;
}

/** How often the action was refused, and how often it was done. */
interface Ends {
  refused: number;
  done: number;
}

/**
 * Edits the path before each `every`th call by which the action changes the disk: what came of the edit is there in the end, and all
 * else is new, or the action was refused, and all else is as it was.
 */
function editAt(path: string, edit: Edit, action: Action, every = 1): Ends {
  const [trial] = test.copies(1) as [TestProject];
  const disk = new CrashingDisk();
  trial.open(disk);
  const first = disk.count;
  action(trial.workspace);
  const after = trial.found();
  trial.remove();
  const ends = { refused: 0, done: 0 };
  for (const [i, copy] of test.copies(Math.ceil((disk.count - first) / every)).entries()) {
    const before = { found: copy.found(), facts: factsOf(copy) };
    const { theirs, refusal } = actWith(copy, action, { path, edit, at: first + i * every });
    if (theirs !== undefined) {
      const [end, mine] = [copy.found(), factsOf(copy)[path]];
      const isBack = edit === "removed" && refusal !== undefined && end[path] === before.found[path];
      if (!isBack) expect([end[path], mine]).toEqual(theirs);
      expect(without(end, path)).toEqual(without(refusal === undefined ? after : before.found, path));
      if (refusal !== undefined) {
        // Before it was planned the plan says so.
        if (!refusal.startsWith("commit: nothing was written"))
          expect(refusal).toContain(`"${path.split("/")[0]}`);
        expect(without(factsOf(copy), path)).toEqual(without(before.facts, path));
      }
      ends[refusal === undefined ? "done" : "refused"]++;
    }
    copy.remove();
  }
  return ends;
}

/** Does the action with the edit before call `at`; what the path was after the edit, if there was one, and how it was refused. */
function actWith(
  copy: TestProject,
  action: Action,
  { path, edit, at }: { path: string; edit: Edit; at: number },
): { theirs?: [string | undefined, string | undefined]; refusal?: string } {
  const place = join(copy.project, path);
  const result: ReturnType<typeof actWith> = {};
  const isOfInode = edit === "written in place" || edit === "given a mode";
  const disk = new CrashingDisk({
    meanwhile(call) {
      // Some microseconds lie between the last look at a place and the call that replaces what is there: too late for another file.
      const isReplaced = call.place === place && /rename|unlink/.test(call.name);
      if (call.number !== at || (isReplaced && !isOfInode)) return;
      try {
        EDITS[edit](place);
        result.theirs = [copy.found()[path], factsOf(copy)[path]];
      } catch {
        // There is nothing of that kind to edit now.
      }
    },
  });
  copy.open(disk);
  try {
    action(copy.workspace);
  } catch (error) {
    result.refusal = (error as Error).message;
  }
  return result;
}

const FILES = {
  ...{ "a.txt": "alpha\n", gone: "gone\n", "old.txt": "old\n", mode: "mode\n", swap: "a file\n" },
  ...{ "f/x": "x\n", "b.txt": "beta\n", z: "last\n" },
};

/** A box that changed, removed, moved, made and swapped things. */
function prepare(): void {
  test = new TestProject(FILES);
  test.box({ "a.txt": "box\n", "b.txt": "box\n", "new/n": "n\n", z: "box\n" });
  test.box({ mode: "mode\n" }, 0o755);
  test.boxRemoves("gone", "swap", "f");
  test.boxMoves("old.txt", "moved.txt");
  test.box({ "swap/inside": "i\n", f: "now a file\n" });
}

const COMMITS: [path: string, edit: Edit][] = [
  ["a.txt", "written in place"],
  ["a.txt", "saved anew"],
  ["a.txt", "given a mode"],
  ["a.txt", "removed"],
  ["z", "saved anew"],
  ["gone", "written in place"],
  ["gone", "saved anew"],
  ["mode", "saved anew"],
  ["old.txt", "saved anew"],
  ["moved.txt", "created"],
  ["swap", "written in place"],
  ["swap", "saved anew"],
  ["f/x", "saved anew"],
  ["f/other", "created"],
];

const UNDOS: [path: string, edit: Edit][] = [
  ["a.txt", "written in place"],
  ["a.txt", "saved anew"],
  ["gone", "created"],
  ["moved.txt", "saved anew"],
  ["swap/inside", "saved anew"],
  ["swap/other", "created"],
  ["f", "saved anew"],
  ["new/n", "written in place"],
];

const commit: Action = (workspace) => workspace.commit();
const undo: Action = (workspace) => workspace.undo();

const MANY = Object.fromEntries(Array.from({ length: 40 }, (_, i) => [`d${i % 3}/file${i}`, `old ${i}\n`]));

function prepareUndo(): void {
  prepare();
  test.workspace.commit();
}

/** A box that changed 39 files and removed one. */
function prepareMany(): void {
  test = new TestProject(MANY);
  test.box(Object.fromEntries(Object.keys(MANY).map((path) => [path, "new\n"])));
  test.boxRemoves("d1/file1");
}

describe("what somebody writes during a transaction is there in the end", { timeout: 120_000 }, () => {
  it.each(COMMITS)("commit: %s %s", (path, edit) => {
    prepare();
    expect(editAt(path, edit, commit, 5).refused).toBeGreaterThan(3);
  });

  it.each(UNDOS)("undo: %s %s", (path, edit) => {
    prepareUndo();
    expect(editAt(path, edit, undo, 5).refused).toBeGreaterThan(3);
  });

  it("redo: a.txt saved anew", () => {
    prepareUndo();
    test.workspace.undo();
    expect(editAt("a.txt", "saved anew", (workspace) => workspace.redo(), 5).refused).toBeGreaterThan(3);
  });

  it.each([
    ["d2/file38", "written in place"],
    ["d2/file38", "saved anew"],
    ["d0/file0", "written in place"],
    ["d0/file0", "saved anew"],
    ["d1/file1", "written in place"],
    ["d1/file1", "saved anew"],
  ] as const)("of many files: %s %s", (path, edit) => {
    prepareMany();
    expect(editAt(path, edit, commit, 23).refused).toBeGreaterThan(3);
    test.workspace.commit();
    if (path !== "d1/file1") expect(editAt(path, edit, undo, 23).refused).toBeGreaterThan(3);
  });
});

describe("a file that is written between the last look at it and its replacement", () => {
  it.each([
    ["one of few", prepare, "z"],
    ["one of many", prepareMany, "d0/file0"],
  ] as const)("keeps what was written: %s", (_, make, path) => {
    make();
    const [place, found] = [join(test.project, path), test.found()];
    test.open(
      new CrashingDisk({
        meanwhile: (call) => {
          if (call.name === "renameSync" && call.place === place) EDITS["written in place"](place);
        },
      }),
    );
    expect(() => test.workspace.commit()).toThrow(`"${path}" in the project: it was changed there meanwhile`);
    expect(test.found()).toEqual({ ...found, [path]: "somebody's\n" });
  });
});

describe("a refused transaction", () => {
  /** The project has no room for what is put at the place. */
  const fullAt = (path: string) =>
    new CrashingDisk({
      meanwhile({ name, place }) {
        if (name !== "renameSync" || place !== join(test.project, path)) return;
        throw Object.assign(new Error("ENOSPC: no space left on device, rename"), { code: "ENOSPC" });
      },
    });

  it.each([
    ["commit", prepare, "z", commit],
    ["undo", prepareUndo, "z", undo],
    ["commit of many", prepareMany, "d2/file38", commit],
  ] as const)("leaves the very files that were there, with their times: %s", (_, make, path, action) => {
    make();
    const before = factsOf(test);
    const seen = test.seen();
    test.open(fullAt(path));
    expect(() => action(test.workspace)).toThrow(`"${path}" in the project: no space left on device`);
    expect(factsOf(test)).toEqual(before);
    test.open();
    expect(test.seen()).toEqual(seen);
    action(test.workspace);
  });

  it("leaves copies with the times of what was there where nothing can be linked", () => {
    prepare();
    const times = () =>
      ["a.txt", "gone", "old.txt", "mode"].map((path) => lstatSync(join(test.project, path)).mtimeMs);
    const [before, found] = [times(), test.found()];
    test.open(
      new CrashingDisk({
        meanwhile({ name, place }) {
          if (name === "linkSync") throw Object.assign(new Error("EXDEV: link"), { code: "EXDEV" });
          if (name === "renameSync" && place === join(test.project, "z")) throw new Error("refused");
        },
      }),
    );
    expect(() => test.workspace.commit()).toThrow("refused");
    expect(test.found()).toEqual(found);
    for (const [i, time] of times().entries()) expect(time).toBeCloseTo(before[i] as number, 2);
  });

  it("by an edit is done the next time, with an answer", () => {
    prepareMany();
    let edits = 0;
    test.open(
      new CrashingDisk({
        meanwhile({ name, place }) {
          if (name === "renameSync" && place?.endsWith("file9") && edits++ === 0)
            writeFileSync(join(test.project, "d2/file38"), "somebody's\n");
        },
      }),
    );
    expect(() => test.workspace.commit()).toThrow(
      '"d2/file38" in the project: it was changed there meanwhile',
    );
    expect(test.found()).toEqual({ ...MANY, "d2/file38": "somebody's\n" });
    expect(() => test.workspace.commit()).toThrow(/\n {2}d2\/file38 \(changed/);
    test.workspace.commit({ onConflict: "skip" });
    expect(test.found()).toMatchObject({ "d2/file38": "somebody's\n", "d0/file0": "new\n" });
    expect(test.status()).toEqual(["modified d2/file38"]);
  });
});

describe("a transaction killed while it is taken back", () => {
  it.each([
    ["few", prepare, "z", 1],
    ["many", prepareMany, "d2/file38", 5],
  ] as const)("is taken back by the next start: %s", (_, make, path, every) => {
    make();
    const found = { ...test.found(), [path]: "somebody's\n" };
    const run = (copy: TestProject, at?: number): CrashingDisk => {
      let isEdited = false;
      const disk = new CrashingDisk({
        ...(at !== undefined && { at }),
        meanwhile({ name, place }) {
          if (isEdited || name !== "renameSync" || !place?.startsWith(copy.project)) return;
          isEdited = true;
          EDITS["saved anew"](join(copy.project, path));
        },
      });
      copy.open(disk);
      expect(() => copy.workspace.commit()).toThrow();
      return disk;
    };
    const [trial] = test.copies(1) as [TestProject];
    const { count } = run(trial);
    expect(trial.found()).toEqual(found);
    trial.remove();
    const ends = { before: 0, after: 0 };
    for (let at = count - 1; ends.after === 0; at -= every) {
      const [copy] = test.copies(1) as [TestProject];
      run(copy, at);
      const { finished, rescued } = copy.open();
      if (finished.length > 0) {
        // It was killed before it came to the edit.
        expect(readFileSync(rescued[0]?.file as string, "utf8")).toBe("somebody's\n");
        ends.after++;
      } else {
        expect(copy.found()).toEqual(found);
        ends.before++;
      }
      copy.remove();
    }
    expect(ends.before).toBeGreaterThan(10);
  });
});

describe("files with two names", () => {
  it.each([2, 40])("are changed under both: %i files", (count) => {
    test = new TestProject(
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`f${i}`, `old ${i}\n`])),
    );
    linkSync(join(test.project, "f0"), join(test.project, "g"));
    test.open();
    test.box(Object.fromEntries(["g", ...Object.keys(test.found())].map((name) => [name, "new\n"])));
    const seen = test.seen();
    test.workspace.commit();
    expect(test.found()).toEqual(seen);
    test.workspace.undo();
    expect(test.found().g).toBe("old 0\n");
  });
});

describe("files in a container's image", () => {
  it("are changed although a link makes others of them", () => {
    prepare();
    const seen = test.seen();
    let copied = 0;
    test.open(
      new CrashingDisk({
        meanwhile({ name, place }) {
          if (name !== "linkSync" || !place?.startsWith(test.project)) return;
          execFileSync("cp", ["-p", place, `${place}~`]);
          renameSync(`${place}~`, place);
          copied++;
        },
      }),
    );
    test.workspace.commit();
    expect(copied).toBeGreaterThan(3);
    expect(test.found()).toEqual(seen);
  });
});
