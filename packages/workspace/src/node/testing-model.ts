import { deepStrictEqual, strictEqual, throws } from "node:assert";
import { decodeText } from "@shadowbox/vfs";
import { settledPaths } from "../changes/after.ts";
import { collectChanges } from "../changes/collect.ts";
import { type Listing, TestProject } from "./testing.ts";
import { randomBoxStep, randomFiles, randomOf } from "./testing-crash.ts";

interface Done {
  before: Listing;
  after: Listing;
  /** The user changed one of its files since: it cannot be taken back, or done again. */
  blocked?: boolean;
}

/**
 * The reference: the project and what the box sees, as two plain listings. The box's steps change the second, a commit copies
 * paths from the second to the first, undo and redo put the first back and forth, the user changes only the first, which shows in the
 * box where the box changed nothing.
 */
export class Model {
  readonly #test: TestProject;
  readonly #random: () => number;
  /** The project before each commit, and after. */
  #commits: Done[] = [];
  #undone: Done[] = [];
  /** Files that both the box and the user changed. */
  readonly #conflicts = new Set<string>();

  constructor(seed: number) {
    this.#random = randomOf(seed);
    this.#test = new TestProject(randomFiles(this.#random, 0.7));
  }

  step(): void {
    const dice = this.#random();
    if (dice < 0.05) this.#userEdits();
    else if (dice < 0.55) randomBoxStep(this.#test, this.#random);
    else if (dice < 0.65) this.#reopen();
    else if (dice < 0.85) this.#commit();
    else if (dice < 0.93) this.#reverse(this.#commits, this.#undone, "undo");
    else this.#reverse(this.#undone, this.#commits, "redo");
  }

  #reopen(): void {
    const seen = this.#test.seen();
    this.#test.flush();
    this.#test.open();
    deepStrictEqual(this.#test.seen(), seen);
  }

  /** The user writes a file that is there. */
  #userEdits(): void {
    const found = this.#test.found();
    const files = Object.keys(found).filter((path) => !/^(-> |\/$)/.test(found[path] as string));
    const path = files[Math.floor(this.#random() * files.length)];
    if (path === undefined) return;
    const { changes } = this.#test.workspace.changes();
    const both = changes.filter((change) => change.path === path || change.from === path);
    // What the box wrote just as the project has it is its own, too.
    const { shadow } = this.#test;
    const own = settledPaths(shadow, collectChanges(shadow)).some((one) => decodeText(one) === path);
    const isBoxes = both.length > 0 || own;
    const seen = this.#test.seen();
    // What the box moved without changing it has no content of its own yet: the user's edit shows there.
    if (Object.keys(seen).some((other) => other !== path && seen[other] === found[path])) return;
    const text = `user ${this.#random()}\n`;
    this.#test.user({ [path]: text });
    for (const change of both) this.#conflicts.add(change.path).add(path);
    if (own) this.#conflicts.add(path);
    for (const done of [...this.#commits, ...this.#undone])
      if (done.before[path] === done.after[path]) done.before[path] = done.after[path] = text;
      else done.blocked = true;
    this.#test.flush();
    this.#test.open();
    deepStrictEqual(this.#test.seen(), isBoxes ? seen : { ...seen, [path]: text });
  }

  /** The user's edits of what the box changed as well are refused, and then overwritten as the person wishes. */
  #refused(paths: string[]): void {
    const { conflicts } = this.#test.workspace.commit({ paths, dryRun: true });
    const found = this.#test.found();
    const { changes } = this.#test.workspace.changes();
    for (const { path } of conflicts) {
      const from = changes.find((change) => change.path === path)?.from;
      const isOne = this.#conflicts.has(path) || (from !== undefined && this.#conflicts.has(from));
      strictEqual(isOne, true, `no conflict: ${path} from ${from}, with ${[...this.#conflicts]}`);
    }
    if (conflicts.length > 0) throws(() => this.#test.workspace.commit({ paths }), { code: "conflict" });
    deepStrictEqual(this.#test.found(), found);
  }

  #commit(): void {
    const changed = this.#test.workspace.changes().changes.map(({ path }) => path);
    const paths = this.#random() < 0.5 ? [] : changed.filter(() => this.#random() < 0.5);
    const before = this.#test.found();
    const seen = this.#test.seen();
    this.#refused(paths);
    const { id, changes } = this.#test.workspace.commit({ paths, onConflict: "theirs" });
    const after = this.#test.found();
    deepStrictEqual(this.#test.seen(), seen);
    if (paths.length === 0) {
      deepStrictEqual(after, seen);
      deepStrictEqual(this.#test.status(), []);
    }
    for (const { path, kind, type } of changes.changes)
      if (kind !== "deleted" && type !== "directory") strictEqual(after[path], seen[path]);
    const named = new Set(changes.changes.flatMap(({ path, from }) => [path, from ?? path]));
    for (const [path, text] of Object.entries(before))
      if (text !== "/" && !named.has(path)) strictEqual(after[path], text);
    if (id !== undefined) {
      this.#commits.push({ before, after });
      this.#undone = [];
    }
    this.#reopen();
  }

  #reverse(from: Done[], to: Done[], verb: "undo" | "redo"): void {
    const last = from.at(-1);
    if (last === undefined) return;
    if (last.blocked) {
      throws(() => this.#test.workspace[verb](), { code: "conflict" });
      return;
    }
    from.pop();
    const seen = this.#test.seen();
    this.#test.workspace[verb]();
    to.push(last);
    deepStrictEqual(this.#test.found(), verb === "undo" ? last.before : last.after);
    deepStrictEqual(this.#test.seen(), seen);
    this.#reopen();
  }

  end(): void {
    this.#test.remove();
  }
}
