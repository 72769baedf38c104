import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { SandboxError } from "../errors.ts";
import { standIns } from "../net/secrets.ts";
import { type NetEvent, type NetRequest, NetSession, type NetworkOptions } from "../net/session.ts";
import { type NodeFetchOptions, nodeFetchHost } from "./fetch-host.ts";
import { type AttackServer, startAttackServer } from "./testing/attack-server.ts";
import { EXPIRED_CERTIFICATE, GOOD_CERTIFICATE } from "./testing/certificates.ts";

vi.setConfig({ testTimeout: 60_000 });

let server: AttackServer;
beforeAll(async () => {
  server = await startAttackServer();
});
afterAll(() => server.close());

function session(options: Partial<NetworkOptions> & NodeFetchOptions = {}): [NetSession, NetEvent[]] {
  const { policy, resolve, ca, ...rest } = options;
  const events: NetEvent[] = [];
  const all = { preset: "open", allowLoopback: true, ...policy } as const;
  const net = new NetSession(
    { ...rest, policy: all },
    nodeFetchHost({ ...(resolve && { resolve }), ...(ca && { ca }) }),
    (event) => events.push(event),
  );
  return [net, events];
}

const plain = { method: "GET", headers: [], decode: false, signal: new AbortController().signal } as const;
const asker = { pid: 1, command: "test" };

async function get(net: NetSession, path: string, more: Partial<NetRequest> & { port?: number } = {}) {
  const url = path.startsWith("http") ? path : `http://127.0.0.1:${more.port ?? server.ports.http}${path}`;
  const answer = await net.request(asker, { ...plain, url, ...more });
  const parts: Uint8Array[] = [];
  for await (const bytes of answer.body) parts.push(bytes);
  return { ...answer, text: Buffer.concat(parts).toString() };
}

const codeOf = (result: Promise<unknown>) =>
  result.then(
    () => "ok",
    (error) => (error instanceof SandboxError ? error.code : `not ours: ${error}`),
  );

test("a request carries what the program gave and nothing else", async () => {
  const [net, events] = session();
  const { text } = await get(net, "/ok?q", { headers: [["X-Mine", "1"]] });
  expect(text).toBe("ok");
  const { headers } = server.seen.at(-1)!;
  expect(headers).toEqual({ host: `127.0.0.1:${server.ports.http}`, "x-mine": "1" });
  expect(events).toMatchObject([
    { type: "net-request", verdict: "allow", method: "GET" },
    { type: "net-response", status: 200, address: "127.0.0.1", responseBytes: 2, requestBytes: 0 },
  ]);
});

test.each(["X-HTTP-Method-Override", "x-http-method", "X-Method-Override"])(
  "a method named in %s has to be allowed too",
  async (name) => {
    const allow = [{ host: "127.0.0.1", scheme: "http", port: "*", methods: ["GET", "POST"] }] as const;
    const [net, events] = session({ policy: { preset: "off", allow } });
    const asked = (value: string) => get(net, "/ok", { headers: [[name, value]] });
    expect(await codeOf(asked("delete"))).toBe("net-denied");
    expect(events.at(-1)).toMatchObject({ verdict: "deny", reason: expect.stringContaining("DELETE") });
    expect((await asked("POST")).text).toBe("ok");
  },
);

test("cookies that a server sets are not sent back", async () => {
  const [net] = session();
  const { headers } = await get(net, "/cookies");
  expect(headers.filter(([name]) => name === "set-cookie")).toHaveLength(2);
  await get(net, "/ok");
  expect(server.seen.at(-1)!.headers.cookie).toBeUndefined();
});

test("a redirect is an answer; its target is judged like any other", async () => {
  const [net] = session();
  const { status, headers } = await get(net, "/to-metadata");
  const location = headers.find(([name]) => name === "location")![1];
  expect(status).toBe(302);
  expect(await codeOf(get(net, location))).toBe("net-denied");
});

