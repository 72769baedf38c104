import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { unzipSync, zipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { builtSite } from "../../bin/built.mjs";
import { launchChromium } from "../../bin/chromium.mjs";
import { serveSite } from "../../bin/site.mjs";
import { changes, newContext, newPage, openSample, PATIENCE, type } from "../node/testing.ts";

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url));

vi.setConfig(PATIENCE);

let outDir: string;
let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
/** Breaches of the content policy by a page or a worker, as the browser reports them. */
const breaches: string[] = [];

beforeAll(async () => {
  outDir = await builtSite();
  site = await serveSite(outDir, {
    onReport: (report) => breaches.push(`${report["effective-directive"]} ${report["blocked-uri"]}`),
  });
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

test("the guide leads from a program to a reviewed commit, and the commit can be undone", async () => {
  const { page, bad } = await openSample(await newContext(browser), site.address);
  await page.getByRole("button", { name: "Run it" }).click();
  await page.locator(".guide .done").first().waitFor();
  await page.getByRole("button", { name: "Run it" }).click();
  await expect.poll(() => changes(page).allTextContents()).toEqual(["README.md", "count.py"]);
  await changes(page).last().click();
  await expect.poll(() => page.locator("pre .plus").allTextContents()).toEqual(["+def top(text, n=5):\n"]);
  await page.getByRole("button", { name: "Discard hunk" }).click();
  await expect.poll(() => changes(page).allTextContents()).toEqual(["README.md"]);
  await page.getByRole("button", { name: "Commit all 1" }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  await expect.poll(() => page.locator(".guide .done").count()).toBe(4);
  await page.getByRole("button", { name: "Undo the last commit" }).click();
  await page.getByRole("tab", { name: "Timeline" }).click();
  await expect
    .poll(() => page.locator(".timeline strong").allTextContents())
    .toEqual(["undid", "committed", "edited", "ran", "ran"]);
  expect(bad).toEqual([]);
});

test("what can run code later is asked about by itself; an undone commit can be had again", async () => {
  const { page, bad } = await openSample(await newContext(browser), site.address);
  await type(page, "mkdir .vscode; echo '{}' > .vscode/tasks.json; echo > new");
  await changes(page).nth(1).waitFor();
  await page.getByRole("button", { name: "Commit all 2" }).click();
  await page.getByRole("alertdialog").getByText(".vscode/tasks.json").waitFor();
  await page.getByRole("button", { name: "Leave it out" }).click();
  await expect.poll(() => changes(page).allTextContents()).toEqual([".vscode/tasks.json"]);
  await page.getByRole("button", { name: "Undo commit" }).click();
  await expect.poll(() => changes(page).allTextContents()).toEqual([".vscode/tasks.json", "new"]);
  await page.getByRole("button", { name: "Redo commit" }).click();
  await expect.poll(() => changes(page).allTextContents()).toEqual([".vscode/tasks.json"]);
  await page.getByRole("button", { name: "Commit all 1" }).click();
  await page.getByRole("button", { name: "Commit it" }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  expect(bad).toEqual([]);
});

test("the editor shows what differs among the lines, takes it back, and saves into the box", async () => {
  const { page, bad } = await openSample(await newContext(browser), site.address);
  await type(page, "sed -i 's/promises/plans/' poem.txt");
  await expect.poll(() => changes(page).allTextContents()).toEqual(["poem.txt"]);
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "poem.txt" }).click();
  await page.locator(".cm-deletedChunk").getByText("But I have promises to keep,").waitFor();
  await page.getByRole("button", { name: "Take back" }).focus();
  await page.keyboard.press("Enter");
  await page.locator(".cm-deletedChunk").waitFor({ state: "detached" });
  await page.getByRole("button", { name: "Close without saving" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Not saved yet").waitFor();
  await page.getByRole("button", { name: "Save in the box" }).click();
  await page.getByRole("tab", { name: "Review" }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  expect(bad).toEqual([]);
});

test("the keyboard reviews: one hunk yes, one no", async () => {
  const page = await newPage(browser);
  await page.goto(site.address);
  await page.getByRole("button", { name: /Start empty/ }).click();
  await type(page, "seq 30 > n");
  await page.getByRole("button", { name: "Commit all 1" }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  await type(page, "sed -i 's/^2$/two/; s/^25$/twenty-five/' n");
  const hunks = page.locator("figure");
  await changes(page).first().waitFor();
  await page.locator(".change").focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => hunks.count()).toBe(2);
  await page.keyboard.press("j");
  await page.keyboard.press("y");
  await expect.poll(() => hunks.count()).toBe(1);
  await page.keyboard.press("j");
  await page.keyboard.press("n");
  await page.getByRole("button", { name: "Undo the last commit" }).click();
  await expect.poll(() => page.locator("pre .plus").allTextContents()).toEqual(["+two\n"]);
});

test("a reload brings the box back, with its changes", async () => {
  const { page, bad } = await openSample(await newContext(browser), site.address);
  await type(page, "mkdir -p sub/deep && echo kept > sub/deep/file && mv poem.txt verse.txt");
  await expect.poll(() => changes(page).allTextContents()).toEqual(["sub/deep/file", "poem.txt → verse.txt"]);
  await page.reload();
  await expect.poll(() => changes(page).allTextContents()).toEqual(["sub/deep/file", "poem.txt → verse.txt"]);
  await type(page, "cat sub/deep/file > copy; head -n 1 verse.txt >> copy");
  await expect.poll(() => changes(page).allTextContents()).toContain("copy");
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "copy" }).click();
  await expect
    .poll(() => page.locator(".editor .cm-line").allTextContents())
    .toEqual(["kept", "The woods are lovely, dark and deep,", ""]);
  expect(bad).toEqual([]);
});

test("a reload shows what was shown: the guide, the view, the open file, a message that was begun", async () => {
  const { page, bad } = await openSample(await newContext(browser), site.address);
  await type(page, "echo more >> README.md");
  await changes(page).first().click();
  await page.locator("pre .plus").first().waitFor();
  await page.reload();
  await page.locator("pre .plus").first().waitFor();
  await page.getByRole("button", { name: "Run it" }).waitFor();
  await page.getByRole("tab", { name: "Agent" }).click();
  await page.getByLabel("Message to the agent").fill("Begun");
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "poem.txt" }).click();
  await page.locator(".editor .cm-line").first().waitFor();
  await page.reload();
  await page.locator(".editor .cm-line").getByText("The woods are lovely").waitFor();
  await page.keyboard.press("Escape");
  await page.getByRole("button", { name: "poem.txt" }).waitFor();
  expect(await page.getByLabel("Message to the agent").inputValue()).toBe("Begun");
  await page.getByRole("tab", { name: "Terminal" }).click();
  await type(page, "echo again > again");
  await page.getByRole("button", { name: "again differs from the project" }).waitFor();
  await page.getByRole("button", { name: "New project" }).click();
  await page.getByRole("button", { name: /Start empty/ }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  expect(bad).toEqual([]);
});

test("hunks that are decided one right after the other are those that were shown", async () => {
  const { page } = await openSample(await newContext(browser), site.address);
  await type(page, "seq 60 > n; seq 60 > same");
  await page.getByRole("button", { name: "Commit all 2" }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  await type(page, "sed -i 's/^2$/two/; 20d; s/^40$/forty/; s/^58$/last/' n");
  await changes(page).first().click();
  await expect.poll(() => page.locator("figure").count()).toBe(4);
  await page.evaluate(() => {
    // At once, before the first is through.
    const acts = (name: string) => [...document.querySelectorAll<HTMLElement>(`figure [data-act=${name}]`)];
    acts("keep")[1]?.click();
    acts("keep")[2]?.click();
    acts("discard")[0]?.click();
  });
  await expect.poll(() => page.locator("pre .plus").allTextContents()).toEqual(["+last\n"]);
  await page.getByRole("button", { name: "Undo commit" }).click();
  await expect.poll(() => page.locator("pre .plus").allTextContents()).toEqual(["+forty\n", "+last\n"]);
});

test("what pages of other origins post is ignored", async () => {
  const foreign = await serveSite(at("../../public"), { isolation: false });
  const context = await newContext(browser);
  try {
    const { page, bad } = await openSample(context, site.address);
    const call = { id: 1, method: "exec", args: ["echo foreign > foreign"] };
    const other = await context.newPage();
    await other.goto(`${foreign.address}icon.svg`);
    // A page of another origin gets no hold of this one's window (Cross-Origin-Opener-Policy); messages without one come from here.
    await other.evaluate((address) => {
      Object.assign(globalThis, { opened: window.open(address) });
    }, site.address);
    const closed = () =>
      other.evaluate(() => (globalThis as unknown as { opened: Window | null }).opened?.closed ?? true);
    await expect.poll(closed).toBe(true);
    await page.evaluate((message) => {
      for (const origin of ["https://foreign.example", "null"])
        window.dispatchEvent(new MessageEvent("message", { data: message, origin }));
    }, call);
    await type(page, "echo own > own");
    await expect.poll(() => changes(page).allTextContents()).toEqual(["own"]);
    expect(bad).toEqual([]);
  } finally {
    await context.close();
    await foreign.close();
  }
});

test("a second tab shows what the first does, and takes over when that closes", async () => {
  const context = await newContext(browser);
  const { page } = await openSample(context, site.address);
  await type(page, "echo one > from-first");
  await expect.poll(() => changes(page).allTextContents()).toEqual(["from-first"]);
  const second = await context.newPage();
  await second.goto(site.address);
  await second.getByText("Another tab has this box open.").waitFor();
  await expect.poll(() => changes(second).allTextContents()).toEqual(["from-first"]);
  await type(page, "echo two > later");
  await expect.poll(() => changes(second).allTextContents()).toEqual(["from-first", "later"]);
  await changes(second).last().click();
  await expect.poll(() => second.locator("pre .plus").allTextContents()).toEqual(["+two\n"]);
  expect(await second.locator(".console").count()).toBe(0);
  expect(await second.getByRole("button", { name: /^(Commit|Discard)/ }).count()).toBe(0);
  await second.evaluate(() => {
    // Whoever asks for more than to look is refused.
    const channel = new BroadcastChannel("shadowbox:default");
    channel.postMessage({ type: "ask", from: "x", request: { id: 1, method: "exec", args: ["echo > no"] } });
  });
  await page.close();
  await second.locator(".console").waitFor();
  await type(second, "echo three > third");
  await expect.poll(() => changes(second).allTextContents()).toEqual(["from-first", "later", "third"]);
});

test("after the first visit the site works without a network", async () => {
  const own = await serveSite(outDir);
  const context = await newContext(browser);
  try {
    const page = await context.newPage();
    await page.goto(own.address);
    await page.getByRole("button", { name: /Start empty/ }).click();
    await type(page, "seq 3 | cat > three");
    await expect.poll(() => changes(page).allTextContents()).toEqual(["three"]);
    await page.evaluate(() => navigator.serviceWorker.ready);
    await own.close();
    await page.reload();
    await expect.poll(() => changes(page).allTextContents()).toEqual(["three"]);
    await type(page, "seq 4 | cat > four");
    await expect.poll(() => changes(page).allTextContents()).toEqual(["four", "three"]);
  } finally {
    await context.close();
    await own.close().catch(() => {});
  }
});

test("Ctrl-C stops what runs, and no more: the terminal goes on with the same shell", async () => {
  const { page } = await openSample(await newContext(browser), site.address);
  await type(page, "v=kept; cd /tmp; echo run'ni'ng; while :; do :; done");
  await page.getByText("running").first().waitFor();
  await page.keyboard.press("Control+c");
  await page.getByText("[status 130]").first().waitFor();
  await type(page, '[ "$v$PWD" = kept/tmp ] && echo again > /workspace/after');
  await expect.poll(() => changes(page).allTextContents()).toEqual(["after"]);
});

test("an archive comes in, and the workspace goes out as one", async () => {
  const page = await newPage(browser);
  await page.goto(site.address);
  const buffer = Buffer.from(zipSync({ "top/a.txt": Buffer.from("A\n"), "top/d/b.txt": Buffer.from("B\n") }));
  await page
    .locator("input[type=file]")
    .setInputFiles({ name: "p.zip", mimeType: "application/zip", buffer });
  await type(page, "echo more >> d/b.txt");
  await expect.poll(() => changes(page).allTextContents()).toEqual(["d/b.txt"]);
  const [saved] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: "Save zip" }).click(),
  ]);
  const files = unzipSync(readFileSync(await saved.path()));
  expect(Buffer.from(files["d/b.txt"] as Uint8Array).toString()).toBe("B\nmore\n");
  expect(Object.keys(files).sort()).toEqual(["a.txt", "d/", "d/b.txt"]);
});

