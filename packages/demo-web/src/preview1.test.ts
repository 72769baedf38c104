import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { ImageEntry, WasiRunOptions, WasiRunResult } from "@shadowbox/sandbox/browser";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { builtSite } from "../bin/built.mjs";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";
import { newPage, PATIENCE } from "./node/testing.ts";

type Call = readonly (string | number | bigint)[];
interface Scenario {
  name: string;
  calls: readonly Call[];
  stdin?: string;
  folders?: number;
}
type Answers = (number | string)[];

// Node's tests compare the same scenarios with stock wasmtime.
const wasi = (file: string) =>
  import(fileURLToPath(new URL(`../../sandbox/src/node/wasi/${file}`, import.meta.url)));
const { callsModule, MEM, readAnswers } = await wasi("testing/calls.ts");
const { runBytes } = await wasi("testing/run-bytes.ts");
const { FOLDER }: { FOLDER: Record<string, string | undefined> } = await wasi("conformance/scenario.ts");
const { ATTEMPTS, linksOut }: { ATTEMPTS: Call[]; linksOut(outer: string): Record<string, string> } =
  await wasi("testing/escapes.ts");
const TABLES: Record<string, readonly Scenario[]> = {
  paths: (await wasi("conformance/paths.ts")).paths,
  descriptors: (await wasi("conformance/descriptors.ts")).descriptors,
  others: (await wasi("conformance/others.ts")).others,
};

vi.setConfig(PATIENCE);

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  site = await serveSite(await builtSite());
  browser = await launchChromium();
  page = await newPage(browser);
  await page.goto(`${site.address}conformance.html`);
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** What is in the folder of a scenario, paths to content as {@link FOLDER} has it. */
function contents({ folders = 0 }: Scenario): [path: string, content: string | undefined][] {
  const entries = Object.entries(FOLDER);
  const more = Array.from({ length: folders }, (_, index) => `folder-${index}`).flatMap(
    (folder): [string, string | undefined][] => [
      [folder, undefined],
      ...entries.map(([path, content]): [string, string | undefined] => [`${folder}/${path}`, content]),
    ],
  );
  return [...entries, ...more];
}

async function answersOnNode(scenario: Scenario): Promise<Answers> {
  const root = mkdtempSync(join(tmpdir(), "shadowbox-preview1-"));
  try {
    for (const [path, content] of contents(scenario)) {
      if (content === undefined) mkdirSync(join(root, path), { recursive: true });
      else if (content.startsWith("->")) symlinkSync(content.slice(2), join(root, path));
      else writeFileSync(join(root, path), content);
    }
    const { calls, stdin } = scenario;
    const input = async function* () {
      yield new TextEncoder().encode(stdin);
    };
    const folders = [{ host: root, guest: "/" }];
    const ended = await runBytes(callsModule(calls), { folders, ...(stdin && { stdin: input() }) });
    return [...readAnswers(calls, ended.stdout), ended.status];
  } finally {
    rmSync(root, { recursive: true });
  }
}

/** Text for a page: bytes are sent as characters of one byte. */
const packed = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");

/** Runs a module of calls over a folder with these contents: what it printed, its status and the paths that it leaves. */
async function runInPage(
  { calls, stdin }: Pick<Scenario, "calls" | "stdin">,
  files: readonly (readonly [path: string, content: string | undefined])[],
): Promise<{ stdout: Buffer; status: number; left: string[] }> {
  const { stdout, ...ended } = await page.evaluate(
    async ([module, input, listed]) => {
      const { runWasi: run } = globalThis as unknown as {
        runWasi(options: WasiRunOptions): Promise<WasiRunResult>;
      };
      const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
      const files = listed.map(([path, content]): ImageEntry => {
        const facts = { path, mtimeNs: 0n };
        if (content === null) return { ...facts, mode: 0o755, type: "directory" };
        const isLink = content.startsWith("->");
        const type = isLink ? "symlink" : "file";
        return { ...facts, mode: isLink ? 0o777 : 0o644, type, bytes: bytes(content.slice(isLink ? 2 : 0)) };
      });
      const folders = [{ guest: "/", files }];
      const given = input === undefined ? {} : { stdin: bytes(input) };
      const { stdout, status, folders: after } = await run({ ...given, module: bytes(module), folders });
      return { stdout: [...stdout], status, left: (after[0] ?? []).map(({ path }) => path) };
    },
    [
      packed(callsModule(calls)),
      stdin,
      files.map(([path, content]) => [path, content ?? null] as const),
    ] as const,
  );
  return { ...ended, stdout: Buffer.from(stdout) };
}

async function answersInPage(scenario: Scenario): Promise<Answers> {
  const { stdout, status } = await runInPage(scenario, contents(scenario));
  return [...readAnswers(scenario.calls, stdout), status];
}

/** A directory's size is the host's own affair. */
function withoutDirectorySizes({ calls }: Scenario, answers: Answers): Answers {
  const isSize = (index: number) => calls[index]?.[0] === "peek" && calls[index]?.[1] === MEM.out + 32;
  return answers.map((answer, index) => (isSize(index) && answers[index - 1] === "03" ? "size" : answer));
}

test.each(Object.entries(TABLES))("%s answer in a page as on Node", async (_, scenarios) => {
  const differing: string[] = [];
  for (const scenario of scenarios) {
    const [node, chromium] = [await answersOnNode(scenario), await answersInPage(scenario)].map((answers) =>
      withoutDirectorySizes(scenario, answers),
    ) as [Answers, Answers];
    for (const [index, call] of [...scenario.calls, ["status"]].entries())
      if (node[index] !== chromium[index])
        differing.push(`${scenario.name}: ${call.map(String)}: Node ${node[index]}, page ${chromium[index]}`);
  }
  expect(differing).toEqual([]);
});

test(`a module does not get out of its folder by ${ATTEMPTS.length} paths`, async () => {
  const files: [string, string | undefined][] = [
    ["file", "inside"],
    ["dir", undefined],
    ["dir/sub", undefined],
    ...Object.entries(linksOut("/outer")).map(([name, to]): [string, string] => [name, `->${to}`]),
  ];
  const { stdout, left } = await runInPage({ calls: ATTEMPTS }, files);
  const answers = readAnswers(ATTEMPTS, stdout);
  expect(ATTEMPTS.filter((_, index) => answers[index] === 0)).toEqual([]);
  expect(answers).not.toContain("missing");
  expect(left.sort()).toEqual(files.map(([path]) => path).sort());
});
