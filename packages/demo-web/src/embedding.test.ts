import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";
import { newPage, PATIENCE } from "./node/testing.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

vi.setConfig(PATIENCE);

let browser: Browser;

beforeAll(async () => {
  browser = await launchChromium();
});

afterAll(() => browser?.close());

for (const bundler of ["vite", "webpack", "esbuild"])
  test(`a page of ten lines, bundled by ${bundler}, runs a script`, async () => {
    const example = at("../../../examples/browser");
    await promisify(execFile)("node", ["build.mjs", bundler], { cwd: example });
    const site = await serveSite(`${example}/dist/${bundler}`, {
      mounts: { registry: at("../../../registry") },
    });
    try {
      const page = await newPage(browser);
      const bad: string[] = [];
      page.on("pageerror", ({ message }) => bad.push(message));
      await page.goto(site.address);
      await page.locator("output", { hasText: "0: 3 2 1" }).waitFor();
      expect(bad).toEqual([]);
      await page.close();
    } finally {
      await site.close();
    }
  });