test("where the server sets no isolation headers, the service worker adds them", async () => {
  const bare = await serveSite(outDir, { isolation: false });
  try {
    const page = await newPage(browser);
    await page.goto(bare.address);
    await page.getByRole("button", { name: /Start empty/ }).click();
    await type(page, "seq 3 > s");
    await expect.poll(() => changes(page).allTextContents()).toEqual(["s"]);
    expect(await page.evaluate(() => crossOriginIsolated)).toBe(true);
  } finally {
    await bare.close();
  }
});

test("where no service worker can be had either, the app says what is missing", async () => {
  const bare = await serveSite(outDir, { isolation: false });
  try {
    const page = await newPage(browser, { serviceWorkers: "block" });
    await page.goto(bare.address);
    await page.getByText("Shadowbox cannot start here").waitFor();
    await page.getByText("Cross-Origin-Opener-Policy: same-origin").waitFor();
  } finally {
    await bare.close();
  }
});

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

for (const colorScheme of ["light", "dark"] as const)
  test(`axe finds nothing serious, ${colorScheme}`, async () => {
    const context = await newContext(browser, { colorScheme, bypassCSP: true });
    const start = await context.newPage();
    await start.goto(site.address);
    await start.getByRole("button", { name: /Try the sample/ }).waitFor();
    const found = [...(await serious(start))];
    await start.close();
    const { page } = await openSample(context, site.address);
    await type(page, "echo x > README.md");
    await changes(page).first().click();
    await page.locator("pre").first().waitFor();
    for (const tab of ["Review", "Files", "Timeline", "Network", "Bundles", "Settings", "Agent"]) {
      await page.getByRole("tab", { name: tab }).click();
      found.push(...(await serious(page)));
    }
    await page.getByRole("tab", { name: "Files" }).click();
    await page.getByRole("button", { name: "README.md" }).click();
    await page.getByRole("button", { name: "Take back" }).waitFor();
    found.push(...(await serious(page)));
    expect(found).toEqual([]);
  });

async function serious(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: tool } = globalThis as unknown as {
      axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
    };
    const { violations } = await tool.run();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  });
}

// Last: all tests before it use the same server.
test("nothing of the app breaks its content policy, and what does is reported", async () => {
  const { page } = await openSample(await newContext(browser), site.address);
  await page.evaluate(() => {
    new Image().src = "https://elsewhere.invalid/x.png";
  });
  await expect.poll(() => breaches.length).toBeGreaterThan(0);
  expect(breaches).toEqual(["img-src https://elsewhere.invalid/x.png"]);
});
