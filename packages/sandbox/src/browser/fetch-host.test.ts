import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { fileURLToPath } from "node:url";
import { buildSync } from "esbuild";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { launchChromium } from "../../../demo-web/bin/chromium.mjs";
import { relayListener } from "../node/relay.ts";
import { type AttackServer, startAttackServer } from "../node/testing/attack-server.ts";

// A browser on a busy machine.
vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** What runs in the page: one request, as a program of a sandbox makes it. */
const PAGE_CODE = `
  import { browserFetchHost } from "./browser/fetch-host.ts";
  import { NetSession } from "./net/session.ts";
  globalThis.ask = async ({ url, relay, method = "GET", headers = [], body, policy, leaveMs }) => {
    const events = [];
    const secrets = { KEY: { hosts: ["127.0.0.1"], inject: "header", value: "the-real-value" } };
    const session = new NetSession({ policy, secrets }, browserFetchHost({ relay }), (event) => events.push(event));
    const leave = new AbortController();
    if (leaveMs) setTimeout(() => leave.abort(), leaveMs);
    const sent = body && (async function* () { yield new TextEncoder().encode(body); })();
    const said = { code: "ok", text: "" };
    try {
      const asker = { pid: 1, command: "test" };
      const request = { method, url, headers, decode: true, signal: leave.signal, body: sent };
      const answer = await session.request(asker, request);
      said.status = answer.status;
      said.headers = Object.fromEntries(answer.headers.map(([name, value]) => [name.toLowerCase(), value]));
      for await (const bytes of answer.body) if (said.text.length < 1000) said.text += String.fromCharCode(...bytes.subarray(0, 1000));
    } catch (error) {
      said.code = error.code ?? String(error);
      said.text = error.message;
    }
    return { ...said, events };
  };`;

interface Said {
  readonly code: string;
  readonly text: string;
  readonly status?: number;
  readonly headers?: Record<string, string>;
  readonly events: Record<string, unknown>[];
}

let attack: AttackServer;
let browser: Awaited<ReturnType<typeof launchChromium>>;
let page: Awaited<ReturnType<typeof browser.newPage>>;
let relay: string;
const close: (() => void)[] = [];

async function listen(server: ReturnType<typeof createServer>): Promise<string> {
  await once(server.listen(0, "127.0.0.1"), "listening");
  close.push(
    () => server.closeAllConnections(),
    () => server.close(),
  );
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  attack = await startAttackServer();
  const script = buildSync({
    stdin: {
      contents: PAGE_CODE,
      resolveDir: fileURLToPath(new URL("..", import.meta.url)),
      loader: "ts",
    },
    ...{ bundle: true, format: "iife", write: false, conditions: ["shadowbox-source"] },
  }).outputFiles[0]!.text;
  const app = await listen(
    createServer((request, response) => {
      response.setHeader("content-type", request.url === "/" ? "text/html" : "text/javascript");
      response.end(request.url === "/" ? "<!doctype html><script src=/app.js></script>" : script);
    }),
  );
  const rules = (["http", "raw"] as const).map((name) => attack.ports[name]);
  const policy = {
    allow: rules.map((port) => ({ host: "127.0.0.1", scheme: "http", port, methods: "*" }) as const),
    allowLoopback: true,
  };
  relay = await listen(
    createServer({ maxHeaderSize: 1 << 18 }, relayListener({ origins: [app], net: { policy } })),
  );
  browser = await launchChromium();
  const context = await browser.newContext();
  await context.addCookies([{ name: "login", value: "cookie-of-the-user", domain: "127.0.0.1", path: "/" }]);
  page = await context.newPage();
  await page.goto(app);
});

afterAll(async () => {
  await browser?.close();
  attack?.close();
  for (const each of close) each();
});

/** `isSlow`: it ends by its time. */
type Given = { isSlow?: boolean; port?: keyof AttackServer["ports"]; relay?: boolean } & Record<
  string,
  unknown
>;

function ask(
  path: string,
  { port = "http", relay: byRelay = false, isSlow = false, ...more }: Given = {},
): Promise<Said> {
  const limits = { ...(isSlow ? { idleMs: 3000, timeMs: 4000 } : {}), responseBytes: 2 << 20 };
  return page.evaluate(
    (asked) => (globalThis as unknown as { ask(asked: object): Promise<Said> }).ask(asked),
    {
      ...{ url: `http://127.0.0.1:${attack.ports[port]}${path}`, ...(byRelay && { relay }) },
      policy: { preset: "open", allowLoopback: true, limits },
      ...more,
    },
  );
}

