import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSandbox } from "@shadowbox/sandbox/node";
import type { Browser, Page } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type CaseRecord, type CaseResult, runCase } from "../../../conformance/lib/case.mjs";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

const outDir = at("../dist-test/chromium");

// A browser starts and stops many processes: minutes of them on a busy machine.
vi.setConfig({ testTimeout: 90_000 });

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
let page: Page;
const requests: { path: string; cookie: string | undefined }[] = [];

beforeAll(async () => {
  await build({ configFile: at("../vite.config.js"), logLevel: "error", build: { outDir } });
  site = await serveSite(outDir, {
    onRequest: ({ url, headers }) => requests.push({ path: url ?? "", cookie: headers.cookie }),
  });
  browser = await launchChromium();
  const context = await browser.newContext();
  await context.addCookies([{ name: "login", value: "secret", url: site.address }]);
  page = await context.newPage();
  await page.goto(`${site.address}conformance.html`);
}, 90_000);

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

function runInPage(record: CaseRecord): Promise<CaseResult> {
  return page.evaluate(
    (value) => (globalThis as unknown as { runCase(r: CaseRecord): Promise<CaseResult> }).runCase(value),
    record,
  );
}

// biome-ignore-start lint/suspicious/noTemplateCurlyInString: bash, not templates
const scripts: [name: string, script: string][] = [
  [
    "words and arithmetic",
    'a=(1 2 "3 4"); echo "${a[@]}" $((2**40)) ${#a[@]}; printf "%05.2f|%q\\n" 3.14159 "a b"',
  ],
  ["a pipe of programs", "seq 1 5000 | sort -rn | head -n 3 | tr '\\n' ' '; echo ${PIPESTATUS[*]}"],
  ["an endless writer ends with its reader", "yes | head -n 3; echo done"],
  [
    "subshells and background jobs",
    '(exit 3); echo $?; (echo one & wait; echo two) | cat; x=$(echo "$(echo deep)"); echo $x',
  ],
  ["loops in pipelines", 'printf "%s\\n" a b c | while read -r l; do echo "<$l>"; done | tac'],
  ["process substitution", "diff <(printf '1\\n2\\n') <(printf '1\\n3\\n'); echo $?"],
  [
    "files, modes and links",
    "mkdir -p d/e; echo hi > d/e/f; ln -s e/f d/l; chmod 640 d/e/f; cat d/l; stat -c '%a %F' d/e/f; find d | sort",
  ],
  ["errors", "cat missing; echo $?; nosuchcommand; echo $?; false | true; echo ${PIPESTATUS[@]}"],
  ["a time limit inside", "timeout 0.2 bash -c 'while :; do :; done'; echo $?"],
  ["bytes that are no text", "printf '\\377\\0\\200' | od -An -tx1"],
  ["awk and sed", "printf 'a 1\\nb 2\\n' | awk '{s+=$2} END {print s}'; echo abc | sed 's/b/[&]/'"],
  ["python", 'python3 -c \'import json, sys; print(json.dumps({"v": sys.version_info[0], "n": 2**70}))\''],
  [
    "python starts programs",
    "python3 -c \"import subprocess; print(subprocess.run(['seq', '3'], capture_output=True).stdout)\"",
  ],
  [
    "python's library as files",
    "ls /usr/lib/python3* | head -n 3; find /usr/lib/python3* -name 'json*' | sort | head -n 3",
  ],
];
// biome-ignore-end lint/suspicious/noTemplateCurlyInString: bash, not templates

for (const [name, script] of scripts)
  test(`Chromium and Node give the same bytes: ${name}`, async () => {
    const record = { id: name, suite: "browser", script };
    const want = await runCase(openSandbox, record, { helpers: {} });
    const got = await runInPage(record);
    const seen = ({ status, stdout, stderr, error }: CaseResult) => ({ status, stdout, stderr, error });
    expect(seen(got)).toEqual(seen(want));
    expect(want.error).toBeUndefined();
  });

test("no request of the sandbox carries a cookie", () => {
  // The page's own HTML, script and style are the browser's requests, and come with it.
  expect(requests[0]).toEqual({ path: "/conformance.html", cookie: "login=secret" });
  const own = requests.filter(({ path }) => /\/registry\/|worker/.test(path));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter(({ cookie }) => cookie !== undefined)).toEqual([]);
});

test("a page without isolation headers is told what is missing", async () => {
  const open = await serveSite(outDir, { isolation: false });
  try {
    const bare = await browser.newPage();
    await bare.goto(`${open.address}conformance.html`);
    const result = await bare.evaluate(() =>
      (globalThis as unknown as { runCase(r: object): Promise<CaseResult> }).runCase({
        id: "x",
        suite: "s",
        script: "echo",
      }),
    );
    expect(result.error).toContain("Cross-Origin-Opener-Policy: same-origin");
  } finally {
    await open.close();
  }
});

test("a registry that was tampered with is refused", async () => {
  const root = readFileSync(`${outDir}/registry/index.json`, "utf8");
  const other = await browser.newPage();
  await other.route("**/registry/index.json", (route) =>
    route.fulfill({ body: root.replace(/"[0-9.]+"/, '"9.9.9"') }),
  );
  await other.goto(`${site.address}conformance.html`);
  const result = await other.evaluate(() =>
    (globalThis as unknown as { runCase(r: object): Promise<CaseResult> }).runCase({
      id: "x",
      suite: "s",
      script: "echo",
    }),
  );
  expect(result.error).toContain("BundleError");
});
