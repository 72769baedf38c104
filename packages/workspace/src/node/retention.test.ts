import { statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { TestProject } from "./testing.ts";

let test: TestProject;
afterEach(() => test.remove());

it("snapshots: of more than 400 the newer half stays, whole, and what is gone is said", () => {
  test = new TestProject({ a: "base\n" });
  const call = (text: string) => {
    test.box({ a: text }, 0o644, false);
    test.workspace.noteExec(text, 0);
  };
  for (let i = 1; i <= 401; i++) call(`v${i}\n`);
  const ids = () => test.workspace.snapshotList().map(({ id }) => id);
  expect([ids()[0], ids().at(-1)]).toEqual([201, 401]);
  test.flush();
  test.open();
  expect([ids()[0], ids().at(-1)]).toEqual([201, 401]);
  expect(() => test.workspace.restore(200)).toThrow("find snapshot 200: expected 201 to 401");
  expect(() => test.workspace.restore(0)).toThrow("before snapshot 201 is not kept any more; discard");
  expect(() => test.workspace.between(0, 300)).toThrow("not kept any more");
  expect(Buffer.from(test.workspace.between(201, 300).patch).toString()).toMatch(/-v201\n\+v300\n$/);
  test.workspace.restore(201);
  expect(test.seen()).toEqual({ a: "v201\n" });
  test.workspace.discard();
  expect(test.seen()).toEqual({ a: "base\n" });
  expect(statSync(join(test.state, "snapshots")).size).toBeLessThan(2 << 20);
});
