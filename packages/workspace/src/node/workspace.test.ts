import { chmodSync, rmSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { type Listing, TestProject } from "./testing.ts";

let test: TestProject;
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

const NEW_LONG = lines(40, { 2: "two", 20: "twenty", 39: "thirty-nine" });

describe("commit()", () => {
  it("writes everything to the project and leaves nothing to commit", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "ALPHA\n", "new/deep/file": "n\n", link: "-> a.txt", empty: "/" });
    test.boxRemoves("src/deep");
    const seen = test.seen();
    const report = test.workspace.commit();
    expect(report.id).toBe("000001");
    expect(test.found()).toEqual(seen);
    expect(test.status()).toEqual([]);
    test.open();
    expect(test.seen()).toEqual(seen);
    expect(test.status()).toEqual([]);
  });

  it("writes the selected paths and leaves the others in the box", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "ALPHA\n", "new/one": "1\n", "new/two": "2\n" });
    test.boxRemoves("src");
    const seen = test.seen();
    test.workspace.commit({ paths: ["new/one", "src/b.txt"] });
    expect(test.found()).toEqual({
      ...{ "a.txt": "alpha\n", "long.txt": FILES["long.txt"], "new/one": "1\n", "src/deep/c.txt": "gamma\n" },
    });
    expect(test.status()).toEqual(["modified a.txt", "created new/two", "deleted src/deep/c.txt"]);
    expect(test.seen()).toEqual(seen);
    test.workspace.commit();
    expect(test.found()).toEqual(seen);
  });

  it("writes the selected hunks of a file and leaves the others in the box", () => {
    test = new TestProject(FILES);
    test.box({ "long.txt": NEW_LONG, "a.txt": "ALPHA\n" });
    const { changes } = test.workspace.commit({ paths: [{ path: "long.txt", hunks: [1] }] });
    expect(changes).toMatchObject({ added: 1, removed: 1 });
    expect(test.found()["long.txt"]).toBe(lines(40, { 20: "twenty" }));
    expect(test.seen()["long.txt"]).toBe(NEW_LONG);
    expect(test.status()).toEqual(["modified a.txt", "modified long.txt"]);
    test.workspace.commit({ paths: [{ path: "long.txt", hunks: [0, 1] }] });
    expect(test.found()["long.txt"]).toBe(NEW_LONG);
    expect(test.status()).toEqual(["modified a.txt"]);
  });

  it("sees a file that was moved back after its old name alone was committed", () => {
    test = new TestProject(FILES);
    test.boxMoves("a.txt", "src/b.txt");
    test.workspace.commit({ paths: ["a.txt"] });
    test.boxMoves("src/b.txt", "a.txt");
    expect(test.status()).toEqual(["created a.txt", "deleted src/b.txt"]);
    test.workspace.commit();
    expect(test.found()["a.txt"]).toBe("alpha\n");
  });

  it("leaves the time of a file that only moved or changed its mode, forth and back", () => {
    test = new TestProject(FILES);
    const old = 1_000_000_000.25;
    for (const name of ["a.txt", "src/b.txt"]) utimesSync(join(test.project, name), old, old);
    test.open();
    test.boxMoves("a.txt", "moved.txt");
    test.box({ "src/b.txt": "beta\n" }, 0o755);
    const times = (...names: string[]) =>
      names.map((name) => statSync(join(test.project, name)).mtimeMs / 1000);
    test.workspace.commit();
    expect(times("moved.txt", "src/b.txt")).toEqual([old, old]);
    test.workspace.undo();
    expect(times("a.txt", "src/b.txt")).toEqual([old, old]);
    test.box({ "src/b.txt": "written\n" });
    test.workspace.commit({ paths: ["src/b.txt"] });
    expect(times("src/b.txt")[0]).toBeGreaterThan(old);
  });

  it("moves a file and keeps a changed mode", () => {
    test = new TestProject(FILES);
    test.boxMoves("src/b.txt", "moved.txt");
    test.box({ "a.txt": "alpha\n" }, 0o755);
    expect(test.status()).toEqual(["mode a.txt", "renamed src/b.txt -> moved.txt"]);
    test.workspace.commit();
    expect(test.found()["moved.txt"]).toBe("beta\n");
    expect(test.found()["src/b.txt"]).toBeUndefined();
    expect(statSync(join(test.project, "a.txt")).mode & 0o777).toBe(0o755);
    expect(test.status()).toEqual([]);
  });

  it("puts a folder where a file was and a file where a folder was", () => {
    test = new TestProject(FILES);
    test.boxRemoves("a.txt", "src");
    test.box({ "a.txt/inside": "i\n", src: "now a file\n" });
    const seen = test.seen();
    test.workspace.commit();
    expect(test.found()).toEqual(seen);
    expect(test.status()).toEqual([]);
  });

  it("lets go of what the user did just as the box", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "same\n", "n.txt": "new\n" });
    test.user({ "a.txt": "same\n", "n.txt": "new\n" });
    expect(test.status()).toEqual([]);
    expect(test.workspace.commit().id).toBeUndefined();
    test.user({ "a.txt": "later\n" });
    expect(test.status()).toEqual([]);
    test.flush();
    test.open();
    expect(test.seen()["a.txt"]).toBe("later\n");
  });
});