test("redirects in a row have a limit, of each process for itself", async () => {
  const [net, events] = session({ policy: { limits: { redirects: 3 } } });
  const url = `http://127.0.0.1:${server.ports.http}/loop`;
  const hop = (pid: number) =>
    codeOf(
      net.request({ pid, command: "test" }, { ...plain, url }).then(async ({ body }) => {
        for await (const _ of body);
      }),
    );
  const ends: string[] = [];
  for (let i = 0; i < 5; i++) ends.push(await hop(1));
  expect(ends).toEqual(["ok", "ok", "ok", "ok", "net-count"]);
  expect(events.at(-1)).toMatchObject({
    verdict: "deny",
    reason: "request: expected at most 3 redirects in a row",
  });
  expect([await hop(2), await hop(1)]).toEqual(["ok", "ok"]);
  for (let i = 0; i < 5; i++) expect((await get(net, "/ok")).text).toBe("ok");
});

const limits = { idleMs: 150, timeMs: 400, responseBytes: 1 << 20 };
/** What does not end by time has as much as a busy machine needs. */
const patient = { ...limits, idleMs: 20_000, timeMs: 30_000 };
const ends: [path: string, code: string, more?: object][] = [
  ["/bomb", "net-size", { decode: true }],
  ["/bomb-deflate", "net-size", { decode: true }],
  ["/bomb-brotli", "net-size", { decode: true }],
  ["/padding", "net-time", { decode: true }],
  ["/broken-gzip", "net-decode", { decode: true }],
  ["/endless", "net-size"],
  ["/slow", "net-time"],
  ["/silent", "net-time"],
  ["/stops", "net-time"],
  ["/short", "net-reset"],
  ["/large-head", "net-size"],
  ["/ok", "net-header", { headers: [["X", "a\r\nY: b"]] }],
  ["/ok", "net-header", { headers: [["X", "a\0b"]] }],
  ["/ok", "net-header", { headers: [["X\r\nY", "b"]] }],
  ["/ok", "net-header", { headers: [["Host", "other.example"]] }],
  ["/ok", "net-header", { headers: [["Content-Length", "5"]] }],
  ["/ok", "net-header", { headers: [["Transfer-Encoding", "chunked"]] }],
  ["/ok", "net-header", { headers: [["Connection", "upgrade"]] }],
  ["/ok", "net-header", { headers: [["Trailer", "X"]] }],
  ["/ok", "net-header", { headers: [["X-Shadowbox-Request", "%7B%7D"]] }],
  ["/ok", "net-size", { headers: [["X", "x".repeat(70_000)]] }],
  ["/ok", "net-request", { method: "CONNECT" }],
  ["/ok", "net-request", { method: "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" }],
  ["/a b", "net-url"],
  ["/a\r\nHost:x", "net-url"],
  ["/no-http", "net-protocol", { at: "raw" }],
  ["/two-lengths", "net-protocol", { at: "raw" }],
  ["/length-and-chunks", "net-protocol", { at: "raw" }],
  ["/bad-chunk", "net-protocol", { at: "raw" }],
  ["/nul", "net-protocol", { at: "raw" }],
  ["/bare-cr", "net-protocol", { at: "raw" }],
  ["/upgrade", "net-protocol", { at: "raw" }],
  ["/cut", "net-reset", { at: "raw" }],
  ["/long-trailers", "net-size", { at: "raw" }],
  ["/endless-trailers", "net-size", { at: "raw" }],
  ["/endless-head", "net-size", { at: "raw" }],
  ["/slow-head", "net-time", { at: "raw" }],
  ["/endless-informational", "net-time", { at: "raw" }],
  ["/endless-chunks", "net-size", { at: "raw" }],
  ["/endless-chunk-extension", "net-protocol", { at: "raw" }],
  ["/slow-chunks", "net-time", { at: "raw" }],
  ["/endless-reason", "net-size", { at: "raw" }],
  ["/ok", "net-time", { at: "mute" }],
];
for (const [path, code, more = {}] of ends)
  test(`${JSON.stringify(path)} ends with ${code} ${JSON.stringify(more).slice(0, 60)}`, async () => {
    const [net, events] = session({ policy: { limits: code === "net-time" ? limits : patient } });
    const { at = "http", ...request } = more as { at?: keyof AttackServer["ports"] };
    expect(await codeOf(get(net, path, { ...request, port: server.ports[at] }))).toBe(code);
    const last = events.at(-1)!;
    expect(last.type === "net-request" ? last.verdict : last.error?.split(":")[0]).toBe(
      last.type === "net-request" ? "deny" : code,
    );
  });

