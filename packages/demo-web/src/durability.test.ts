import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { builtSite } from "../bin/built.mjs";
import { launchProfile } from "../bin/chromium.mjs";
import { serveSite } from "../bin/site.mjs";
import type { Call } from "./runtime/client.ts";

/** Browsers that are killed; SHADOWBOX_KILLS for a long run. */
const KILLS = Number(process.env.SHADOWBOX_KILLS ?? 10);
const FOLDERS = 7;
const FILES = 5;

let outDir: string;
let site: Awaited<ReturnType<typeof serveSite>>;
let profile: string;

beforeAll(async () => {
  outDir = await builtSite();
  site = await serveSite(outDir);
  profile = mkdtempSync(join(tmpdir(), "shadowbox-profile-"));
}, 300_000);

afterAll(async () => {
  await site?.close();
  if (profile) rmSync(profile, { recursive: true, force: true });
});

interface TestPage {
  connectRuntime(): Call;
  call: Call;
}

/** Opens the kept box; the lines of all its files, and the last call that it knows of. */
async function open(page: Page): Promise<{ files: Record<string, string>; last: number }> {
  await page.goto(`${site.address}conformance.html`);
  return page.evaluate(async () => {
    const here = globalThis as unknown as TestPage;
    here.call = here.connectRuntime();
    const registry = new URL("registry/", document.baseURI).href;
    const { hasProject } = await here.call("open", "durability", registry);
    if (!hasProject) await here.call("start", []);
    const files: Record<string, string> = {};
    for (const { path, type, bytes } of await here.call("files"))
      if (type === "file") files[path] = new TextDecoder().decode(bytes);
    return { files, last: Number(files.last ?? 0) };
  });
}

/**
 * Goes on from call `last`, until the page dies: writes that make the journal compact itself now and then, commits, undo, and imports of
 * the whole workspace as a new project.
 */
function work(page: Page, last: number): Promise<void> {
  return page.evaluate(
    async ([from, folders, files]) => {
      const { call } = globalThis as unknown as TestPage;
      for (let n = from + 1; ; n++) {
        const place = `d${n % folders}/f${n % files}`;
        const big = n % 3 === 0 ? `seq ${n} 450000 > /tmp/big;` : "";
        await call(
          "exec",
          `${big} mkdir -p d${n % folders}; seq ${n} $((${n} + ${n % 11} * 400)) > ${place}; echo ${n} > last`,
        );
        console.log(`done ${n}`);
        if (n % 5 === 0) await call("commit");
        if (n % 15 === 0) await call("undo");
        if (n % 7 === 0) await call("start", await call("files"));
      }
    },
    [last, FOLDERS, FILES] as const,
  );
}

/** What the files must be after call `last`. */
function model(last: number): Record<string, string> {
  const files: Record<string, string> = last > 0 ? { last: `${last}\n` } : {};
  for (let n = 1; n <= last; n++) {
    const lines = Array.from({ length: (n % 11) * 400 + 1 }, (_, at) => `${n + at}\n`);
    files[`d${n % FOLDERS}/f${n % FILES}`] = lines.join("");
  }
  return files;
}

type Kill = "browser" | "tab" | "reload";
const KINDS: readonly Kill[] = ["tab", "reload", "tab", "reload", "browser", "tab", "reload", "browser"];

/** The browser with its profile, and the tab in it. */
class Victim {
  #browser: Awaited<ReturnType<typeof launchProfile>> | undefined;
  #page: Page | undefined;
  /** The last call whose end the page was told of. */
  acknowledged = 0;

  /** The tab that works now; a new one where the last was killed. */
  async page(): Promise<Page> {
    this.#browser ??= await launchProfile(profile);
    if (this.#page === undefined) {
      this.#page = await this.#browser.context.newPage();
      this.#page.setDefaultTimeout(120_000);
      this.#page.on("console", (said) => {
        const done = /^done (\d+)$/.exec(said.text());
        if (done) this.acknowledged = Number(done[1]);
      });
    }
    return this.#page;
  }

  async kill(kind: Kill): Promise<void> {
    const page = this.#page as Page;
    if (kind === "reload") await page.reload();
    else this.#page = undefined;
    if (kind === "tab") {
      const cdp = await page.context().newCDPSession(page);
      const crashed = page.waitForEvent("crash");
      cdp.send("Page.crash").catch(() => {});
      await crashed;
      await page.close();
    }
    if (kind === "browser") await this.end();
  }

  async end(): Promise<void> {
    await this.#browser?.kill();
    this.#browser = undefined;
  }
}

test(
  `after each of ${KILLS} kills of the tab or the browser the tree is that of the last finished call`,
  async () => {
    const victim = new Victim();
    const kills = { tab: 0, reload: 0, browser: 0 };
    try {
      for (let kill = 0; kill <= KILLS; kill++) {
        const page = await victim.page();
        const { files, last } = await open(page);
        expect(last).toBeGreaterThanOrEqual(victim.acknowledged);
        expect(files).toEqual(model(last));
        victim.acknowledged = last;
        const progress = page.waitForEvent("console", (said) => said.text().startsWith("done"));
        const working = work(page, last).catch(() => {});
        await progress;
        await new Promise((resolve) => setTimeout(resolve, Math.random() * 400));
        const kind = KINDS[kill % KINDS.length] as Kill;
        await victim.kill(kind);
        await working;
        kills[kind]++;
      }
    } finally {
      console.log(`kills ${JSON.stringify(kills)}, ${victim.acknowledged} calls acknowledged`);
      await victim.end();
    }
    expect(victim.acknowledged).toBeGreaterThanOrEqual(KILLS);
  },
  120_000 + KILLS * 20_000,
);

test("storage that is full is said, leaves what was kept, and goes on when there is room", async () => {
  // A browser without a profile has no quota.
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-full-"));
  const browser = await launchProfile(folder);
  try {
    const page = await browser.context.newPage();
    const exec = (script: string) =>
      page.evaluate(
        (line) =>
          (globalThis as unknown as TestPage).call("exec", line).then(
            () => "kept",
            ({ code, message }) => `${code}: ${message}`,
          ),
        script,
      );
    expect((await open(page)).files).toEqual({});
    expect(await exec("seq 3 > first")).toBe("kept");
    const cdp = await page.context().newCDPSession(page);
    const quotaSize = 16 << 20;
    const { origin } = new URL(site.address);
    await cdp.send("Storage.overrideQuotaForOrigin", { origin, quotaSize });
    expect(await exec("echo second > second; seq 3000000 > big")).toContain(
      "state: keep what changed: the storage is full",
    );
    await page.reload();
    expect((await open(page)).files).toEqual({ first: "1\n2\n3\n" });
    expect(await exec("seq 3000000 > big; echo second > second")).toContain("storage is full");
    expect(await exec("rm big")).toBe("kept");
    await page.reload();
    expect((await open(page)).files).toEqual({ first: "1\n2\n3\n", second: "second\n" });
  } finally {
    await browser.kill();
    rmSync(folder, { recursive: true, force: true });
  }
}, 300_000);
