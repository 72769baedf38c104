// The built site in a real Chromium, beside Node on the same machine: `node bench/browser.mjs [--only load|run|page|app|corpus] [--cases FOLDER]
// [--every N] [--json]`. Build first: `pnpm -C packages/demo-web build`. Load times are the page's own, from the start of the navigation
// to the prompt; the corpus is every N-th conformance case (default 40).
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { parseArgs } from "node:util";
import { runAllInChromium } from "../conformance/lib/chromium.mjs";
import { runAll as runAllOnNode } from "../conformance/lib/pool.mjs";
import { launchChromium } from "../packages/demo-web/bin/chromium.mjs";
import { serveSite } from "../packages/demo-web/bin/site.mjs";

const at = (path) => fileURLToPath(new URL(path, import.meta.url));
const { values } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    cases: { type: "string", default: process.env.CONFORMANCE_DIR ?? at("../../shared/conformance") },
    every: { type: "string", default: "40" },
    json: { type: "boolean", default: false },
  },
});
const SDK = pathToFileURL(at("../packages/sandbox/dist/index.js")).href;

const PROCESSES = 1000;
const LOADS = 7;
const LOAD_TRIES = 1500;
const ROUNDS = 6;
const IMPORTED = 10_000;
const WALK = "mkdir w; cd w; for d in {1..50}; do mkdir $d; for f in {1..100}; do echo x > $d/$f; done; done";
const SCRIPTS = {
  "no-op process": [`for ((i = 0; i < ${PROCESSES}; i++)); do /bin/true; done`, PROCESSES],
  "walk over 5,000 files (find)": ["find w | wc -l", 1],
  "python3 -c 1": ["python3 -c 1", 1],
};
const SETTINGS = { memoryMiB: 1024, timeoutSeconds: 0, network: "off", loopback: false, mode: "auto" };

const rows = [];
/** `bar` is of the ratio where `of` is "ratio", else of `ours`. */
function row(name, { ours, base, unit = "ms", bar, of }) {
  const judged = of === "ratio" ? ours / base : ours;
  rows.push({ name, ours, base, unit, bar, of, ok: bar === undefined ? undefined : judged <= bar });
}
const sorted = (numbers) => [...numbers].sort((a, b) => a - b);
const median = (numbers) => sorted(numbers)[numbers.length >> 1];

/** Runs in the page before its own code: takes the empty project, and notes when the terminal shows its prompt. */
function watchForPrompt() {
  const look = () => {
    for (const button of document.querySelectorAll("button"))
      if (button.textContent.startsWith("Start empty") && !button.dataset.taken) {
        button.dataset.taken = "yes";
        button.click();
      }
    if (!document.querySelector(".xterm-rows")?.textContent.includes("$")) return;
    globalThis.promptAt ??= performance.now();
    observer.disconnect();
  };
  const observer = new MutationObserver(look);
  observer.observe(document, { childList: true, subtree: true, characterData: true });
}

async function loadOnce(context, address) {
  const page = await context.newPage();
  await page.addInitScript(watchForPrompt);
  await page.goto(address, { waitUntil: "commit" });
  // By asking again: what waits in the page needs an `eval`, which the page's policy refuses.
  for (let tries = 0; tries < LOAD_TRIES; tries++) {
    const ms = await page.evaluate(() => globalThis.promptAt);
    if (ms !== undefined) return { ms, page };
    await page.waitForTimeout(20);
  }
  throw new Error(`${address}: expected a prompt in 30 s, got none`);
}

/** Bytes that a context's pages and workers ask the server for, as they are sent. */
function countTransfer(context) {
  const seen = { bytes: 0 };
  context.on("response", (response) => {
    const isPages = response.request().serviceWorker() === null && !response.fromServiceWorker();
    if (isPages) seen.bytes += Number(response.headers()["content-length"] ?? 0);
  });
  return seen;
}

