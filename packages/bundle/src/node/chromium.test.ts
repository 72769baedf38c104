import { build } from "esbuild";
import { chromium } from "playwright-core";
import { expect, test } from "vitest";
import { CASES } from "./testing/cases/all.ts";
import { fixture } from "./testing/fixture.ts";

/** What a page needs: it opens a registry of these files, and says with which code that was refused. */
const PAGE = `
import { BundleError } from "../errors.ts";
import { openRegistry } from "../registry.ts";
import { refuseBadPath } from "../source.ts";
import { browserPlatform } from "../browser/platform.ts";

const bytesOf = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
const platform = browserPlatform();

async function outcome({ files, trust, options }) {
  const known = new Map(files.map(([path, text]) => [path, bytesOf(text)]));
  const read = async (path, limit) => {
    refuseBadPath(path);
    const bytes = known.get(path);
    if (!bytes) throw new BundleError("not-found", path);
    if (bytes.length > limit) throw new BundleError("too-large", path);
    return bytes;
  };
  try {
    const registry = await openRegistry({ name: "memory", read }, trust, platform, options);
    for (const { module } of registry.commands().values()) await registry.loadModule(module);
    for (const name of registry.bundles().keys()) await registry.origin(name);
    return "accepted";
  } catch (error) {
    return error instanceof BundleError ? error.code : String(error);
  }
}
globalThis.outcomes = async (cases) => {
  const all = [];
  for (const each of cases) all.push(await outcome(each));
  return all;
};`;

/** The unbent registry, and every bent one, as data. */
function registries() {
  return [undefined, ...CASES].map((each) => {
    const { files, trust, ...rest } = fixture();
    each?.bend({ files, trust, ...rest });
    return {
      files: [...files].map(([path, bytes]) => [path, Buffer.from(bytes).toString("base64")]),
      trust,
      options: each?.options ?? {},
    };
  });
}

test("Chromium refuses every bent registry with its code", { timeout: 180_000 }, async () => {
  const { outputFiles } = await build({
    stdin: { contents: PAGE, resolveDir: import.meta.dirname, loader: "ts" },
    bundle: true,
    format: "iife",
    write: false,
    charset: "ascii",
  });
  const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage();
    // A secure context, without a server.
    await page.route("**/*", (route) => route.fulfill({ contentType: "text/html", body: "<!doctype html>" }));
    await page.goto("http://localhost/");
    await page.addScriptTag({ content: outputFiles[0]!.text });
    const outcomes = await page.evaluate(
      (cases) => (globalThis as unknown as { outcomes(cases: unknown): Promise<string[]> }).outcomes(cases),
      registries(),
    );
    expect(outcomes).toEqual(["accepted", ...CASES.map(({ code }) => code)]);
  } finally {
    await browser.close();
  }
});
