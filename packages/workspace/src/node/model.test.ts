import { describe, expect, it } from "vitest";
import { type Listing, TestProject } from "./testing.ts";
import { randomBoxStep, randomFiles, randomOf } from "./testing-crash.ts";

interface Done {
  before: Listing;
  after: Listing;
}

/**
 * The reference: the project and what the box sees, as two plain listings. The box's steps change the second, a commit copies
 * paths from the second to the first, undo and redo put the first back and forth, the user changes only the first.
 */
class Model {
  readonly #test: TestProject;
  readonly #random: () => number;
  /** The project before each commit, and after. */
  #commits: Done[] = [];
  #undone: Done[] = [];

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#test = new TestProject(randomFiles(this.#random, 0.7));
  }

  step(): void {
    const dice = this.#random();
    if (dice < 0.55) randomBoxStep(this.#test, this.#random);
    else if (dice < 0.65) this.#reopen();
    else if (dice < 0.85) this.#commit();
    else if (dice < 0.93) this.#reverse(this.#commits, this.#undone, "undo");
    else this.#reverse(this.#undone, this.#commits, "redo");
  }

  #reopen(): void {
    const seen = this.#test.seen();
    this.#test.flush();
    this.#test.open();
    expect(this.#test.seen()).toEqual(seen);
  }

  #commit(): void {
    const changed = this.#test.workspace.changes().changes.map(({ path }) => path);
    const paths = this.#random() < 0.5 ? [] : changed.filter(() => this.#random() < 0.5);
    const before = this.#test.found();
    const seen = this.#test.seen();
    const { id, changes } = this.#test.workspace.commit({ paths });
    const after = this.#test.found();
    expect(this.#test.seen()).toEqual(seen);
    if (paths.length === 0) {
      expect(after).toEqual(seen);
      expect(this.#test.status()).toEqual([]);
    }
    for (const { path, kind, type } of changes.changes)
      if (kind !== "deleted" && type !== "directory") expect(after[path]).toBe(seen[path]);
    const named = new Set(changes.changes.flatMap(({ path, from }) => [path, from ?? path]));
    for (const [path, text] of Object.entries(before))
      if (text !== "/" && !named.has(path)) expect(after[path]).toBe(text);
    if (id !== undefined) {
      this.#commits.push({ before, after });
      this.#undone = [];
    }
    this.#reopen();
  }

  #reverse(from: Done[], to: Done[], verb: "undo" | "redo"): void {
    const last = from.pop();
    if (last === undefined) return;
    const seen = this.#test.seen();
    this.#test.workspace[verb]();
    to.push(last);
    expect(this.#test.found()).toEqual(verb === "undo" ? last.before : last.after);
    expect(this.#test.seen()).toEqual(seen);
    this.#reopen();
  }

  end(): void {
    this.#test.remove();
  }
}

describe("a workspace under random operations", { timeout: 120_000 }, () => {
  it.each([1, 2, 3, 4, 5])("behaves as its model (seed %i)", (seed) => {
    for (let round = 0; round < 5; round++) {
      const model = new Model(seed * 100 + round);
      for (let i = 0; i < 40; i++) model.step();
      model.end();
    }
  });
});
