import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, type ServerResponse } from "node:http";
import { createServer as createSecure } from "node:https";
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from "node:net";
import { brotliCompressSync, deflateSync, gzipSync } from "node:zlib";
import { EXPIRED_CERTIFICATE, GOOD_CERTIFICATE, TEST_KEY } from "./certificates.ts";

/** What the server was asked. */
export interface Seen {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Servers of this machine that do to clients what they can. */
export interface AttackServer {
  /** Ports: HTTP; bytes that are no good HTTP; TLS with a good and an expired certificate; what accepts and says nothing; what nobody may reach. */
  readonly ports: Record<"http" | "raw" | "tls" | "expired" | "mute" | "canary", number>;
  readonly seen: Seen[];
  /** Connections to the port that nobody may reach. */
  readonly leaks: string[];
  close(): void;
}

const bomb = gzipSync(Buffer.alloc(64 << 20));
/** A stream of empty deflate blocks: bytes that never decode to anything. */
const padding = Buffer.concat([
  gzipSync("").subarray(0, 10),
  Buffer.alloc(65_530, Buffer.of(0, 0, 0, 0xff, 0xff)),
]);

type Answer = (response: ServerResponse, body: string, ports: AttackServer["ports"]) => void;

const encoded = (encoding: string, bytes: Buffer): Answer => {
  return (response) => response.writeHead(200, { "content-encoding": encoding }).end(bytes);
};
const redirect = (to: (ports: AttackServer["ports"]) => string, status = 302): Answer => {
  return (response, _, ports) => response.writeHead(status, { location: to(ports) }).end();
};

/** Paths of the HTTP server. */
const PAGES: Record<string, Answer> = {
  "/ok": (response, body) => response.end(`ok${body}`),
  "/to-metadata": redirect(() => "http://169.254.169.254/latest/"),
  "/to-canary": redirect(({ canary }) => `http://127.0.0.1:${canary}/`),
  "/to-canary-name": redirect(({ canary }) => `http://localhost:${canary}/`, 301),
  "/to-canary-any": redirect(({ canary }) => `http://0.0.0.0:${canary}/`, 303),
  "/to-canary-short": redirect(({ canary }) => `http://127.1:${canary}/`, 307),
  "/to-canary-number": redirect(({ canary }) => `http://2130706433:${canary}/`, 308),
  "/to-canary-octal": redirect(({ canary }) => `http://0177.0.0.1:${canary}/`),
  "/to-canary-6": redirect(({ canary }) => `http://[::1]:${canary}/`),
  "/to-canary-mapped": redirect(({ canary }) => `http://[::ffff:127.0.0.1]:${canary}/`),
  "/to-canary-user": redirect(({ http, canary }) => `http://127.0.0.1:${http}@127.0.0.1:${canary}/`),
  "/to-file": redirect(() => "file:///etc/passwd"),
  "/to-gopher": redirect(({ canary }) => `gopher://127.0.0.1:${canary}/_GET`),
  "/to-split": redirect(({ http }) => `http://127.0.0.1:${http}/ok%0d%0aX-Split:%20yes`),
  "/loop": redirect(() => "/loop"),
  "/cookies": (response) => response.writeHead(200, { "set-cookie": ["a=1; Path=/", "b=2"] }).end("set"),
  "/to-ok-with-cookie": (response) =>
    response.writeHead(302, { "set-cookie": "stolen=1; Path=/", location: "/ok" }).end(),
  "/bomb": encoded("gzip", bomb),
  "/bomb-deflate": encoded("deflate", deflateSync(Buffer.alloc(64 << 20))),
  "/bomb-brotli": encoded("br", brotliCompressSync(Buffer.alloc(64 << 20))),
  "/brotli": encoded("br", brotliCompressSync("text ".repeat(1000))),
  "/broken-gzip": encoded("gzip", gzipSync("x".repeat(9999)).subarray(0, 30)),
  "/padding": (response) => {
    response.writeHead(200, { "content-encoding": "gzip" });
    response.write(padding);
    drip(response, padding.subarray(10), 0);
  },
  "/endless": (response) => drip(response, Buffer.alloc(65_536), 0),
  "/slow": (response) => drip(response, Buffer.from("."), 20),
  "/silent": () => {},
  "/stops": (response) => response.write("half"),
  "/short": (response) => {
    response.writeHead(200, { "content-length": "100" }).write("short");
    setTimeout(() => response.destroy(), 10);
  },
  "/echo-packed": encoded("gzip", gzipSync("before the-real-value after")),
  "/echo-packed-twice": encoded("gzip, gzip", gzipSync(gzipSync("before the-real-value after"))),
  "/echo-secret": (response) =>
    response.writeHead(200, { "x-echo": "the-real-value" }).end("before the-real-value after"),
  "/large-head": (response) => response.writeHead(200, { "x-large": "x".repeat(90_000) }).end(),
  "/refuses-body": (response) => response.writeHead(413).end("no"),
  "/trailers": (response) => {
    response.writeHead(200, { trailer: "x-late" }).write("body");
    response.addTrailers({ "x-late": "1", "set-cookie": "late=1" });
    response.end();
  },
};

function drip(response: ServerResponse, bytes: Buffer, ms: number): void {
  const timer = setInterval(() => response.writableLength < 1 << 20 && response.write(bytes), ms);
  response.on("close", () => clearInterval(timer));
}

const chunked = (rest: string) => `HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n${rest}`;

/** What a server says that does not keep to HTTP; functions never end. */
const RAW: Record<string, string | ((socket: Socket) => void)> = {
  "/no-http": "hello, this is no HTTP\r\n\r\n",
  "/two-lengths": "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nabc",
  "/length-and-chunks":
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
  "/bad-chunk": chunked("zz\r\n"),
  "/nul": "HTTP/1.1 200 OK\r\nX: a\0b\r\n\r\n",
  "/bare-cr": "HTTP/1.1 200 OK\r\nX: a\rSet-Cookie: b\r\n\r\n",
  "/upgrade": "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\nraw",
  "/cut": "HTTP/1.1 200",
  "/two-answers":
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nokHTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nextra",
  "/long-trailers": chunked(`2\r\nok\r\n0\r\n${"X-Late: y\r\n".repeat(20_000)}\r\n`),
  "/endless-trailers": repeating(chunked("2\r\nok\r\n0\r\n"), "X-Late: y\r\n"),
  "/endless-head": repeating("HTTP/1.1 200 OK\r\n", "X-Pad: y\r\n"),
  "/slow-head": repeating("HTTP/1.1 200 OK\r\nX-Pad: ", "y", 20),
  "/endless-informational": repeating("", "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n", 5),
  "/endless-chunks": repeating(chunked(""), "1000\r\n".concat("x".repeat(4096), "\r\n")),
  "/endless-chunk-extension": repeating(chunked("1"), ";x=yyyyyyyyyyyyyyyyyyyyyyyyyyyy"),
  "/slow-chunks": repeating(chunked(""), "1\r\nx\r\n", 20),
  "/endless-reason": repeating("HTTP/1.1 200 ", "OK"),
};

function repeating(first: string, again: string, ms = 1): (socket: Socket) => void {
  return (socket) => {
    socket.write(first);
    const piece = ms > 1 ? again : again.repeat(Math.ceil(16_384 / again.length));
    const timer = setInterval(() => socket.writableLength < 1 << 20 && socket.write(piece), ms);
    socket.on("close", () => clearInterval(timer));
  };
}

export async function startAttackServer(): Promise<AttackServer> {
  const seen: Seen[] = [];
  const leaks: string[] = [];
  const sockets = new Set<Socket>();
  const ports = {} as AttackServer["ports"];
  const onHttp = createServer((request, response) => {
    let body = "";
    request.on("data", (bytes) => (body += bytes));
    request.on("error", () => {});
    request.on("end", () => {
      const { method = "", url = "", headers } = request;
      seen.push({ method, url, headers, body });
      const page = PAGES[url.split("?")[0] ?? ""];
      // Pages of other sites may read it.
      if (url.includes("cors")) {
        response.setHeader("access-control-allow-origin", "*");
        response.setHeader("access-control-allow-headers", "*");
      }
      if (method === "OPTIONS") response.end();
      else if (page) page(response, body, ports);
      else response.writeHead(404).end();
    });
  });
  const onRaw = createTcp((socket) => {
    socket.once("data", (bytes) => {
      const said = RAW[/^\S+ (\S+)/.exec(bytes.toString())?.[1] ?? ""];
      if (typeof said === "function") said(socket);
      else socket.end(said);
    });
  });
  const secure = (cert: string) =>
    createSecure({ key: TEST_KEY, cert }, (_, response) => response.end("secure"));
  const servers: Record<keyof AttackServer["ports"], Server> = {
    ...{ http: onHttp, raw: onRaw, tls: secure(GOOD_CERTIFICATE), expired: secure(EXPIRED_CERTIFICATE) },
    mute: createTcp(() => {}),
    canary: createTcp((socket) => leaks.push(`a connection to ${socket.localAddress}`)),
  };
  for (const [name, server] of Object.entries(servers) as [keyof AttackServer["ports"], Server][]) {
    server.on("connection", (socket: Socket) => {
      sockets.add(socket.on("error", () => {}).on("close", () => sockets.delete(socket)));
    });
    await once(server.listen(0, name === "canary" ? "::" : "127.0.0.1"), "listening");
    ports[name] = (server.address() as AddressInfo).port;
  }
  const close = () => {
    for (const server of Object.values(servers)) server.close();
    for (const socket of sockets) socket.destroy();
  };
  return { ports, seen, leaks, close };
}