test.each([
  ["by ratio", { ratio: 50 }],
  ["by size", { ratio: 1e9, responseBytes: 4 << 20 }],
])("a decompression bomb ends %s", async (_, limit) => {
  const [net, events] = session({ policy: { limits: limit } });
  expect(await codeOf(get(net, "/bomb", { decode: true }))).toBe("net-size");
  expect((events.at(-1) as { responseBytes: number }).responseBytes).toBeLessThan(8 << 20);
});

const HOSTS = ["secure.example", "expired.example", "other.example"] as const;
test.each<
  [host: (typeof HOSTS)[number], port: keyof AttackServer["ports"], ca: string | undefined, end: string]
>([
  ["secure.example", "tls", GOOD_CERTIFICATE, "ok"],
  ["secure.example", "tls", undefined, "net-tls"],
  ["other.example", "tls", GOOD_CERTIFICATE, "net-tls"],
  ["expired.example", "expired", EXPIRED_CERTIFICATE, "net-tls"],
  ["secure.example", "http", GOOD_CERTIFICATE, "net-handshake"],
  ["secure.example", "raw", GOOD_CERTIFICATE, "net-handshake"],
  ["secure.example", "mute", GOOD_CERTIFICATE, "net-time"],
])("TLS to %s at the port %s ends with the right code", async (host, port, ca, end) => {
  const slow = end === "net-time" ? limits : patient;
  const [net] = session({ policy: { limits: slow }, resolve: async () => ["127.0.0.1"], ...(ca && { ca }) });
  const headers = [["Authorization", "Bearer x"]] as const;
  expect(await codeOf(get(net, `https://${host}:${server.ports[port]}/ok`, { headers }))).toBe(end);
});

test("trailers end with the body and set nothing", async () => {
  const [net] = session();
  const { text, headers } = await get(net, "/trailers");
  expect(text).toBe("body");
  expect(headers.map(([name]) => name.toLowerCase())).not.toContain("set-cookie");
});

test("a second answer behind the first is dropped", async () => {
  const [net] = session();
  expect((await get(net, "/two-answers", { port: server.ports.raw })).text).toBe("ok");
});

test("a connection that is not there in time is given up", async () => {
  const [net] = session({ resolve: () => new Promise(() => {}) });
  const from = performance.now();
  expect(await codeOf(get(net, "https://a.example/", { connectMs: 50 }))).toBe("net-time");
  const [tls] = session({ resolve: async () => ["127.0.0.1"] });
  const mute = `https://a.example:${server.ports.mute}/`;
  expect(await codeOf(get(tls, mute, { connectMs: 50 }))).toBe("net-time");
  expect(performance.now() - from).toBeLessThan(5000);
  expect((await get(tls, "/ok", { connectMs: 2000 })).text).toBe("ok");
});

test("a resolver that never answers ends with the request", async () => {
  const [net] = session({ policy: { limits }, resolve: () => new Promise(() => {}) });
  expect(await codeOf(get(net, "https://a.example/"))).toBe("net-time");
});

test("an encoded body is decoded", async () => {
  const [net] = session();
  expect((await get(net, "/brotli", { decode: true })).text).toBe("text ".repeat(1000));
});

