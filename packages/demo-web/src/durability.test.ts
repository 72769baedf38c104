import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchProfile } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";
import type { Call } from "./runtime/client.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const outDir = at("../dist-test/durability");
/** Browsers that are killed; SHADOWBOX_KILLS for a long run. */
const KILLS = Number(process.env.SHADOWBOX_KILLS ?? 6);
const FOLDERS = 7;
const FILES = 5;

let site: Awaited<ReturnType<typeof serveSite>>;
let profile: string;

beforeAll(async () => {
  await build({ configFile: at("../vite.config.js"), logLevel: "error", build: { outDir } });
  site = await serveSite(outDir);
  profile = mkdtempSync(join(tmpdir(), "shadowbox-profile-"));
}, 120_000);

afterAll(async () => {
  await site?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

interface TestPage {
  connectRuntime(): Call;
  call: Call;
}

/** Opens the kept box; the lines of all its files, and the last call that it knows of. */
async function open(page: Page): Promise<{ files: Record<string, string>; last: number }> {
  await page.goto(`${site.address}conformance.html`);
  return page.evaluate(async () => {
    const here = globalThis as unknown as TestPage;
    here.call = here.connectRuntime();
    const registry = new URL("registry/", document.baseURI).href;
    const { hasProject } = await here.call("open", "durability", registry);
    if (!hasProject) await here.call("start", []);
    const files: Record<string, string> = {};
    for (const { path, type, bytes } of await here.call("files"))
      if (type === "file") files[path] = new TextDecoder().decode(bytes);
    return { files, last: Number(files.last ?? 0) };
  });
}

/** Goes on from call `last`, until the browser dies: writes, and a commit or an undo now and then. */
function work(page: Page, last: number): Promise<void> {
  return page.evaluate(
    async ([from, folders, files]) => {
      const { call } = globalThis as unknown as TestPage;
      for (let n = from + 1; ; n++) {
        const place = `d${n % folders}/f${n % files}`;
        await call(
          "exec",
          `mkdir -p d${n % folders}; seq ${n} $((${n} + ${n % 11} * 400)) > ${place}; echo ${n} > last`,
        );
        console.log(`done ${n}`);
        if (n % 5 === 0) await call("commit");
      }
    },
    [last, FOLDERS, FILES] as const,
  );
}

/** What the files must be after call `last`. */
function model(last: number): Record<string, string> {
  const files: Record<string, string> = last > 0 ? { last: `${last}\n` } : {};
  for (let n = 1; n <= last; n++) {
    const lines = Array.from({ length: (n % 11) * 400 + 1 }, (_, at) => `${n + at}\n`);
    files[`d${n % FOLDERS}/f${n % FILES}`] = lines.join("");
  }
  return files;
}

test(
  `after each of ${KILLS} kills of the browser the tree is that of the last finished call`,
  async () => {
    let acknowledged = 0;
    let alive = await launchProfile(profile);
    for (let kill = 0; kill <= KILLS; kill++) {
      const page = await alive.context.newPage();
      page.on("console", (said) => {
        const done = /^done (\d+)$/.exec(said.text());
        if (done) acknowledged = Number(done[1]);
      });
      const { files, last } = await open(page);
      expect(last).toBeGreaterThanOrEqual(acknowledged);
      expect(last).toBeLessThanOrEqual(acknowledged + 1);
      expect(files).toEqual(model(last));
      acknowledged = last;
      const working = work(page, last).catch(() => {});
      await new Promise((resolve) => setTimeout(resolve, 150 + Math.random() * 500));
      await alive.kill();
      await working;
      if (kill < KILLS) alive = await launchProfile(profile);
    }
    expect(acknowledged).toBeGreaterThan(KILLS);
  },
  60_000 + KILLS * 8000,
);