test.each<[path: string, code: string, text: RegExp, more?: Given]>([
  ["/ok?cors", "ok", /^ok$/],
  ["/ok?cors", "ok", /^okbody$/, { method: "POST", body: "body" }],
  ["/brotli?cors", "ok", /^text text/],
  ["/cookies?cors", "ok", /^set$/],
  ["/trailers?cors", "ok", /^body$/],
  ["/ok", "net-cors", /the site 127\.0\.0\.1 does not allow pages of other sites to read it \(CORS\)/],
  ["/to-metadata?cors", "net-cors", /it redirects, and a page cannot see where to/],
  ["/to-canary?cors", "net-cors", /it redirects/],
  ["/ok?cors", "net-header", /"Cookie": a page may not set it/, { headers: [["Cookie", "a=1"]] }],
  ["/ok?cors", "net-header", /control characters/, { headers: [["X", "a\r\nY: b"]] }],
  ["/bomb?cors", "net-size", /at most/],
  ["/endless?cors", "net-size", /at most/],
  ["/slow?cors", "net-time", /within 4000 ms/],
  ["/silent?cors", "net-time", /nothing came/],
  ["/silent?cors", "net-aborted", /has gone/, { leaveMs: 100 }],
  ["/short?cors", "net-reset", /broke off/],
  ["/no-http", "net-cors", /cannot be reached/, { port: "raw" }],
  ["/ok", "net-time", /nothing came/, { port: "mute" }],
  ["/ok", "net-denied", /is this machine/, { policy: {} }],
])("%s in Chromium ends with %s: %s", async (path, code, text, more) => {
  const said = await ask(path, { isSlow: code === "net-time", ...more });
  expect([said.code, said.text]).toEqual([code, expect.stringMatching(text)]);
  expect(said.events.at(-1)).toMatchObject(code === "ok" ? { status: 200 } : {});
});

test("a page sends neither its cookies nor where it is, and a secret goes out without being seen", async () => {
  const headers = [["X-Key", "secret_KEY_placeholder"]];
  const { events } = await ask("/cookies?cors", { headers });
  const seen = attack.seen.findLast(({ method }) => method === "GET")!;
  expect(seen.headers["x-key"]).toBe("the-real-value");
  expect([seen.headers.cookie, seen.headers.referer]).toEqual([undefined, undefined]);
  const echo = await ask("/echo-secret?cors");
  expect(echo.text).toBe("before ************** after");
  expect(JSON.stringify([events, echo])).not.toContain("the-real-value");
  await ask("/ok?cors");
  expect(attack.seen.at(-1)!.headers.cookie).toBeUndefined();
});

test.each<[path: string, code: string, text: RegExp, more?: Given]>([
  ["/ok", "ok", /^ok$/],
  ["/ok", "ok", /^okbody$/, { method: "POST", body: "body" }],
  ["/brotli", "ok", /^text text/],
  ["/bomb", "net-size", /at most/],
  ["/endless", "net-size", /at most/],
  ["/silent", "net-time", /nothing came/],
  ["/no-http", "net-protocol", /Parse Error/, { port: "raw" }],
  ["/ok", "net-denied", /no rule of the policy/, { port: "canary" }],
  ["/short", "net-reset", /broke off/],
])("%s by a relay ends with %s: %s", async (path, code, text, more) => {
  const said = await ask(path, { isSlow: code === "net-time", ...more, relay: true });
  expect([said.code, said.text]).toEqual([code, expect.stringMatching(text)]);
  expect(said.events[0]).toMatchObject({ verdict: "allow", via: relay });
  expect(attack.leaks).toEqual([]);
});

test("by a relay a redirect is seen, and its target is judged anew", async () => {
  const said = await ask("/to-metadata", { relay: true });
  expect([said.status, said.headers?.location]).toEqual([302, "http://169.254.169.254/latest/"]);
  expect((await ask("", { relay: true, url: said.headers?.location })).code).toBe("net-denied");
  const cookie = await ask("/ok", { relay: true, headers: [["Cookie", "mine=1"]] });
  expect([cookie.code, attack.seen.at(-1)!.headers.cookie]).toEqual(["ok", "mine=1"]);
});

test("a relay serves its origins' pages only", async () => {
  const other = await browser.newPage();
  await other.goto(`http://127.0.0.1:${attack.ports.http}/ok`);
  const head = encodeURIComponent(
    JSON.stringify({ method: "GET", url: "http://127.0.0.1/", headers: [], decode: false }),
  );
  const status = (headers: Record<string, string>) =>
    fetch(relay, { method: "POST", headers: { "x-shadowbox-request": head, ...headers } }).then(
      (answer) => answer.status,
    );
  expect(await status({})).toBe(403);
  expect(await status({ origin: "https://other.example" })).toBe(403);
  const read = other.evaluate(
    (url) =>
      fetch(url, { method: "POST" }).then(
        () => "read",
        () => "closed",
      ),
    relay,
  );
  expect(await read).toBe("closed");
});

test.each([false, true])("the log has the digest of what came (by relay: %s)", async (byRelay) => {
  const { events } = await ask("/ok?cors", { relay: byRelay });
  expect(events.at(-1)).toMatchObject({ status: 200, responseBytes: 2, sha256: SHA256_OF_OK });
});
const SHA256_OF_OK = "2689367b205c16ce32ed4200942b8b8b1e262dfc70d9bc9fbc77c49699a4f1df";
