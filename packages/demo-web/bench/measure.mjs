// Figures of the built site in a real Chromium, beside Node on the same machine: `node packages/demo-web/bench/measure.mjs`.
import { fileURLToPath } from "node:url";
import { openSandbox } from "../../sandbox/dist/index.js";
import { launchChromium } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";

const PROCESSES = 1000;
const WALK = "mkdir w; cd w; for d in {1..50}; do mkdir $d; for f in {1..100}; do echo x > $d/$f; done; done";
const SCRIPTS = {
  "no-op process": [`for ((i = 0; i < ${PROCESSES}; i++)); do /bin/true; done`, PROCESSES],
  "walk 5,000 files (find)": ["find w | wc -l", 1],
  "python3 start": ["python3 -c 1", 1],
};
const show = (name, figure) => console.log(`${name.padEnd(44)} ${figure}`);
const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

async function onNode() {
  const box = await openSandbox({});
  await box.exec(WALK);
  const times = {};
  for (const [name, [script, per]] of Object.entries(SCRIPTS)) {
    const runs = [];
    for (let i = 0; i < 4; i++) runs.push((await box.exec(script)).durationMs / per);
    times[name] = median(runs.slice(1));
  }
  await box.close();
  return times;
}

async function inChromium(page) {
  return page.evaluate(
    async ([walk, scripts]) => {
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
        for (let i = 0; i < 4; i++) runs.push((await call("exec", script)).durationMs / per);
        times[name] = runs.slice(1).sort((a, b) => a - b)[1];
      }
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
      return { times, longest: Math.max(0, ...long) };
    },
    [WALK, SCRIPTS],
  );
}

async function firstLoad(browser, address) {
  const context = await browser.newContext();
  let bytes = 0;
  context.on("response", (response) => {
    if (!response.fromServiceWorker()) bytes += Number(response.headers()["content-length"] ?? 0);
  });
  const prompt = async (go) => {
    const from = performance.now();
    await go();
    await page.locator(".xterm-rows").waitFor();
    return performance.now() - from;
  };
  const page = await context.newPage();
  const from = performance.now();
  await page.goto(address);
  const start = page.getByRole("button", { name: /Start empty/ });
  await start.waitFor();
  show("first load, cold, to the start page", `${Math.round(performance.now() - from)} ms`);
  show("  then to the prompt", `${Math.round(await prompt(() => start.click()))} ms`);
  show("  bytes until then, not compressed", bytes.toLocaleString("en"));
  show("warm load to the prompt", `${Math.round(await prompt(() => page.reload()))} ms`);
  await context.close();
}

const site = await serveSite(fileURLToPath(new URL("../dist", import.meta.url)));
const browser = await launchChromium();
try {
  await firstLoad(browser, site.address);
  const page = await browser.newPage();
  await page.goto(`${site.address}conformance.html`);
  const [node, { times, longest }] = [await onNode(), await inChromium(page)];
  for (const [name, time] of Object.entries(times)) {
    const beside = node[name] === undefined ? "" : ` (Node ${node[name].toFixed(2)} ms)`;
    show(name, `${time.toFixed(2)} ms${beside}`);
  }
  show("longest task of the page meanwhile", `${Math.round(longest)} ms`);
} finally {
  await browser.close();
  await site.close();
}
