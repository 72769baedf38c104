// Hands cases to pages of a real Chromium: the browser's side of `pool.mjs`.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Cases after which a page is replaced: a tab has room for a limited number of WebAssembly memories. */
const CASES_PER_PAGE = 400;
/** A page that has not answered by then is gone, milliseconds. */
const GONE_MS = 30_000;
const WEB = new URL("../../packages/demo-web/", import.meta.url);

/** Runs all records on `jobs` pages of the built site and tells `report` each result as it comes. */
export async function runAllInChromium(records, { jobs, helpers, tree, limitMs, report }) {
  const { launchChromium } = await import(new URL("bin/chromium.mjs", WEB));
  const { serveSite } = await import(new URL("bin/site.mjs", WEB));
  const dist = fileURLToPath(new URL("dist", WEB));
  if (!existsSync(dist))
    throw new Error("run in Chromium: build the site first: `pnpm -C packages/demo-web build`");
  const site = await serveSite(dist);
  const browser = await launchChromium();
  try {
    const queue = records.values();
    const open = () => openPage(browser, site.address, { helpers, tree, limitMs });
    await Promise.all(
      Array.from({ length: Math.min(jobs, records.length) }, () => serve(queue, open, report)),
    );
  } finally {
    await browser.close();
    await site.close();
  }
}

async function openPage(browser, address, options) {
  const context = await browser.newContext();
  const page = await context.newPage();
  await page.goto(`${address}conformance.html`);
  await page.evaluate((given) => globalThis.useCaseOptions(given), options);
  return { page, close: () => context.close() };
}

async function serve(queue, open, report) {
  let place;
  let served = 0;
  for (const record of queue) {
    if (place === undefined || served >= CASES_PER_PAGE) {
      await place?.close();
      place = await open();
      served = 0;
    }
    served++;
    const result = await ask(place.page, record);
    if (result.gone) {
      await place.close().catch(() => {});
      place = undefined;
    }
    delete result.gone;
    report(record, result);
  }
  await place?.close();
}

async function ask(page, record) {
  let timer;
  const late = new Promise((resolve) => {
    timer = setTimeout(() => resolve({ id: record.id, ok: false, differed: ["stuck"], gone: true }), GONE_MS);
  });
  const answer = page
    .evaluate((record) => globalThis.runCase(record), record)
    .catch((error) => ({ id: record.id, ok: false, differed: ["crash"], error: String(error), gone: true }));
  const result = await Promise.race([answer, late]);
  clearTimeout(timer);
  return result;
}
