import { readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Listing, TestProject } from "./testing.ts";

let test: TestProject;

/** A call in the box that writes these files. */
function call(script: string, files: Listing): void {
  test.box(files);
  test.workspace.noteExec(script, 0);
}

afterEach(() => test.remove());

function lines(count: number, changed: Record<number, string> = {}): string {
  return Array.from({ length: count }, (_, i) => `${changed[i + 1] ?? `line ${i + 1}`}\n`).join("");
}

const FILES: Listing = {
  "a.txt": "alpha\n",
  "src/b.txt": "beta\n",
  "src/deep/c.txt": "gamma\n",
  "long.txt": lines(40),
};

describe("refresh() and commits that merge", () => {
  const BOX = lines(40, { 2: "box", 30: "box" });
  const USER = lines(40, { 10: "user" });

  it("bring the user's edits and the box's together, and the commit writes both", () => {
    test = new TestProject(FILES);
    test.box({ "long.txt": BOX, "a.txt": "box\n" });
    test.user({ "long.txt": USER });
    const dry = test.workspace.commit({ onConflict: "merge", dryRun: true });
    const { conflicts, changes } = test.workspace.commit({ onConflict: "merge" });
    expect(conflicts).toEqual([{ path: "long.txt", reason: "changed", resolution: "merge" }]);
    expect(dry).toEqual({ changes, conflicts });
    expect(test.found()["long.txt"]).toBe(lines(40, { 2: "box", 10: "user", 30: "box" }));
    expect(test.status()).toEqual([]);
  });

  it("leave marks in the box where both changed the same lines, and the project alone", () => {
    test = new TestProject(FILES);
    test.box({ "long.txt": BOX, "a.txt": "box\n" });
    test.user({ "long.txt": lines(40, { 2: "user" }) });
    const dry = test.workspace.commit({ onConflict: "merge", dryRun: true });
    const { conflicts } = test.workspace.commit({ onConflict: "merge" });
    expect(conflicts).toEqual([{ path: "long.txt", reason: "changed", resolution: "merge", marks: 1 }]);
    expect(dry.conflicts).toEqual(conflicts);
    expect(test.found()).toMatchObject({ "long.txt": lines(40, { 2: "user" }), "a.txt": "box\n" });
    expect(test.seen()["long.txt"]).toContain("<<<<<<< project\nuser\n=======\nbox\n>>>>>>> box\n");
    test.box({ "long.txt": BOX });
    test.workspace.commit();
    expect(test.found()["long.txt"]).toBe(BOX);
  });

  it("follow a file that the box moved, and keep both sides' modes", () => {
    test = new TestProject(FILES);
    test.boxMoves("long.txt", "moved.txt");
    test.box({ "moved.txt": BOX }, 0o755);
    test.user({ "long.txt": USER });
    test.workspace.refresh();
    expect(test.status()).toEqual(["renamed long.txt -> moved.txt"]);
    test.workspace.commit();
    expect(test.found()["long.txt"]).toBeUndefined();
    expect(test.found()["moved.txt"]).toBe(lines(40, { 2: "box", 10: "user", 30: "box" }));
    expect(statSync(join(test.project, "moved.txt")).mode & 0o777).toBe(0o755);
  });

  it("know what a file was that the box wrote without reading it", () => {
    test = new TestProject({ many: lines(40) });
    test.box({ many: BOX });
    test.user({ many: USER });
    test.workspace.commit({ onConflict: "merge" });
    expect(test.found().many).toBe(lines(40, { 2: "box", 10: "user", 30: "box" }));
  });

  it("say of a file that the box moved without reading it that the project lost it", () => {
    test = new TestProject(FILES);
    test.boxMoves("src/deep/c.txt", "c.txt");
    rmSync(join(test.project, "src/deep"), { recursive: true });
    test.user({ "src/deep": "a file\n" });
    const lost = [{ path: "c.txt", reason: "deleted", lost: true }];
    expect(test.workspace.commit({ dryRun: true }).conflicts).toEqual(lost);
    expect(() => test.workspace.commit()).toThrow(/c\.txt \(deleted in the project/);
    expect(() => test.workspace.commit({ onConflict: "theirs" })).toThrow(/c\.txt \(deleted in the project/);
    test.workspace.commit({ onConflict: "ours" });
    expect(test.status()).toEqual([]);
    expect(test.found()["src/deep"]).toBe("a file\n");
  });

  it("say what cannot be merged: deletions, other kinds, binary files", () => {
    test = new TestProject({ ...FILES, bin: "\0old\n" });
    test.box({ "a.txt": "box\n", bin: "\0box\n", "src/b.txt": "box\n" });
    test.boxRemoves("src/deep/c.txt");
    test.user({ bin: "\0user\n", "src/deep/c.txt": "user\n" });
    rmSync(join(test.project, "a.txt"));
    rmSync(join(test.project, "src/b.txt"));
    test.user({ "src/b.txt": "-> a.txt" });
    const seen = test.seen();
    const { conflicts } = test.workspace.refresh();
    expect(conflicts.map(({ path, resolution }) => [path, resolution])).toEqual([
      ...[
        ["a.txt", undefined],
        ["bin", undefined],
        ["src/b.txt", undefined],
        ["src/deep/c.txt", undefined],
      ],
    ]);
    expect(test.seen()).toEqual(seen);
    const dry = test.workspace.commit({ onConflict: "merge", dryRun: true });
    expect(dry.conflicts.map(({ path, resolution }) => [path, resolution])).toEqual(
      conflicts.map(({ path }) => [path, undefined]),
    );
    expect(() => test.workspace.commit({ onConflict: "merge" })).toThrow(/a\.txt[\s\S]*bin/);
    test.workspace.refresh({ conflicts: { bin: "ours", "src/b.txt": "theirs" }, onConflict: "skip" });
    expect(test.seen().bin).toBe("\0user\n");
    expect(test.status()).toEqual(["modified a.txt", "type src/b.txt", "deleted src/deep/c.txt"]);
  });

  it("show the user's edits of what the box did not change, in a box that is open", () => {
    test = new TestProject(FILES);
    expect(test.seen()).toEqual(FILES);
    test.user({ "a.txt": "user\n", "src/new.txt": "n\n" });
    rmSync(join(test.project, "src/deep"), { recursive: true });
    test.workspace.refresh();
    expect(test.seen()).toEqual(test.found());
    expect(test.status()).toEqual([]);
  });
});

describe("snapshots", () => {
  it("are taken of calls that change something, and are there again", () => {
    test = new TestProject(FILES);
    call("one", { "a.txt": "1\n", "new/x": "x\n" });
    call("nothing", {});
    test.boxMoves("new/x", "moved");
    call("two", { "a.txt": "2\n" });
    test.open();
    const list = test.workspace.snapshotList();
    expect(list.map(({ id, script, paths }) => [id, script, paths])).toEqual([
      [1, "one", ["a.txt", "new", "new/x"]],
      [2, "two", ["a.txt", "moved", "new/x"]],
    ]);
    expect(Buffer.from(test.workspace.between(1, 2).patch).toString()).toMatch(
      /-1\n\+2\n[\s\S]*rename from new\/x\nrename to moved/,
    );
    expect(test.workspace.between(0, 2).changes.changes.map(({ kind, path }) => `${kind} ${path}`)).toEqual([
      ...["modified a.txt", "created moved", "created new"],
    ]);
    expect(test.workspace.between(0, 1).changes.changes.map(({ path }) => path)).toEqual(["a.txt", "new/x"]);
    expect(() => test.workspace.between(0, 7)).toThrow(/find snapshot 7: expected 1 to 2/);
  });

  it("can be gone back to, in whole or in part, and forth again", () => {
    test = new TestProject(FILES);
    const states = [test.seen()];
    const steps: Listing[] = [
      { "a.txt": "1\n", "new/x": "x\n" },
      { "a.txt": "2\n", "src/b.txt": "-> a.txt" },
    ];
    for (const [i, files] of steps.entries()) {
      call(`call ${i}`, files);
      states.push(test.seen());
    }
    test.boxRemoves("new", "src/deep");
    call("removal", {});
    states.push(test.seen());
    test.open();
    for (const id of [1, 3, 0, 2]) {
      test.workspace.restore(id);
      expect(test.seen()).toEqual(states[id]);
      test.open();
      expect(test.seen()).toEqual(states[id]);
    }
    test.workspace.restore(1, ["a.txt"]);
    expect(test.seen()).toEqual({ ...states[2], "a.txt": "1\n" });
    expect(test.found()).toEqual(FILES);
  });

  it("survive commits, which change nothing in the box", () => {
    test = new TestProject(FILES);
    call("one", { "a.txt": "1\n" });
    test.workspace.commit();
    test.open();
    call("none", {});
    expect(test.workspace.snapshotList()).toHaveLength(1);
    call("two", { "a.txt": "2\n" });
    test.workspace.restore(1);
    expect(test.seen()["a.txt"]).toBe("1\n");
    expect(test.status()).toEqual([]);
    test.workspace.restore(0);
    expect(test.seen()).toEqual(FILES);
    expect(test.status()).toEqual(["modified a.txt"]);
  });

  it("tell who wrote each line, through a rename", () => {
    test = new TestProject(FILES);
    call("edit", { "long.txt": lines(40, { 2: "two" }) });
    test.boxMoves("long.txt", "moved.txt");
    call("move", {});
    call("edit again", { "moved.txt": lines(40, { 2: "two", 20: "twenty" }) });
    const written = test.workspace
      .blame("moved.txt")
      .flatMap(({ snapshot }, i) => (snapshot ? [`${i + 1} ${snapshot.script}`] : []));
    expect(written).toEqual(["2 edit", "20 edit again"]);
  });

  it("tell who wrote each line of a file that one call moved and edited", () => {
    test = new TestProject(FILES);
    test.boxMoves("long.txt", "moved.txt");
    call("move and edit", { "moved.txt": lines(40, { 20: "twenty" }) });
    const written = test.workspace.blame("moved.txt").flatMap(({ snapshot }, i) => (snapshot ? [i + 1] : []));
    expect(written).toEqual([20]);
  });

  it("lose only what a crash cut off", () => {
    test = new TestProject(FILES);
    const file = join(test.state, "snapshots");
    const written = () => readFileSync(file, "latin1").replace(/\0+$/, "").length;
    call("one", { "a.txt": "1\n" });
    const whole = written();
    call("two", { "a.txt": "2\n" });
    for (const [cut, zeros] of [
      [1, 0],
      [20, 500],
      [60, 5],
    ] as const) {
      const left = Math.max(whole, written() - cut);
      truncateSync(file, left);
      truncateSync(file, left + zeros);
      test.open();
      expect(test.workspace.snapshotList()).toHaveLength(1);
      test.workspace.noteExec("again", 0);
      expect(test.workspace.snapshotList().map(({ script }) => script)).toEqual(["one", "again"]);
    }
  });
});

describe("review()", () => {
  it("says which call wrote each line, and selections by call take just those hunks", () => {
    test = new TestProject(FILES);
    call("first", { "long.txt": lines(40, { 2: "one", 30: "one" }) });
    call("second", { "long.txt": lines(40, { 2: "one", 20: "two", 30: "one" }), "new.txt": "new\n" });
    const [changed] = test.workspace.review(["long.txt"]);
    const written = changed?.hunks.flatMap((hunk) =>
      hunk.lines.flatMap(({ kind, text, change, call }) =>
        kind === "context" ? [] : [`${kind} ${text.trim()} ${change} ${call}`],
      ),
    );
    expect(written).toEqual([
      ...["removed line 2 0 1", "added one 0 1"],
      ...["removed line 20 1 2", "added two 1 2"],
      ...["removed line 30 2 1", "added one 2 1"],
    ]);
    test.workspace.commit({ paths: [{ path: ".", calls: [2] }] });
    expect(test.found()).toMatchObject({ "long.txt": lines(40, { 20: "two" }), "new.txt": "new\n" });
    test.workspace.commit({ paths: [{ path: ".", calls: [2] }] });
    expect(test.status()).toEqual(["modified long.txt"]);
    test.workspace.commit({ paths: [{ path: "long.txt", calls: [1] }] });
    expect(test.status()).toEqual([]);
  });

  it("shows what a reviewer edited as theirs", () => {
    test = new TestProject(FILES);
    call("first", { "long.txt": lines(40, { 2: "one", 30: "one" }) });
    test.workspace.edit("long.txt", Buffer.from(lines(40, { 2: "mine", 30: "one" })));
    expect(test.workspace.log().at(-1)).toMatchObject({
      operation: "edit",
      paths: ["long.txt"],
      snapshot: 2,
    });
    expect(test.workspace.blame("long.txt")[1]?.snapshot?.operation).toBe("edit");
    expect(() => test.workspace.edit("src", Buffer.from(""))).toThrow(/expected a file, got a directory/);
  });
});
