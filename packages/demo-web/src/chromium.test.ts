import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { WasiRunResult } from "@shadowbox/sandbox/browser";
import { runWasi, Sandbox } from "@shadowbox/sandbox/node";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { type CaseRecord, type CaseResult, runCase } from "../../../conformance/lib/case.mjs";
import { SDK_CASES } from "../../../conformance/lib/sdk.mjs";
import { builtSite } from "../bin/built.mjs";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";
import { newContext, newPage, PATIENCE } from "./node/testing.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** For one script, on a busy machine. */
const LIMIT_MS = 40_000;

vi.setConfig(PATIENCE);

let outDir: string;
let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
let page: Page;
const requests: { path: string; cookie: string | undefined }[] = [];

beforeAll(async () => {
  outDir = await builtSite();
  site = await serveSite(outDir, {
    onRequest: ({ url, headers }) => requests.push({ path: url ?? "", cookie: headers.cookie }),
  });
  browser = await launchChromium();
  const context = await newContext(browser);
  await context.addCookies([{ name: "login", value: "secret", url: site.address }]);
  page = await context.newPage();
  await page.goto(`${site.address}conformance.html`);
  await page.evaluate((limitMs) => {
    const { useCaseOptions } = globalThis as unknown as { useCaseOptions(options: object): void };
    useCaseOptions({ helpers: {}, limitMs });
  }, LIMIT_MS);
});

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
  ["a pipe of programs", "seq 1 5000 | sort -rn | tail -n 3 | tr '\\n' ' '; echo ${PIPESTATUS[*]}"],
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
    const want = await runCase(Sandbox, record, { helpers: {}, limitMs: LIMIT_MS });
    const got = await runInPage(record);
    const seen = ({ status, stdout, stderr, error }: CaseResult) => ({ status, stdout, stderr, error });
    expect(seen(got)).toEqual(seen(want));
    expect(want.error).toBeUndefined();
  });

for (const [name, { want }] of Object.entries(SDK_CASES))
  test(`the SDK in Chromium: ${name}`, async () => {
    const run = (program: string) =>
      (globalThis as unknown as { runSdk(name: string): Promise<unknown> }).runSdk(program);
    expect(await page.evaluate(run, name)).toEqual(want);
  });

test("programs reach nothing of the page", async () => {
  const named = () => page.evaluate(() => Object.getOwnPropertyNames(globalThis).sort());
  const before = await named();
  const tries = ["js", "pyodide", "_pyodide_core", "emscripten"].map(
    (name) => `try:\n import ${name}\n print("${name}")\nexcept ImportError: pass\n`,
  );
  const script = `python3 -c '${tries.join("")}'; ls -A /dev /dev/shadowbox; compgen -e | sort; cat /proc/self/environ`;
  const { stdout, stderr } = await runInPage({ id: "globals", suite: "browser", script });
  expect(`${stdout}${stderr}`).not.toMatch(/js|pyodide|emscripten|http:|secret/);
  expect(await named()).toEqual(before);
});

test("no request of the sandbox carries a cookie", () => {
  // The page's own HTML, script and style are the browser's requests, and come with it.
  expect(requests[0]).toEqual({ path: "/conformance.html", cookie: "login=secret" });
  const own = requests.filter(({ path }) => /\/registry\/|worker/.test(path));
  expect(own.length).toBeGreaterThan(10);
  expect(own.filter(({ cookie }) => cookie !== undefined)).toEqual([]);
});

test("a page runs a file of cases and says what passed", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-cases-"));
  const records = [
    { id: "good", suite: "s", script: "cat in; echo x > out", files: { in: "1\n" }, expected_stdout: "1\n" },
    { id: "files", suite: "s", script: "echo x > out", expected_files: { out: "x\n" }, expected_status: 0 },
    { id: "bad", suite: "s", script: "echo no", expected_stdout: "yes\n" },
  ];
  writeFileSync(join(folder, "three.jsonl"), records.map((record) => `${JSON.stringify(record)}\n`).join(""));
  const own = await serveSite(outDir, { mounts: { cases: folder } });
  const other = await newPage(browser);
  try {
    await other.goto(`${own.address}conformance.html?cases=cases/three.jsonl`);
    await other.getByText("2 of 3 pass, 3 in all").waitFor();
    expect(await other.locator("#failures li").allTextContents()).toEqual(["bad: stdout"]);
  } finally {
    await other.close();
    await own.close();
    rmSync(folder, { recursive: true });
  }
});