describe("commit() of files that the user changed", () => {
  it("writes nothing until each conflict has an answer", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n", "src/b.txt": "box\n", "n.txt": "box\n", "src/deep/c.txt": "box\n" });
    test.user({ "a.txt": "user\n", "n.txt": "user\n" });
    rmSync(join(test.project, "src/b.txt"));
    const before = test.found();
    expect(() => test.workspace.commit()).toThrow(
      /a\.txt \(changed[\s\S]*n\.txt \(created[\s\S]*src\/b\.txt \(deleted/,
    );
    expect(test.found()).toEqual(before);
    const conflicts = { "a.txt": "theirs", "n.txt": "ours", "src/b.txt": "skip" } as const;
    test.workspace.commit({ conflicts });
    expect(test.found()).toMatchObject({ "a.txt": "box\n", "n.txt": "user\n", "src/deep/c.txt": "box\n" });
    expect(test.found()["src/b.txt"]).toBeUndefined();
    expect(test.seen()).toMatchObject({ "a.txt": "box\n", "n.txt": "user\n", "src/b.txt": "box\n" });
    expect(test.status()).toEqual(["modified src/b.txt"]);
  });

  it("notices a change before the box read the file, and one that kept time and size", () => {
    test = new TestProject(FILES);
    test.seen();
    test.open();
    test.boxRemoves("a.txt");
    test.user({ "a.txt": "other\n" });
    expect(() => test.workspace.commit()).toThrow(/a\.txt \(changed/);
  });

  it("does not mind a touch", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n" });
    test.user({ "a.txt": "alpha\n" });
    test.workspace.commit();
    expect(test.found()["a.txt"]).toBe("box\n");
  });

  it("says that a mode changed on both sides", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "alpha\n" }, 0o755);
    chmodSync(join(test.project, "a.txt"), 0o600);
    expect(() => test.workspace.commit()).toThrow(/a\.txt \(changed/);
  });
});

describe("commit() of files that can run code later", () => {
  const RISKY = { ".github/workflows/ci.yml": "on: push\n", "package.json": '{"scripts":{"test":"x"}}\n' };

  it("wants a yes for them, and writes nothing without", () => {
    test = new TestProject(FILES);
    test.box({ ...RISKY, "a.txt": "box\n" });
    const facts = test.workspace.changes().changes.filter(({ flag }) => flag !== undefined);
    expect(facts.map(({ path }) => path)).toEqual(Object.keys(RISKY));
    expect(() => test.workspace.commit()).toThrow(
      /ci\.yml: runs in continuous[\s\S]*package\.json: its scripts/,
    );
    expect(() => test.workspace.commit({ allowRisky: ["package.json"] })).toThrow(/ci\.yml/);
    expect(test.found()).toEqual(FILES);
    expect(test.workspace.commit({ dryRun: true }).changes.changes).toHaveLength(3);
    test.workspace.commit({ paths: ["a.txt"] });
    test.workspace.commit({ allowRisky: Object.keys(RISKY) });
    expect(test.found()).toMatchObject(RISKY);
  });
});

