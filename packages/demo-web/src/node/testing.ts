import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";

/** For one wait in a page: a busy machine may take this long, milliseconds. */
const WAIT_MS = 60_000;

/** Of page tests: a browser starts and stops many processes, minutes of them on a busy machine. */
export const PATIENCE = {
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: WAIT_MS } },
};

/** A window of its own: nothing that others kept. */
export async function newContext(browser: Browser, options?: BrowserContextOptions): Promise<BrowserContext> {
  const context = await browser.newContext(options);
  context.setDefaultTimeout(WAIT_MS);
  return context;
}

/** A page in a window of its own. */
export async function newPage(browser: Browser, options?: BrowserContextOptions): Promise<Page> {
  return (await newContext(browser, options)).newPage();
}

/** What the page must never do: fail, break its own content policy, or speak with somebody else than these. */
export function watch(page: Page, ...addresses: string[]): string[] {
  const bad: string[] = [];
  page.on("pageerror", ({ message }) => bad.push(message));
  page.on("console", (said) => {
    if (said.type() === "error") bad.push(said.text());
  });
  page.on("request", (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !addresses.some((address) => url.startsWith(address))) bad.push(url);
  });
  return bad;
}

/** The app with its sample project; `others` may be asked, too. */
export async function openSample(
  context: BrowserContext,
  address: string,
  ...others: string[]
): Promise<{ page: Page; bad: string[] }> {
  const page = await context.newPage();
  const bad = watch(page, address, ...others);
  await page.goto(address);
  await page.getByRole("button", { name: /Try the sample/ }).click();
  await page.getByRole("button", { name: "Run it" }).waitFor();
  return { page, bad };
}

/** Types a command into the terminal and runs it. */
export async function type(page: Page, line: string): Promise<void> {
  // Before it is there, keys go nowhere.
  await page.locator(".console .xterm-screen").click();
  await page.keyboard.type(line);
  await page.keyboard.press("Enter");
}

export const openTab = (page: Page, name: string) => page.getByRole("tab", { name }).click();

/** What the terminal shows. */
export const screen = async (page: Page) =>
  (await page.locator(".console .xterm-rows > div").allTextContents()).join("\n");

/** Paths that differ from the project. */
export const changes = (page: Page) => page.locator(".change .path");

/** A server on loopback that lets pages of other sites read it. */
export async function serveOpenly(answer: RequestListener): Promise<{ address: string; close(): void }> {
  const server = createServer((request, response) => {
    response.setHeader("access-control-allow-origin", "*");
    response.setHeader("access-control-allow-headers", "*, authorization");
    if (request.method === "OPTIONS") response.end();
    else answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    address: `http://127.0.0.1:${port}`,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

export async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = "";
  for await (const chunk of request) text += chunk;
  return text;
}