async function measureLoads(browser, address) {
  const [cold, warm] = [[], []];
  let bytes = 0;
  for (let i = 0; i < LOADS; i++) {
    const context = await browser.newContext();
    const seen = countTransfer(context);
    const first = await loadOnce(context, address);
    cold.push(first.ms);
    bytes = seen.bytes;
    // The service worker has the files by then.
    await first.page.evaluate(() => navigator.serviceWorker.ready);
    await first.page.waitForTimeout(1500);
    await first.page.close();
    const again = await loadOnce(context, address);
    warm.push(again.ms);
    await context.close();
  }
  row("first load to the prompt, cold", { ours: median(cold), bar: 1500 });
  row("load to the prompt, warm", { ours: median(warm), bar: 500 });
  row("transfer until the prompt", { ours: bytes, unit: "bytes", bar: 1_000_000 });
}

async function timesOnNode() {
  const { Sandbox } = await import(SDK);
  const box = await Sandbox.create({ engine: "v8" });
  await box.exec(WALK);
  const times = {};
  for (const [name, [script, per]] of Object.entries(SCRIPTS)) {
    const runs = [];
    for (let i = 0; i < ROUNDS; i++) runs.push((await box.exec(script)).durationMs / per);
    times[name] = Math.min(...runs);
  }
  await box.close();
  return times;
}

/** Runs in the page: a box of its own, as `globalThis.call`. */
async function openInPage([name, settings]) {
  globalThis.call = globalThis.connectRuntime();
  await call("open", `${name}-${Date.now()}`, new URL("registry/", document.baseURI).href, settings);
  await call("start", []);
}

/** Runs in the page. */
async function timesInPage([walk, scripts, rounds]) {
  await call("exec", walk, 100);
  await call("exec", "cd /workspace", 100);
  const times = {};
  for (const [name, [script, per]] of Object.entries(scripts)) {
    const runs = [];
    for (let i = 0; i < rounds; i++) runs.push((await call("exec", script, 100)).durationMs / per);
    times[name] = Math.min(...runs);
  }
  return times;
}

async function measureRuns(page) {
  await page.evaluate(openInPage, ["runs", SETTINGS]);
  const inPage = await page.evaluate(timesInPage, [WALK, SCRIPTS, ROUNDS]);
  const onNode = await timesOnNode();
  const bars = {
    "no-op process": { bar: 0.5 },
    "walk over 5,000 files (find)": { bar: 3, of: "ratio" },
  };
  for (const [name, ours] of Object.entries(inPage)) row(name, { ours, base: onNode[name], ...bars[name] });
}

/** Runs in the page: its memory before and after more processes, and its longest task while it has work of three kinds. */
async function watchPage([processes, count]) {
  const long = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  }).observe({ type: "longtask" });
  const memory = async () => (await performance.measureUserAgentSpecificMemory()).bytes;
  await call("exec", processes, 100);
  const before = await memory();
  await call("exec", processes, 100);
  const after = await memory();
  const spinning = call("exec", "while :; do :; done", 100);
  await new Promise((done) => setTimeout(done, 1000));
  await call("stop");
  await spinning;
  const files = Array.from({ length: count }, (_, index) => ({
    path: `d${index % 100}/f${index}`,
    type: "file",
    mode: 0o644,
    mtimeNs: 0n,
    bytes: new TextEncoder().encode(`file ${index}\n`),
  }));
  // Making the files is this bench's own work.
  await new Promise((done) => setTimeout(done, 200));
  long.length = 0;
  const from = performance.now();
  await call("start", files);
  const imported = performance.now() - from;
  await new Promise((done) => setTimeout(done, 200));
  return { longest: Math.max(0, ...long), before, after, imported };
}

async function measurePage(page) {
  await page.evaluate(openInPage, ["page", SETTINGS]);
  const script = SCRIPTS["no-op process"][0];
  const { longest, before, after, imported } = await page.evaluate(watchPage, [script, IMPORTED]);
  row(`memory after ${PROCESSES} more processes`, {
    ...{ ours: after / 2 ** 20, base: before / 2 ** 20, unit: "MiB", bar: 1.1, of: "ratio" },
  });
  row("longest task of the page", { ours: longest, bar: 50 });
  row(`import of ${IMPORTED} files`, { ours: imported });
}

/** Runs in the app before its own code: notes tasks of more than 50 ms. */
function watchTasks() {
  globalThis.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) globalThis.tasks.push(duration);
  }).observe({ type: "longtask" });
}

