import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { openState } from "./state.ts";

let folder: string;
let project: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-state-"));
  project = join(folder, "project");
  mkdirSync(project);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** Pid and start of a process, as a lock names its owner. */
function ownerOf(pid: number): string {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const started = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return JSON.stringify({ pid, started });
}

it("a state has one writer, and is taken over from one that ended, also if nobody waited for it", async () => {
  const first = openState(join(folder, "state"), project);
  const lock = join(first.path, "lock");
  expect(JSON.parse(readFileSync(lock, "utf8")).pid).toBe(process.pid);
  // sleep does not wait for the child that it took over.
  const parent = spawn("sh", ["-c", "sleep 0.2 & echo $!; exec sleep 60"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  try {
    const [line] = (await once(parent.stdout, "data")) as [Buffer];
    const child = Number(line.toString());
    writeFileSync(lock, ownerOf(child));
    expect(() => openState(join(folder, "state"), project)).toThrow(`process ${child} is working on it`);
    await expect.poll(() => readFileSync(`/proc/${child}/stat`, "utf8")).toMatch(/\) Z /);
    openState(join(folder, "state"), project).release();
  } finally {
    parent.kill();
  }
});
