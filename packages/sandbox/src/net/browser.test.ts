import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buildSync } from "esbuild";
import { expect, test } from "vitest";
import { judgeAll } from "./testing/judge.ts";

/** Runs a module in Debian's Chromium and answers what it sets as the page's text. */
function inChromium(code: string): string {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-"));
  try {
    const script = buildSync({
      stdin: { contents: code, resolveDir: import.meta.dirname, loader: "ts" },
      bundle: true,
      format: "iife",
      write: false,
      charset: "ascii",
    }).outputFiles[0]!.text;
    const page = join(folder, "page.html");
    writeFileSync(page, `<meta charset=utf-8><body><script>${script.replaceAll("</", "<\\/")}</script>`);
    const flags = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    const more = [
      "--disable-component-update",
      "--disable-sync",
      `--user-data-dir=${join(folder, "profile")}`,
    ];
    return execFileSync("chromium", [...flags, ...more, "--dump-dom", `file://${page}`], {
      timeout: 240_000,
      maxBuffer: 1 << 26,
      stdio: ["ignore", "pipe", "ignore"],
    }).toString();
  } finally {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

test("Chromium judges every case of the table as Node does", { timeout: 300_000 }, () => {
  const page = inChromium(
    `import { judgeAll } from "./testing/judge.ts";
     document.body.textContent = "@" + encodeURIComponent(JSON.stringify(judgeAll().map(({ got }) => got))) + "@";`,
  );
  const answers = JSON.parse(decodeURIComponent(/@([^@]*)@<\/body>/.exec(page)?.[1] ?? "%5B%5D"));
  const node = judgeAll();
  const different = node.filter(({ got }, index) => answers[index] !== got);
  expect(different).toEqual([]);
});
