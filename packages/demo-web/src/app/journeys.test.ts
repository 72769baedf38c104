import { createHash } from "node:crypto";
import { strToU8, zipSync } from "fflate";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { builtSite } from "../../bin/built.mjs";
import { launchChromium } from "../../bin/chromium.mjs";
import { serveSite } from "../../bin/site.mjs";
import {
  bodyOf,
  changes,
  newContext,
  openSample,
  openTab,
  PATIENCE,
  screen,
  serveOpenly,
  type,
} from "../node/testing.ts";

vi.setConfig(PATIENCE);

let site: Awaited<ReturnType<typeof serveSite>>;
let browser: Browser;

beforeAll(async () => {
  site = await serveSite(await builtSite());
  browser = await launchChromium();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

async function openSettings(page: Page, set: () => Promise<void>): Promise<void> {
  await openTab(page, "Settings");
  await set();
  await page.getByRole("button", { name: "Save settings" }).click();
  await page.getByText("Saved.").waitFor();
  await openTab(page, "Review");
}

const openLoopback = (page: Page) =>
  openSettings(page, () => page.getByLabel("Servers of this machine").check());

test("a host is asked about: denied once, then allowed for the project, and remembered after a reload", async () => {
  const asked: string[] = [];
  const server = await serveOpenly((request, response) => {
    asked.push(`${request.method} ${request.url} ${request.headers.cookie ?? "no cookie"}`);
    response.end("from the server\n");
  });
  const context = await newContext(browser);
  try {
    const { page, bad } = await openSample(context, site.address, server.address);
    await openLoopback(page);
    await type(page, `curl -s ${server.address}/one`);
    await page.getByRole("alertdialog").getByRole("button", { name: "Deny" }).click();
    await expect.poll(() => screen(page)).toContain("[status 7]");
    expect(asked).toEqual([]);
    await type(page, `curl -s ${server.address}/two`);
    await page.getByLabel("How long the answer holds").selectOption("project");
    await page.getByRole("button", { name: "Allow" }).click();
    await expect.poll(() => screen(page)).toContain("from the server");
    await openTab(page, "Network");
    const verdicts = () => page.locator(".requests .verdict").allTextContents();
    await expect.poll(verdicts).toEqual(["allowed", "refused"]);
    await page.reload();
    await type(page, `curl -s ${server.address}/three > answer`);
    await openTab(page, "Review");
    await expect.poll(() => changes(page).allTextContents()).toEqual(["answer"]);
    expect(asked).toEqual(["GET /two no cookie", "GET /three no cookie"]);
    await openTab(page, "Network");
    await page.getByRole("button", { name: /^Forget/ }).click();
    await type(page, `curl -s ${server.address}/four`);
    await page.getByRole("alertdialog").press("Escape");
    await expect.poll(verdicts).toEqual(["refused", "allowed", "allowed", "refused"]);
    expect(bad).toEqual([]);
  } finally {
    await context.close();
    server.close();
  }
});

const WHEEL = "greet-1.0-py3-none-any.whl";

/** A wheel, and the index that has it (PEP 691). */
function packageIndex() {
  const wheel = zipSync({
    "greet/__init__.py": strToU8("def greet(name):\n    return f'hello {name}'\n"),
    "greet-1.0.dist-info/METADATA": strToU8("Metadata-Version: 2.1\nName: greet\nVersion: 1.0\n"),
    "greet-1.0.dist-info/WHEEL": strToU8(
      "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    ),
    "greet-1.0.dist-info/RECORD": strToU8(""),
  });
  return serveOpenly(({ url }, response) => {
    if (url === "/simple/greet/") {
      const sha256 = createHash("sha256").update(wheel).digest("hex");
      const file = { filename: WHEEL, url: `/files/${WHEEL}`, hashes: { sha256 } };
      response.setHeader("content-type", "application/vnd.pypi.simple.v1+json");
      response.end(JSON.stringify({ meta: { "api-version": "1.0" }, name: "greet", files: [file] }));
    } else if (url === `/files/${WHEEL}`) response.end(wheel);
    else response.writeHead(404).end();
  });
}

test("a Python script uses a package that pip gets from an index on loopback", async () => {
  const index = await packageIndex();
  const context = await newContext(browser);
  try {
    const { page, bad } = await openSample(context, site.address, index.address);
    await openLoopback(page);
    await type(page, `pip install --quiet --index-url ${index.address}/simple greet`);
    await page.getByLabel("How long the answer holds").selectOption("session");
    await page.getByRole("button", { name: "Allow" }).click();
    await type(page, "python3 -c 'import greet; print(greet.greet(\"box\"))' > said");
    await expect.poll(() => changes(page).allTextContents()).toEqual(["said"]);
    await changes(page).first().click();
    await expect.poll(() => page.locator("pre .plus").allTextContents()).toEqual(["+hello box\n"]);
    expect(bad).toEqual([]);
  } finally {
    await context.close();
    index.close();
  }
});

test("the demo agent works in the box, asks before it leaves it, and can be rewound", async () => {
  const context = await newContext(browser);
  const { page, bad } = await openSample(context, site.address);
  await openTab(page, "Agent");
  await page.getByText("Recorded demo, no model").waitFor();
  await page.getByRole("button", { name: "Play the demo" }).click();
  await page.getByRole("alertdialog").getByRole("button", { name: "Deny" }).click();
  await page.getByText("NOTES.md is ready").waitFor();
  await page.getByText("working…").waitFor({ state: "hidden" });
  await expect
    .poll(() => page.locator(".call .state").allTextContents())
    .toEqual(["done", "done", "done", "not allowed", "done"]);
  await expect.poll(() => changes(page).allTextContents()).toEqual(["NOTES.md"]);
  await page.reload();
  await openTab(page, "Agent");
  await page.getByText("NOTES.md is ready").waitFor();
  await openTab(page, "Timeline");
  await page.getByText("turn 1").waitFor();
  await page.getByRole("button", { name: "Restore the beginning" }).click();
  await openTab(page, "Review");
  await page.getByText("Nothing differs from the project.").waitFor();
  await openTab(page, "Timeline");
  await page.getByRole("button", { name: "Restore", exact: true }).first().click();
  await openTab(page, "Review");
  await expect.poll(() => changes(page).allTextContents()).toEqual(["NOTES.md"]);
  expect(bad).toEqual([]);
  await context.close();
});

const KEY = "key-of-the-person-0123456789";

/** An endpoint as OpenAI's: first it wants a command run, then it says what came out. */
function fakeModel(seen: { key: string | undefined; body: string }[]) {
  return serveOpenly(async (request, response) => {
    const body = await bodyOf(request);
    seen.push({ key: request.headers.authorization, body });
    const isFirst = seen.length === 1;
    const call = { name: "Bash", arguments: JSON.stringify({ command: "echo 42 > answer; cat answer" }) };
    const delta = isFirst
      ? { role: "assistant", tool_calls: [{ index: 0, id: "c1", type: "function", function: call }] }
      : { role: "assistant", content: "The answer is 42." };
    const finish = isFirst ? "tool_calls" : "stop";
    const chunk = (choice: object) =>
      `data: ${JSON.stringify({ id: "x", object: "chat.completion.chunk", created: 1, model: "m", choices: [choice] })}\n\n`;
    response.setHeader("content-type", "text/event-stream");
    response.write(chunk({ index: 0, delta, finish_reason: null }));
    response.write(chunk({ index: 0, delta: {}, finish_reason: finish }));
    response.end("data: [DONE]\n\n");
  });
}

test("a model of the person's own works here; its key goes to its endpoint and nowhere else", async () => {
  const seen: { key: string | undefined; body: string }[] = [];
  const model = await fakeModel(seen);
  const context = await newContext(browser);
  try {
    const { page, bad } = await openSample(context, site.address, model.address);
    await openSettings(page, async () => {
      await page.getByLabel("Provider").selectOption("openai-compatible");
      await page.getByLabel("Model", { exact: true }).fill("m");
      await page.getByRole("textbox", { name: "Address", exact: true }).fill(`${model.address}/v1`);
      await page.getByLabel(/^Key/).fill(KEY);
    });
    await openTab(page, "Agent");
    await page.getByLabel("What the agent may do").selectOption("ask");
    await page.getByLabel("Message to the agent").fill("What is the answer?");
    await page.keyboard.press("Enter");
    await page.getByRole("alertdialog").getByRole("button", { name: "Allow" }).click();
    await page.getByText("The answer is 42.").waitFor();
    await expect.poll(() => changes(page).allTextContents()).toEqual(["answer"]);
    expect(seen.map(({ key }) => key)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
    expect(seen[1]?.body).toContain('"content":"42"');
    expect(await page.evaluate(() => JSON.stringify(localStorage))).not.toContain(KEY);
    expect(bad).toEqual([]);
  } finally {
    await context.close();
    model.close();
  }
});
