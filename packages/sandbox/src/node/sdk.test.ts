import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { runSdkCase, SDK_CASES } from "../../../../conformance/lib/sdk.mjs";
import { baseOf, projectFiles, Sandbox } from "./index.ts";

let folder: string;
let project: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-sdk-"));
  project = join(folder, "project");
  mkdirSync(project);
  writeFileSync(join(project, "a.txt"), "a\n");
  writeFileSync(join(project, "hidden.txt"), "h\n");
});

afterAll(() => rmSync(folder, { recursive: true }));

for (const [name, { want }] of Object.entries(SDK_CASES))
  test(name, async () => {
    expect(await runSdkCase({ Sandbox, baseOf, projectFiles }, name)).toEqual(want);
  });

test("a box gets the bundles and capabilities that its policy leaves", async () => {
  await using box = await Sandbox.create({
    denyBundles: ["text-utils"],
    denyCapabilities: ["fs.write", "spawn"],
  });
  const script = "nl /dev/null; echo $?; mkdir d; echo $?; echo hi | xargs echo; echo $?; echo b > b; cat b";
  const { stdout, stderr } = await box.exec(script);
  expect(new TextDecoder().decode(stdout)).toBe("127\n1\n126\nb\n");
  expect(new TextDecoder().decode(stderr)).toContain(
    'not permitted: "fs.write", which bundle "core-utils" asks for, is denied in this box',
  );
  expect(box.commands().has("nl")).toBe(false);
  await expect(Sandbox.create({ denyBundles: ["nosuch"] })).rejects.toThrow('got "nosuch"');
});

test("await using closes the sandbox", async () => {
  let box: Sandbox;
  {
    await using inner = await Sandbox.create();
    box = inner;
  }
  expect(() => box.exec("true")).toThrow(expect.objectContaining({ code: "closed" }));
});

test("a project without a state is reviewed, and not committed to", async () => {
  await using box = await Sandbox.create({ project });
  await box.exec("echo b >> a.txt");
  expect(box.changes()).toMatchObject({ changes: [{ path: "a.txt", added: 1 }] });
  await expect(box.commit()).rejects.toThrow('commit: expected a "state" folder');
  await box.discard();
  expect(box.changes().changes).toEqual([]);
});

test("a fork over a folder sees what the sandbox sees, and leaves state and project alone", async () => {
  const state = join(folder, "state");
  await using box = await Sandbox.create({ project, state, exclude: ["hidden.txt"] });
  await box.exec("echo b >> a.txt; mkdir d; mv a.txt d/");
  await using fork = await box.fork();
  const { stdout } = await fork.exec("ls; cat d/a.txt; echo c >> d/a.txt");
  expect(new TextDecoder().decode(stdout)).toBe("d\na\nb\n");
  expect(fork.fs.readFile("d/a.txt", "utf8")).toBe("a\nb\nc\n");
  expect(box.fs.readFile("d/a.txt", "utf8")).toBe("a\nb\n");
  expect(fork.changes().changes.map(({ path }) => path)).toContain("d/a.txt");
  await box.commit();
  expect(readFileSync(join(project, "d/a.txt"), "utf8")).toBe("a\nb\n");
  await box.undo();
});

test("snapshot() names a point that restore() goes back to", async () => {
  await using box = await Sandbox.create({ project, state: join(folder, "snapshots") });
  expect(await box.snapshot()).toBe(0);
  await box.exec("echo 1 > n");
  box.fs.writeFile("n", "2\n");
  const id = await box.snapshot("before the cut");
  await box.exec("rm n; echo x > a.txt");
  await box.restore(id);
  expect(box.fs.readFile("n", "utf8")).toBe("2\n");
  expect(box.snapshots().find((one) => one.id === id)).toMatchObject({ script: "before the cut" });
});
