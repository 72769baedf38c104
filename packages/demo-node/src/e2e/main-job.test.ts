import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";
import { SCRIPTS } from "./scripts.ts";

const TOP = fileURLToPath(new URL("../../../..", import.meta.url));
const NO_DIFF = ["diff", "--no-index", "--no-color", "--no-ext-diff", "-M", "--full-index"];

let bench: CliBench;
let original: string;

/** This repository at its last commit, as the project. */
beforeAll(() => {
  bench = new CliBench();
  execFileSync("bash", ["-c", `git -C '${TOP}' archive HEAD | tar -x -C '${bench.project}'`]);
  rmSync(join(bench.project, "registry/assets"), { recursive: true, force: true });
  original = bench.digest();
});
afterAll(() => bench.remove());

/** A copy of the project with the box's patch applied by git. */
function patched(patch: string): string {
  const copy = join(bench.folder, "patched");
  rmSync(copy, { recursive: true, force: true });
  execFileSync("cp", ["-a", bench.project, copy]);
  execFileSync("git", ["init", "-q"], { cwd: copy });
  writeFileSync(join(bench.folder, "box.patch"), patch, "latin1");
  execFileSync("git", ["apply", "--whitespace=nowarn", join(bench.folder, "box.patch")], { cwd: copy });
  rmSync(join(copy, ".git"), { recursive: true });
  return copy;
}

/** The bodies of a patch's hunks, by the file they change: what `git diff` and ours must agree in. */
function hunksOf(patch: string): Map<string, string> {
  const files = new Map<string, string>();
  for (const part of patch.split(/^diff --git /m).slice(1)) {
    const name = /^\+\+\+ (?:b\/)?(.*)$/m.exec(part)?.[1] ?? part.split("\n")[0];
    files.set(
      `${name} ${/^--- (.*)$/m.exec(part)?.[1] === "/dev/null" ? "new" : ""}`,
      part.slice(Math.max(0, part.search(/^@@/m))),
    );
  }
  return files;
}

it("the main job on a real project: work, look, commit a part, take it back", async () => {
  for (const [index, script] of SCRIPTS.entries()) {
    const result = await bench.run(["exec", "-q", script]);
    expect({ index, script, ...result }).toMatchObject({ status: 0, stderr: "" });
  }
  expect(bench.digest()).toBe(original);

  const { changes } = JSON.parse((await bench.run(["status", "--json"])).stdout) as {
    changes: { path: string }[];
  };
  expect(changes.length).toBeGreaterThan(30);
  const patch = execFileSync(
    "bash",
    [
      "-c",
      `XDG_STATE_HOME='${bench.folder}/state' node '${TOP}/packages/demo-node/bin/shadowbox.cjs' diff --project '${bench.project}'`,
    ],
    {
      env: { ...process.env, SHADOWBOX_NO_BUILD: "1" },
      maxBuffer: 1 << 28,
    },
  ).toString("latin1");
  const copy = patched(patch);
  const git = spawnSync("git", [...NO_DIFF, bench.project, copy], { maxBuffer: 1 << 28 }).stdout.toString(
    "latin1",
  );
  const strip = (text: string) => text.replaceAll(`a${bench.project}/`, "a/").replaceAll(`b${copy}/`, "b/");
  expect([...hunksOf(patch).values()].sort()).toEqual([...hunksOf(strip(git)).values()].sort());

  const half = ["docs", "reports"];
  expect((await bench.run(["commit", "-y", ...half])).status).toBe(0);
  const listing = spawnSync("diff", ["-rq", "--no-dereference", bench.project, copy]).stdout.toString();
  const touched = listing.split("\n").filter((line) => /\/(docs|reports)(\/|: |\s|$)/.test(line));
  expect(touched).toEqual([]);
  expect(readFileSync(join(bench.project, "package.json"), "utf8")).not.toContain("9.9.9");

  expect((await bench.run(["undo"])).status).toBe(0);
  expect(bench.digest()).toBe(original);
}, 240_000);

it("a project's path is never followed out of it", async () => {
  mkdirSync(join(bench.folder, "elsewhere"), { recursive: true });
  const result = await bench.run([
    "exec",
    "-q",
    "ln -s /etc out; cat out/passwd; echo x > out/owned; cat ../../../../etc/shadow",
  ]);
  expect(result.stdout).toBe("");
  await bench.run(["discard"]);
}, 30_000);
