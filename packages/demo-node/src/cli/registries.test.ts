import { existsSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { registryShelf } from "./options.ts";
import { exclusively } from "./registries.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-shelf-"));
  vi.stubEnv("XDG_DATA_HOME", folder);
  vi.spyOn(process.stderr, "write").mockReturnValue(true);
});
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const busy = () => join(registryShelf(), "busy");
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

it("those who change registries do so one after the other, and the one who waits says so", async () => {
  const steps: string[] = [];
  const change = (name: string) =>
    exclusively(async () => {
      steps.push(`${name} begins`);
      await pause(50);
      steps.push(`${name} ends`);
    });
  await Promise.all([change("one"), change("two")]);
  expect(steps).toEqual(["one begins", "one ends", "two begins", "two ends"]);
  expect(process.stderr.write).toHaveBeenCalledExactlyOnceWith(
    `shadowbox: waiting for process ${process.pid}, which changes registries\n`,
  );
  expect(existsSync(busy())).toBe(false);
});

it("one that failed, or was killed, keeps nobody waiting", async () => {
  const failing = exclusively(() => Promise.reject(new Error("no")));
  await expect(failing).rejects.toThrow("no");
  // No process has this number.
  writeFileSync(busy(), String(2 ** 30));
  expect(await exclusively(async () => "done")).toBe("done");
  writeFileSync(busy(), "");
  utimesSync(busy(), 1, 1);
  expect(await exclusively(async () => "done")).toBe("done");
});