test("a page without isolation headers is told what is missing", async () => {
  const open = await serveSite(outDir, { isolation: false });
  try {
    const bare = await newPage(browser);
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
  const other = await newPage(browser);
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
  await other.close();
});

test("a program that was tampered with does not run", async () => {
  const other = await newPage(browser);
  let changed = 0;
  await other.route("**/registry/assets/*", async (route) => {
    const body = Buffer.from(await (await route.fetch()).body());
    body[body.length - 9] = (body[body.length - 9] as number) ^ 1;
    changed++;
    await route.fulfill({ body });
  });
  await other.goto(`${site.address}conformance.html`);
  const result = await other.evaluate(() =>
    (globalThis as unknown as { runCase(r: object): Promise<CaseResult> }).runCase({
      id: "x",
      suite: "s",
      script: "seq 3; echo $?",
    }),
  );
  expect(changed).toBeGreaterThan(0);
  expect(result.stdout).toBe("126\n");
  await other.close();
});

type Call = readonly (string | number | bigint)[];
/** Makes modules of calls; part of another package's tests. */
const {
  callsModule,
  MEM,
  readAnswers,
}: {
  callsModule(calls: readonly Call[]): Uint8Array;
  MEM: { fd(slot: number): number; out: number; buffer: number };
  readAnswers(calls: readonly Call[], printed: Uint8Array): unknown[];
} = await import(at("../../sandbox/src/node/wasi/testing/calls.ts"));

/** Calls that show arguments, environment, input, an open folder and what is not there. */
const CALLS: Call[] = [
  ["args_sizes_get", MEM.out, MEM.out + 4],
  ["args_get", MEM.out, MEM.buffer],
  ["peek", MEM.buffer, 11],
  ["environ_get", MEM.out, MEM.buffer],
  ["peek", MEM.buffer, 4],
  ["fd_prestat_dir_name", 3, MEM.buffer, 5],
  ["peek", MEM.buffer, 5],
  ["fd_prestat_get", 4, MEM.out],
  ["path_open", 3, 1, "a", 0, 0x1fffffffn, 0x1fffffffn, 0, MEM.fd(0)],
  ["path_open", 3, 1, "new", 1, 0x1fffffffn, 0x1fffffffn, 0, MEM.fd(1)],
  ["path_open", 3, 1, "../a", 0, 0x1fffffffn, 0x1fffffffn, 0, MEM.fd(2)],
  ["path_open", 3, 1, "/etc/passwd", 0, 0x1fffffffn, 0x1fffffffn, 0, MEM.fd(3)],
  ["path_unlink_file", 3, "b"],
];

test("a module runs in a page as on Node, with the folders that it is given and no other", async () => {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-module-"));
  try {
    writeFileSync(join(folder, "a"), "A\n");
    writeFileSync(join(folder, "b"), "B\n");
    const bytes = callsModule(CALLS);
    writeFileSync(join(folder, "..", "calls.wasm"), bytes);
    const options = { args: ["a b", "ä"], argv0: "calls", env: { A: "1" } };
    const printed: Uint8Array[] = [];
    const want = await runWasi({
      ...options,
      module: join(folder, "..", "calls.wasm"),
      folders: [{ host: folder, guest: "/data" }],
      onStdout: (chunk) => void printed.push(chunk.slice()),
    });
    const got = await page.evaluate(
      async ([module, given]) => {
        const { runWasi: run } = globalThis as unknown as { runWasi(o: object): Promise<WasiRunResult> };
        const files = ["a", "b"].map((path) => ({
          ...{ path, type: "file", mode: 0o644, mtimeNs: 0n },
          bytes: new TextEncoder().encode(`${path.toUpperCase()}\n`),
        }));
        const { status, stdout, folders } = await run({
          ...given,
          module: Uint8Array.from(module),
          folders: [{ guest: "/data", files }],
        });
        return { status, stdout: [...stdout], left: folders[0]?.map(({ path }) => path) };
      },
      [[...bytes], options] as const,
    );
    expect(Buffer.from(got.stdout).toString()).toBe(Buffer.concat(printed).toString());
    expect([got.status, got.left]).toEqual([want.status, ["a", "new"]]);
    expect(readAnswers(CALLS, Buffer.from(got.stdout))).not.toContain("missing");
  } finally {
    rmSync(folder, { recursive: true });
  }
});

type Given = { args?: string[]; env?: Record<string, string>; stdin?: string };
/** The programs that Node's tests compare with stock wasmtime. */
const { PROGRAMS }: { PROGRAMS: Readonly<Record<string, Given>> } = await import(
  at("../../sandbox/src/node/wasi/testing/programs.ts")
);

test.each(Object.entries(PROGRAMS))(
  "the checks of %s hold in a page",
  async (name, { stdin = "", ...given }) => {
    const bytes = readFileSync(at(`../../../crates/wasi-tests/modules/${name}.wasm`));
    const { status, stdout } = await page.evaluate(
      async ([module, options, input]) => {
        const { runWasi: run } = globalThis as unknown as { runWasi(o: object): Promise<WasiRunResult> };
        const folders = [{ guest: "/", files: [] }];
        const stdin = new TextEncoder().encode(input);
        const ended = await run({ ...options, module: Uint8Array.from(module), folders, stdin });
        return { status: ended.status, stdout: [...ended.stdout] };
      },
      [[...bytes], { ...given, argv0: name }, stdin] as const,
    );
    const lines = Buffer.from(stdout).toString().trim().split("\n");
    expect(lines.filter((line) => !line.startsWith("ok "))).toEqual([]);
    expect(lines.length).toBeGreaterThan(20);
    expect(status).toBe(0);
  },
);

test("a module that asks for more than preview 1 does not start", async () => {
  const said = await page.evaluate(() => {
    const { runWasi: run } = globalThis as unknown as { runWasi(o: object): Promise<unknown> };
    // (module (import "env" "fetch" (func)) (func (export "_start")))
    const module = Uint8Array.from([
      ...[
        0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 2, 13, 1, 3, 101, 110, 118, 5, 102, 101, 116, 99, 104,
        0, 0,
      ],
      ...[3, 2, 1, 0, 7, 10, 1, 6, 95, 115, 116, 97, 114, 116, 0, 1, 10, 4, 1, 2, 0, 11],
    ]);
    return run({ module }).then(String, String);
  });
  expect(said).toContain("WasiError");
});