test("a name that has a private address among others is refused, before and after it changes", async () => {
  const answers = [["93.184.216.34", "10.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]];
  const [net] = session({ resolve: async () => answers.shift()! });
  const url = `http://rebind.example:${server.ports.http}/ok`;
  expect(await codeOf(get(net, url))).toBe("net-denied");
  expect((await get(net, url)).text).toBe("ok");
  expect(await codeOf(get(net, url))).toBe("net-denied");
});

test("a denied address is refused by whatever name", async () => {
  const deny = [{ host: "127.0.0.1", path: "/ok" }];
  const [net] = session({ policy: { preset: "open", deny }, resolve: async () => ["127.0.0.1"] });
  const base = `http://name.example:${server.ports.http}`;
  expect(await codeOf(get(net, `${base}/ok`))).toBe("net-denied");
  expect((await get(net, `${base}/cookies`)).text).toBe("set");
});

test("without the switch for tests, this machine is closed", async () => {
  const [net] = session({ policy: { allowLoopback: false }, resolve: async () => ["127.0.0.1"] });
  expect(await codeOf(get(net, "/ok"))).toBe("net-denied");
  expect(await codeOf(get(net, `http://name.example:${server.ports.http}/ok`))).toBe("net-denied");
});

test("a secret does not come back packed, though nobody asked for that", async () => {
  const secrets = { KEY: { hosts: ["127.0.0.1"], inject: "header", value: "the-real-value" } } as const;
  const [net] = session({ secrets });
  const stand = standIns(net.secrets.names).KEY!;
  const { text, headers } = await get(net, "/echo-packed", { headers: [["X-Key", stand]] });
  expect(text).toBe("before ************** after");
  expect(server.seen.at(-1)!.headers).toMatchObject({
    "x-key": "the-real-value",
    "accept-encoding": "identity",
  });
  expect(headers.map(([name]) => name.toLowerCase())).not.toContain("content-encoding");
  for (const decode of [false, true])
    await expect(get(net, "/echo-packed-twice", { decode })).rejects.toMatchObject({ code: "net-decode" });
  const [plain] = session();
  const packed = await get(plain, "/echo-packed");
  expect(packed.headers).toContainEqual(["content-encoding", "gzip"]);
});

test("a secret goes to its host only, and never comes back", async () => {
  const secrets = { KEY: { hosts: ["127.0.0.1"], inject: "bearer", value: "the-real-value" } } as const;
  const [net, events] = session({ secrets, resolve: async () => ["127.0.0.1"] });
  const stand = standIns(net.secrets.names).KEY!;
  const headers = [["Authorization", `Bearer ${stand}`]] as const;
  await get(net, "/ok", { headers });
  expect(server.seen.at(-1)!.headers.authorization).toBe("Bearer the-real-value");
  await get(net, `http://other.example:${server.ports.http}/ok`, { headers });
  expect(server.seen.at(-1)!.headers.authorization).toBe(`Bearer ${stand}`);
  const echo = await get(net, "/echo-secret");
  expect(echo.text).toBe("before ************** after");
  expect(echo.headers).toContainEqual(["x-echo", "*".repeat(14)]);
  expect(JSON.stringify(events)).not.toContain("the-real-value");
});

test("a body streams up; a server that answers early gets the rest of it dropped", async () => {
  const [net, events] = session();
  async function* body() {
    for (let i = 0; i < 64; i++) yield Buffer.alloc(65_536, 65);
  }
  const { status } = await get(net, "/refuses-body", { method: "POST", body: body() });
  expect(status).toBe(413);
  expect(events.at(-1)).toMatchObject({ requestBytes: 64 * 65_536 });
  const two = async function* () {
    yield Buffer.from("abc");
  };
  expect(await codeOf(get(net, "/ok", { method: "POST", body: two(), bodyLength: 2 }))).toBe("net-request");
  expect((await get(net, "/ok", { method: "POST", body: two(), bodyLength: 3 })).text).toBe("okabc");
});

test("what was asked about is asked once", async () => {
  let asked = 0;
  const ask = async () => {
    asked++;
    return true;
  };
  const [net] = session({ policy: { preset: "ask", allowLoopback: true }, ask });
  await Promise.all([get(net, "/ok"), get(net, "/ok"), get(net, "/cookies")]);
  expect(asked).toBe(1);
});

test("who leaves ends the request", async () => {
  const [net, events] = session();
  const leave = new AbortController();
  const result = codeOf(get(net, "/silent", { signal: leave.signal }));
  setTimeout(() => leave.abort(), 20);
  expect(await result).toBe("net-aborted");
  expect(events.at(-1)).toMatchObject({ type: "net-response" });
});
