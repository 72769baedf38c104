import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
}, 60_000);

afterAll(() => browser?.close());

for (const bundler of ["vite", "webpack", "esbuild"])
  test(`a page of ten lines, bundled by ${bundler}, runs a script`, async () => {
    const example = at("../../../examples/browser");
    await promisify(execFile)("node", ["build.mjs", bundler], { cwd: example });
    const site = await serveSite(`${example}/dist/${bundler}`, {
      mounts: { registry: at("../../../registry") },
    });
    try {
      const page = await browser.newPage();
      const bad: string[] = [];
      page.on("pageerror", ({ message }) => bad.push(message));
      await page.goto(site.address);
      await page.locator("output", { hasText: "0: 3 2 1" }).waitFor({ timeout: 60_000 });
      expect(bad).toEqual([]);
      await page.close();
    } finally {
      await site.close();
    }
  }, 180_000);
