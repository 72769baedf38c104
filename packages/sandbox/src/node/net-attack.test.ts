import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SandboxError } from "../errors.ts";
import { standIns } from "../net/secrets.ts";
import { type NetEvent, type NetRequest, NetSession, type NetworkOptions } from "../net/session.ts";
import { type NodeFetchOptions, nodeFetchHost } from "./fetch-host.ts";

const seen: { method: string; url: string; headers: IncomingMessage["headers"]; body: string }[] = [];
const bomb = gzipSync(Buffer.alloc(64 << 20));
const drips = new Set<NodeJS.Timeout>();

const PAGES: Record<string, (response: ServerResponse, body: string) => void> = {
  "/ok": (response, body) => response.end(`ok${body}`),
  "/to-metadata": (response) => response.writeHead(302, { location: "http://169.254.169.254/latest/" }).end(),
  "/cookies": (response) => response.writeHead(200, { "set-cookie": ["a=1; Path=/", "b=2"] }).end("set"),
  "/bomb": (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(bomb),
  "/brotli": (response) =>
    response.writeHead(200, { "content-encoding": "br" }).end(brotliCompressSync("text ".repeat(1000))),
  "/broken-gzip": (response) =>
    response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("x".repeat(9999)).subarray(0, 30)),
  "/endless": (response) => drip(response, Buffer.alloc(65_536), 0),
  "/slow": (response) => drip(response, Buffer.from("."), 20),
  "/silent": () => {},
  "/stops": (response) => response.write("half"),
  "/short": (response) => {
    response.writeHead(200, { "content-length": "100" }).write("short");
    setTimeout(() => response.destroy(), 10);
  },
  "/echo-secret": (response) => response.end("before the-real-value after"),
  "/large-head": (response) => response.writeHead(200, { "x-large": "x".repeat(90_000) }).end(),
  "/refuses-body": (response) => response.writeHead(413).end("no"),
};

function drip(response: ServerResponse, bytes: Buffer, ms: number): void {
  const timer = setInterval(() => response.writableLength < 1 << 20 && response.write(bytes), ms);
  drips.add(timer);
  response.on("close", () => clearInterval(timer));
}

/** What a server says that does not keep to HTTP. */
const RAW: Record<string, string> = {
  "/no-http": "hello, this is no HTTP\r\n\r\n",
  "/two-lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
  "/length-and-chunks":
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
  "/bad-chunk": "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
  "/nul": "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
  "/upgrade": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw",
  "/cut": "HTTP/1.1 200",
};

const servers: Server[] = [];
let port = 0;
let raw = 0;
beforeAll(async () => {
  const http = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += bytes));
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body });
      const page = PAGES[url.split("?")[0] ?? ""];
      if (page) page(response, body);
      else response.writeHead(404).end();
    });
  });
  const tcp = createTcp((socket: Socket) => {
    socket.on("error", () => {});
    socket.once("data", (bytes) => {
      const path = /^\S+ (\S+)/.exec(bytes.toString())?.[1] ?? "";
      socket.end(RAW[path]);
    });
  });
  for (const server of [http, tcp]) await once(server.listen(0, "127.0.0.1"), "listening");
  port = (http.address() as AddressInfo).port;
  raw = (tcp.address() as AddressInfo).port;
  servers.push(http, tcp);
});
afterAll(() => {
  for (const timer of drips) clearInterval(timer);
  for (const server of servers) {
    (server as { closeAllConnections?(): void }).closeAllConnections?.();
    server.close();
  }
});

function session(options: Partial<NetworkOptions> & NodeFetchOptions = {}): [NetSession, NetEvent[]] {
  const { policy, resolve, ...rest } = options;
  const events: NetEvent[] = [];
  const all = { preset: "open", allowLoopback: true, ...policy } as const;
  const net = new NetSession({ ...rest, policy: all }, nodeFetchHost(resolve ? { resolve } : {}), (event) =>
    events.push(event),
  );
  return [net, events];
}

const plain = { method: "GET", headers: [], decode: false, signal: new AbortController().signal } as const;
const asker = { pid: 1, command: "test" };

