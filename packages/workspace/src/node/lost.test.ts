import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { TestProject } from "./testing.ts";

let test: TestProject;
afterEach(() => test.remove());

/** What the user did to a file that the box moved, unread, after that. */
const LOSSES: Record<string, (path: string) => void> = {
  "its folder removed": (path) => rmSync(join(path, ".."), { recursive: true }),
  "a file in place of its folder": (path) => {
    rmSync(join(path, ".."), { recursive: true });
    writeFileSync(join(path, ".."), "a file now\n");
  },
  "the file removed": (path) => rmSync(path),
};

describe.each(Object.entries(LOSSES))("a moved file that nothing read, %s", (_, lose) => {
  const prepare = () => {
    test = new TestProject({ "d/f": "content\n", a: "a\n" });
    test.boxMoves("d/f", "h");
    test.box({ a: "A\n" });
    lose(join(test.project, "d/f"));
    test.open();
  };

  it("is named wherever it would be written, also in a dry run", () => {
    prepare();
    const { commit } = { commit: test.workspace.commit.bind(test.workspace) };
    const dry = commit({ onConflict: "merge", dryRun: true });
    expect(dry.conflicts).toEqual([{ path: "h", reason: "deleted", lost: true }]);
    for (const answer of ["merge", "theirs"] as const)
      expect(() => commit({ onConflict: answer })).toThrow(/\n {2}h \(deleted in the project, and the box/);
    expect(() => test.workspace.diff([], { binary: true })).toThrow(/h: was "d\/f" in the project/);
    expect(() => test.workspace.exportTar()).toThrow(/export "h"/);
    expect(test.workspace.refresh().conflicts).toEqual([{ path: "h", reason: "deleted", lost: true }]);
    expect(test.found().a).toBe("a\n");
  });

  it("is left, or let go of, and the rest is written", () => {
    prepare();
    test.workspace.commit({ onConflict: "skip" });
    expect(test.found().a).toBe("A\n");
    expect(test.status().join()).toMatch(/ h$/);
    test.workspace.commit({ onConflict: "ours" });
    expect(test.status()).toEqual([]);
    expect(test.found().h).toBeUndefined();
  });
});

describe("a folder that the box made a file", () => {
  const HELD = { "what the user put there": ["d/new"], "what lies deeper": ["d/e/new"] };
  it.each(Object.entries(HELD))("is not made to give way to it with %s", (_, [path]) => {
    test = new TestProject({ "d/x": "x\n", "d/e/y": "y\n" });
    test.boxRemoves("d");
    test.box({ d: "a file\n" });
    test.user({ [path as string]: "user\n" });
    test.open();
    const held = { path: "d", reason: "changed", holds: path };
    expect(test.workspace.commit({ dryRun: true }).conflicts).toEqual([held]);
    for (const onConflict of ["theirs", "merge", undefined] as const)
      expect(() => test.workspace.commit(onConflict && { onConflict })).toThrow(`that has "${path}"`);
    expect(test.found()).toEqual({ "d/x": "x\n", "d/e/y": "y\n", [path as string]: "user\n" });
    test.workspace.commit({ onConflict: "ours" });
    expect(test.found()).toEqual({ [path as string]: "user\n" });
    expect(test.seen()).toEqual(test.found());
    test.workspace.undo();
    expect(test.found()["d/x"]).toBe("x\n");
  });
});

describe("a folder that the user made a file or link", () => {
  it.each([["a file\n"], ["-> ../elsewhere"]])("does not become one again unasked: %j", (theirs) => {
    test = new TestProject({ "d/x": "x\n", a: "a\n" });
    test.seen();
    test.box({ "d/e/new": "new\n", a: "A\n" });
    rmSync(join(test.project, "d"), { recursive: true });
    test.user({ d: theirs });
    test.open();
    for (const options of [{}, { paths: ["d"] }, { onConflict: "merge" }] as const)
      expect(() => test.workspace.commit(options)).toThrow(/\n {2}d\/e\/new \(changed/);
    test.workspace.commit({ onConflict: "skip" });
    expect(test.found()).toEqual({ a: "A\n", d: theirs });
    test.workspace.commit({ onConflict: "theirs" });
    expect(test.found()).toEqual({ a: "A\n", "d/e/new": "new\n" });
    test.workspace.undo();
    expect(test.found()).toEqual({ a: "A\n", d: theirs });
  });
});

describe("discard()", () => {
  it("lets go of what the box removed and the user, too, so that it is seen when it comes back", () => {
    test = new TestProject({ a: "a\n", b: "b\n" });
    test.boxRemoves("a");
    test.boxMoves("b", "c");
    rmSync(join(test.project, "a"));
    rmSync(join(test.project, "b"));
    test.open();
    test.workspace.discard();
    test.user({ a: "a\n", b: "b\n" });
    test.open();
    expect(test.seen()).toEqual({ a: "a\n", b: "b\n" });
    expect(test.status()).toEqual([]);
  });
});
