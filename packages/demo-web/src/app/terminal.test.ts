import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { builtSite } from "../../bin/built.mjs";
import { launchChromium } from "../../bin/chromium.mjs";
import { serveSite } from "../../bin/site.mjs";
import { newContext, openSample, PATIENCE, screen, type } from "../node/testing.ts";

vi.setConfig(PATIENCE);

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;
let page: Page;
let bad: string[];

beforeAll(async () => {
  site = await serveSite(await builtSite());
  browser = await launchChromium();
  ({ page, bad } = await openSample(await newContext(browser), site.address));
  await page.locator(".console").click();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

/** Rows of the terminal that are not empty, the newest last. */
const rows = async () =>
  (await screen(page))
    .split("\n")
    .map((row) => row.trimEnd())
    .filter(Boolean);

/** Presses keys one after another. */
async function press(...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
}

test("a line longer than the terminal is edited in its middle, and stands there once", async () => {
  const words = Array.from({ length: 40 }, (_, at) => `word${at}`).join(" ");
  await page.keyboard.type(`echo ${words}`);
  await press("Home", "Control+ArrowRight", "ArrowRight");
  await page.keyboard.type("first ");
  const whole = async () => (await rows()).join("").replaceAll(" ", "");
  await expect.poll(whole).toBe(`~$echofirst${words.replaceAll(" ", "")}`);
  await press("Enter");
  await expect.poll(whole).toBe(`~$echofirst${words}first${words}~$`.replaceAll(" ", ""));
  await page.setViewportSize({ width: 700, height: 700 });
  await page.keyboard.type("echo after");
  await expect.poll(async () => (await rows()).at(-1)).toBe("~ $ echo after");
  await press("Control+u");
  await page.setViewportSize({ width: 1280, height: 800 });
});

test("a command goes on over several lines until it is whole, and comes back as one", async () => {
  await press("Control+l");
  await type(page, "for i in 1 2; do");
  await type(page, "echo number $i");
  await type(page, "done");
  await expect
    .poll(rows)
    .toEqual(["~ $ for i in 1 2; do", "> echo number $i", "> done", "number 1", "number 2", "~ $"]);
  await press("Control+l", "ArrowUp");
  await expect.poll(rows).toEqual(["~ $ for i in 1 2; do", "> echo number $i", "> done"]);
  await press("Control+c");
  await expect.poll(async () => (await rows()).at(-1)).toBe("~ $");
});

test("Tab completes commands and paths, or lists them", async () => {
  await press("Control+l");
  await page.keyboard.type("base64 po");
  await press("Tab");
  await expect.poll(async () => (await rows()).at(-1)).toBe("~ $ base64 poem.txt");
  await press("Control+u");
  await page.keyboard.type("sha2");
  await press("Tab", "Tab");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["sha224sum  sha256sum", "~ $ sha2"]);
  await press("Control+u");
});

test("Ctrl-R finds what was run before", async () => {
  await press("Control+l");
  await type(page, "echo apple");
  await type(page, "echo pear");
  await press("Control+r");
  await page.keyboard.type("app");
  await expect.poll(async () => (await rows()).at(-1)).toBe("search: app → echo apple");
  await press("Enter");
  await expect.poll(async () => (await rows()).slice(-3)).toEqual(["~ $ echo apple", "apple", "~ $"]);
});

test("what is pasted waits for a look; output without an end of line is kept", async () => {
  await press("Control+l");
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData("text/plain", "cat << E\nünï 🎉\nE\nprintf end\n");
    const place = document.querySelector(".console textarea");
    place?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true }));
  });
  await expect.poll(rows).toEqual(["~ $ cat << E", "> ünï 🎉", "> E", "> printf end", ">"]);
  await press("Enter");
  await expect.poll(async () => (await rows()).slice(-3)).toEqual(["ünï 🎉", "end⏎", "~ $"]);
  expect(bad).toEqual([]);
});

test("a flood of output waits for the terminal, loses nothing, and ends with Ctrl-C", async () => {
  await type(page, "seq 200000");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["200000", "~ $"]);
  await type(page, "yes");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["y", "y"]);
  await press("Control+c");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["[status 130]", "~ $"]);
});