async function get(net: NetSession, path: string, more: Partial<NetRequest> & { port?: number } = {}) {
  const url = path.startsWith("http") ? path : `http://127.0.0.1:${more.port ?? port}${path}`;
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
  const { headers } = seen.at(-1)!;
  expect(headers).toEqual({ host: `127.0.0.1:${port}`, "x-mine": "1", connection: "close" });
  expect(events).toMatchObject([
    { type: "net-request", verdict: "allow", method: "GET" },
    { type: "net-response", status: 200, address: "127.0.0.1", responseBytes: 2, requestBytes: 0 },
  ]);
});

test("cookies that a server sets are not sent back", async () => {
  const [net] = session();
  const { headers } = await get(net, "/cookies");
  expect(headers.filter(([name]) => name === "set-cookie")).toHaveLength(2);
  await get(net, "/ok");
  expect(seen.at(-1)!.headers.cookie).toBeUndefined();
});

test("a redirect is an answer; its target is judged like any other", async () => {
  const [net] = session();
  const { status, headers } = await get(net, "/to-metadata");
  const location = headers.find(([name]) => name === "location")![1];
  expect(status).toBe(302);
  expect(await codeOf(get(net, location))).toBe("net-denied");
});

const limits = { idleMs: 150, timeMs: 400, responseBytes: 1 << 20, requests: 1000 };
const ends: [string, string, object?][] = [
  ["/bomb", "net-size", { decode: true }],
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
  ["/ok", "net-size", { headers: [["X", "x".repeat(70_000)]] }],
  ["/ok", "net-request", { method: "CONNECT" }],
  ["/ok", "net-request", { method: "GET / HTTP/1.1\r\nX: y\r\n\r\nGET" }],
  ["/a b", "net-url"],
  ["/a\r\nHost:x", "net-url"],
  ["/no-http", "net-protocol", { raw: true }],
  ["/two-lengths", "net-protocol", { raw: true }],
  ["/length-and-chunks", "net-protocol", { raw: true }],
  ["/bad-chunk", "net-protocol", { raw: true }],
  ["/nul", "net-protocol", { raw: true }],
  ["/upgrade", "net-protocol", { raw: true }],
  ["/cut", "net-reset", { raw: true }],
];
for (const [path, code, more = {}] of ends)
  test(`${JSON.stringify(path)} ends with ${code} ${JSON.stringify(more).slice(0, 60)}`, async () => {
    const [net, events] = session({ policy: { limits } });
    const { raw: toRaw, ...request } = more as { raw?: boolean };
    expect(await codeOf(get(net, path, { ...request, port: toRaw ? raw : port }))).toBe(code);
    const last = events.at(-1)!;
    expect(last.type === "net-request" ? last.verdict : last.error?.split(":")[0]).toBe(
      last.type === "net-request" ? "deny" : code,
    );
  });

test("an encoded body is decoded", async () => {
  const [net] = session();
  expect((await get(net, "/brotli", { decode: true })).text).toBe("text ".repeat(1000));
});

test("a name that has a private address among others is refused, before and after it changes", async () => {
  const answers = [["93.184.216.34", "10.0.0.1"], ["127.0.0.1"], ["10.0.0.1"]];
  const [net] = session({ resolve: async () => answers.shift()! });
  const url = `http://rebind.example:${port}/ok`;
  expect(await codeOf(get(net, url))).toBe("net-denied");
  expect((await get(net, url)).text).toBe("ok");
  expect(await codeOf(get(net, url))).toBe("net-denied");
});

test("without the switch for tests, this machine is closed", async () => {
  const [net] = session({ policy: { allowLoopback: false }, resolve: async () => ["127.0.0.1"] });
  expect(await codeOf(get(net, "/ok"))).toBe("net-denied");
  expect(await codeOf(get(net, `http://name.example:${port}/ok`))).toBe("net-denied");
});

test("a secret goes to its host only, and never comes back", async () => {
  const secrets = { KEY: { hosts: ["127.0.0.1"], inject: "bearer", value: "the-real-value" } } as const;
  const [net, events] = session({ secrets, resolve: async () => ["127.0.0.1"] });
  const stand = standIns(net.secrets.names).KEY!;
  const headers = [["Authorization", `Bearer ${stand}`]] as const;
  await get(net, "/ok", { headers });
  expect(seen.at(-1)!.headers.authorization).toBe("Bearer the-real-value");
  await get(net, `http://other.example:${port}/ok`, { headers });
  expect(seen.at(-1)!.headers.authorization).toBe(`Bearer ${stand}`);
  expect((await get(net, "/echo-secret")).text).toBe("before ************** after");
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