/** What a person does that gives the page much to show; each line ends with a mark of its own. */
const WORK = [
  "seq 300000",
  `for ((i = 0; i < ${PROCESSES}; i++)); do /bin/true; done`,
  "for d in {1..100}; do mkdir d$d; for f in {1..100}; do echo x > d$d/f$f; done; done",
  "mkdir flat; for f in {1..5000}; do echo x > flat/f$f; done; seq 20000 > aaa",
];

/** The app itself under the hands of a person: its longest task. */
async function measureApp() {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(watchTasks);
  await page.goto(site.address);
  await page.getByRole("button", { name: /Start empty/ }).click();
  const screen = page.locator(".xterm-rows");
  await screen.getByText("$").first().waitFor();
  const starting = await page.evaluate(() => globalThis.tasks.splice(0));
  row("longest task of the app's start", { ours: Math.max(0, ...starting) });
  for (const [at, line] of WORK.entries()) {
    await page.locator(".console").click();
    await page.keyboard.type(`${line}; echo do''ne${at}`);
    await page.keyboard.press("Enter");
    await screen.getByText(`done${at}`, { exact: true }).first().waitFor({ timeout: 120_000 });
  }
  await page.locator(".change", { hasText: "aaa" }).click();
  await page.locator("figure").waitFor();
  for (const name of ["Files", "Timeline", "Review"]) await page.getByRole("tab", { name }).click();
  await page.getByRole("button", { name: "Commit all 15001" }).click();
  await page.getByText("Nothing differs from the project.").waitFor({ timeout: 120_000 });
  const tasks = await page.evaluate(() => globalThis.tasks);
  row("longest task of the app, 15,001 changes", { ours: Math.max(0, ...tasks), bar: 50 });
  await page.close();
}

function casesOf(folder) {
  const names = readdirSync(folder).filter((name) => name.endsWith(".jsonl"));
  const lines = names.sort().flatMap((name) => readFileSync(join(folder, name), "utf8").split("\n"));
  const records = lines.filter(Boolean).map((line) => JSON.parse(line));
  return records.filter(({ suite }, index) => suite !== "oils" && index % Number(values.every) === 0);
}

/** The sum of all scripts' times; a case that one of the two hosts had no time for counts for neither. */
async function measureCorpus() {
  const records = casesOf(values.cases);
  const run = async (runAll) => {
    const found = new Map();
    const report = ({ id }, { ms }) => found.set(id, ms);
    await runAll(records, { jobs: 1, helpers: {}, engine: "v8", sdk: SDK, report });
    return found;
  };
  const [node, chromium] = [await run(runAllOnNode), await run(runAllInChromium)];
  const both = records.filter(({ id }) => node.get(id) !== undefined && chromium.get(id) !== undefined);
  const sum = (found) => both.reduce((total, { id }) => total + found.get(id), 0);
  row(`corpus, ${both.length} cases`, { ours: sum(chromium), base: sum(node), bar: 2, of: "ratio" });
}

const wanted = (name) => new RegExp(values.only).test(name);
const site = await serveSite(at("../packages/demo-web/dist"));
const browser = await launchChromium();
try {
  if (wanted("load")) await measureLoads(browser, site.address);
  for (const [name, measure] of Object.entries({ run: measureRuns, page: measurePage })) {
    if (!wanted(name)) continue;
    const page = await browser.newPage();
    await page.goto(`${site.address}conformance.html`);
    await measure(page);
    await page.close();
  }
  if (wanted("app")) await measureApp();
} finally {
  await browser.close();
  await site.close();
}
if (wanted("corpus") && existsSync(values.cases)) await measureCorpus();

const number = (value) => value.toFixed(value < 10 ? 2 : 0);
if (values.json) console.log(JSON.stringify(rows));
else
  for (const { name, ours, base, unit, bar, of, ok } of rows) {
    const beside =
      base === undefined ? "" : `, ${of === "ratio" && unit === "MiB" ? "before" : "Node"} ${number(base)}`;
    const judged =
      ok === undefined ? "" : `  ${ok ? "ok" : "missed"}: at most ${bar}${of === "ratio" ? " x" : ""}`;
    console.log(`${name.padEnd(40)} ${number(ours)} ${unit}${beside}${judged}`);
  }