test("Ctrl-C right behind Enter stops what has not begun yet", async () => {
  await press("Control+l");
  await page.keyboard.type("while :; do :; done");
  await press("Enter", "Control+c");
  await page.keyboard.type("echo goes on");
  await press("Enter");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["goes on", "~ $"]);
});

test("a program is given what is typed while it runs, and what it leaves is the next line", async () => {
  await press("Control+l");
  await type(page, 'read -p "name? " name; echo "hello $name"');
  await expect.poll(async () => (await rows()).at(-1)).toBe("name?");
  await page.keyboard.type("wrold");
  await press("Backspace", "Backspace", "Backspace", "Backspace");
  await type(page, "orld");
  await expect.poll(async () => (await rows()).slice(-3)).toEqual(["name? world", "hello world", "~ $"]);
  await press("Control+l");
  await type(page, "echo ready; sort");
  await expect.poll(async () => (await rows()).at(-1)).toBe("ready");
  await type(page, "pear");
  await type(page, "apple");
  await press("Control+d");
  await expect.poll(async () => (await rows()).slice(-3)).toEqual(["apple", "pear", "~ $"]);
  await type(page, "echo ready; read first; sleep 0.5");
  await expect.poll(async () => (await rows()).at(-1)).toBe("ready");
  await type(page, "one");
  await type(page, "echo the second");
  await expect
    .poll(async () => (await rows()).slice(-3))
    .toEqual(["~ $ echo the second", "the second", "~ $"]);
});

test("Python's prompt is one in a page, too, and Ctrl-C does not leave it", async () => {
  await press("Control+l");
  await type(page, "python3 -q");
  await expect.poll(async () => (await rows()).at(-1)).toBe(">>>");
  await type(page, "print(6 * 7)");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["42", ">>>"]);
  await type(page, "while True: pass");
  await type(page, "");
  await press("Control+c");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["KeyboardInterrupt", ">>>"]);
  await press("Control+d");
  await expect.poll(async () => (await rows()).at(-1)).toBe("~ $");
});

test("thousands of changed files are shown piece by piece", async () => {
  await type(page, "mkdir many; for ((i = 10000; i < 13000; i++)); do echo x > many/$i; done");
  await page.getByRole("button", { name: "Commit all 3000" }).waitFor();
  const shown = page.locator(".change");
  expect(await shown.count()).toBe(200);
  await page.getByRole("button", { name: "2,800 more" }).scrollIntoViewIfNeeded();
  await expect.poll(() => shown.count()).toBeGreaterThan(200);
  await page.getByRole("tab", { name: "Files" }).click();
  await page.getByRole("button", { name: "many differs from the project" }).click();
  await expect.poll(() => page.locator(".files .dot").count()).toBe(201);
  await page.getByRole("tab", { name: "Review" }).click();
  await page.getByRole("button", { name: "Discard all" }).click();
  await page.getByText("Nothing differs from the project.").waitFor();
  expect(bad).toEqual([]);
});

test("a reload brings back what was printed, and the lines that were run", async () => {
  await press("Control+l");
  await type(page, "printf 'a long line %s\\n' {1..60} | tr '\\n' ' '; echo; echo 'as it was'");
  await expect.poll(async () => (await rows()).slice(-2)).toEqual(["as it was", "~ $"]);
  const before = await rows();
  for (let loads = 0; loads < 2; loads++) {
    await page.reload();
    await expect.poll(rows).toEqual([...before.slice(0, -1), "─── loaded again: a new shell ───", "~ $"]);
  }
  await press("ArrowUp", "ArrowUp");
  await expect.poll(async () => (await rows()).at(-1)).toMatch(/^~ \$ mkdir many/);
  await press("Control+c");
  await press("Control+r");
  await page.keyboard.type("goes");
  await expect.poll(async () => (await rows()).at(-1)).toBe("search: goes → echo goes on");
  await press("Control+c");
  expect(bad).toEqual([]);
});
