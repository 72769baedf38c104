// Figures of the built site in a real Chromium, beside Node on the same machine: `node packages/demo-web/bench/measure.mjs`.
import { fileURLToPath } from "node:url";
import { Sandbox } from "../../sandbox/dist/index.js";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";

const PROCESSES = 1000;
const LOADS = 5;
const WALK = "mkdir w; cd w; for d in {1..50}; do mkdir $d; for f in {1..100}; do echo x > $d/$f; done; done";
const SCRIPTS = {
  "no-op process": [`for ((i = 0; i < ${PROCESSES}; i++)); do /bin/true; done`, PROCESSES],
  "walk 5,000 files (find)": ["find w | wc -l", 1],
  "python3 start": ["python3 -c 1", 1],
};
const show = (name, figure) => console.log(`${name.padEnd(44)} ${figure}`);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];
const spread = (times) =>
  `${Math.round(median(times))} ms (${Math.round(Math.min(...times))} to ${Math.round(Math.max(...times))})`;

async function onNode() {
  const box = await Sandbox.create({});
  await box.exec(WALK);
  const times = {};
  for (const [name, [script, per]] of Object.entries(SCRIPTS)) {
    const runs = [];
    for (let i = 0; i < 6; i++) runs.push((await box.exec(script)).durationMs / per);
    times[name] = median(runs.slice(1));
  }
  await box.close();
  return times;
}

/** Runs in the page. */
async function measurePage([walk, scripts]) {
  const call = globalThis.connectRuntime();
  await call("open", `measure-${Date.now()}`, new URL("registry/", document.baseURI).href);
  await call("start", []);
  const times = {};
  const long = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) long.push(duration);
  }).observe({ type: "longtask" });
  await call("exec", walk);
  await call("exec", "cd /workspace");
  for (const [name, [script, per]] of Object.entries(scripts)) {
    const runs = [];
    for (let i = 0; i < 6; i++) runs.push((await call("exec", script)).durationMs / per);
    times[name] = runs.slice(1).sort((a, b) => a - b)[2];
  }
  const memory = async () => (await performance.measureUserAgentSpecificMemory()).bytes;
  const before = await memory();
  await call("exec", scripts["no-op process"][0]);
  const after = await memory();
  const spinning = call("exec", "while :; do :; done");
  await new Promise((done) => setTimeout(done, 1000));
  await call("stop");
  await spinning;
  const files = Array.from({ length: 10_000 }, (_, at) => ({
    path: `d${at % 100}/f${at}`,
    type: "file",
    mode: 0o644,
    mtimeNs: 0n,
    bytes: new TextEncoder().encode(`file ${at}\n`),
  }));
  const from = performance.now();
  await call("start", files);
  times["import of 10,000 files"] = performance.now() - from;
  await new Promise((done) => setTimeout(done, 200));
  return { times, longest: Math.max(0, ...long), before, after };
}

/** Milliseconds until the terminal shows its prompt, in a new tab; a cold one chooses the empty project by itself. */
async function loadOnce(context, address, isCold) {
  const page = await context.newPage();
  const from = performance.now();
  await page.goto(address);
  if (isCold) {
    const start = page.getByRole("button", { name: /Start empty/ });
    // Without the driver's scrolling and waiting, which are no part of the load.
    await start.evaluate((button) => button.click());
  }
  await page.locator(".xterm-rows", { hasText: "$" }).waitFor();
  return { ms: performance.now() - from, page };
}

async function loads(browser, address) {
  const [cold, warm] = [[], []];
  let bytes = 0;
  for (let i = 0; i < LOADS; i++) {
    const context = await browser.newContext();
    bytes = 0;
    context.on("response", (response) => {
      const own = response.request().serviceWorker() === null && !response.fromServiceWorker();
      if (own) bytes += Number(response.headers()["content-length"] ?? 0);
    });
    const first = await loadOnce(context, address, true);
    cold.push(first.ms);
    const transferred = bytes;
    // The service worker has the files by then.
    await first.page.waitForTimeout(4000);
    await first.page.close();
    const again = await loadOnce(context, address, false);
    warm.push(again.ms);
    bytes = transferred;
    await context.close();
  }
  show("first load to the prompt, cold", spread(cold));
  show("  bytes until then", bytes.toLocaleString("en"));
  show("load to the prompt, warm", spread(warm));
}

const site = await serveSite(fileURLToPath(new URL("../dist", import.meta.url)));
const browser = await launchChromium();
try {
  await loads(browser, site.address);
  const page = await browser.newPage();
  await page.goto(`${site.address}conformance.html`);
  const node = await onNode();
  const { times, longest, before, after } = await page.evaluate(measurePage, [WALK, SCRIPTS]);
  for (const [name, time] of Object.entries(times)) {
    const beside = node[name] === undefined ? "" : ` (Node ${node[name].toFixed(2)} ms)`;
    show(name, `${time.toFixed(2)} ms${beside}`);
  }
  const mib = (size) => `${(size / 2 ** 20).toFixed(1)} MiB`;
  show(`memory after ${PROCESSES} more processes`, `${mib(after)}, before ${mib(before)}`);
  show("longest task of the page meanwhile", `${Math.round(longest)} ms`);
} finally {
  await browser.close();
  await site.close();
}