describe("discard()", () => {
  it("takes everything back", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n", "new/one": "1\n" });
    test.boxMoves("src", "moved");
    test.box({ "moved/b.txt": "changed\n" });
    test.workspace.discard();
    expect(test.status()).toEqual([]);
    expect(test.seen()).toEqual(FILES);
    expect(test.found()).toEqual(FILES);
  });

  it("takes one file of a removed folder back", () => {
    test = new TestProject(FILES);
    test.boxRemoves("src");
    test.workspace.discard(["src/deep/c.txt"]);
    expect(test.status()).toEqual(["deleted src/b.txt"]);
  });

  it("takes one file of a moved folder back", () => {
    test = new TestProject(FILES);
    test.boxMoves("src", "moved");
    test.workspace.discard(["moved/b.txt"]);
    expect(test.status()).toEqual(["renamed src/deep/c.txt -> moved/deep/c.txt"]);
    expect(test.seen()["src/b.txt"]).toBe("beta\n");
  });

  it("keeps a new folder's mode for what stays in it", () => {
    test = new TestProject(FILES);
    test.box({ "new/one": "1\n", "new/two": "2\n" });
    test.shadow.tree.setStat(test.shadow.tree.lookup(test.shadow.root, Buffer.from("new")), { mode: 0o700 });
    test.workspace.discard(["new/one"]);
    test.workspace.commit();
    expect(statSync(join(test.project, "new")).mode & 0o777).toBe(0o700);
    expect(test.found()["new/two"]).toBe("2\n");
  });

  it("takes single hunks back", () => {
    test = new TestProject(FILES);
    test.box({ "long.txt": NEW_LONG });
    test.workspace.discard([{ path: "long.txt", hunks: [0, 2] }]);
    expect(test.seen()["long.txt"]).toBe(lines(40, { 20: "twenty" }));
    expect(test.found()["long.txt"]).toBe(FILES["long.txt"]);
  });
});

describe("undo() and redo()", () => {
  it("take the project back and forth; the box sees the same all the time", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n", "new/one": "1\n" });
    test.boxRemoves("src");
    const seen = test.seen();
    test.workspace.commit();
    test.open();
    test.workspace.undo();
    expect(test.found()).toEqual(FILES);
    expect(test.seen()).toEqual(seen);
    expect(test.status()).toEqual([
      ...["modified a.txt", "created new/one", "deleted src/b.txt", "deleted src/deep/c.txt"],
    ]);
    test.workspace.redo();
    expect(test.found()).toEqual(seen);
    expect(test.status()).toEqual([]);
    expect(() => test.workspace.redo()).toThrow(/no commit was taken back/);
  });

  it("go through several commits, and a new commit ends what can be done again", () => {
    test = new TestProject(FILES);
    for (const text of ["one\n", "two\n", "three\n"]) {
      test.box({ "a.txt": text });
      test.workspace.commit();
    }
    test.workspace.undo();
    test.workspace.undo();
    expect(test.found()["a.txt"]).toBe("one\n");
    test.workspace.redo();
    expect(test.found()["a.txt"]).toBe("two\n");
    test.box({ "a.txt": "other\n" });
    test.workspace.commit();
    expect(() => test.workspace.redo()).toThrow(/no commit was taken back/);
    test.workspace.undo();
    test.workspace.undo();
    test.workspace.undo();
    expect(test.found()).toEqual(FILES);
    expect(() => test.workspace.undo()).toThrow(/there is no commit/);
  });

  it("refuse when the user changed a file since, and change nothing", () => {
    test = new TestProject(FILES);
    test.box({ "a.txt": "box\n", "n.txt": "n\n" });
    test.workspace.commit();
    test.user({ "a.txt": "user\n" });
    const before = test.found();
    expect(() => test.workspace.undo()).toThrow(/changed since the commit, and left alone: "a\.txt"/);
    expect(test.found()).toEqual(before);
  });
});

describe("a file that the box read and put another in place of", () => {
  it.each(["moves another over it", "removes it and writes it anew"])(
    "is merged with what the user makes of it in another run: %s",
    (how) => {
      test = new TestProject(FILES);
      test.seen();
      test.box({ fresh: lines(40, { 2: "two" }) });
      if (how.startsWith("removes")) test.boxRemoves("long.txt");
      test.boxMoves("fresh", "long.txt");
      test.open();
      test.user({ "long.txt": lines(40, { 39: "thirty-nine" }) });
      test.open();
      const { conflicts } = test.workspace.commit({ onConflict: "merge" });
      expect(conflicts).toEqual([{ path: "long.txt", reason: "changed", resolution: "merge" }]);
      expect(test.found()["long.txt"]).toBe(lines(40, { 2: "two", 39: "thirty-nine" }));
    },
  );
});
