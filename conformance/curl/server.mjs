// The server that both curls talk to. It tells what it was asked, without what differs by nature (Host, User-Agent's
// version, Connection, Expect, whether an empty body has a length,
// the boundary of forms).
import { once } from "node:events";
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const tries = new Map();

export async function startServer() {
  const server = createServer(async (request, response) => {
    request.on("error", () => {});
    const body = [];
    for await (const bytes of request) body.push(bytes);
    answer(request, response, Buffer.concat(body), server.address().port);
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const gone = createServer();
  await once(gone.listen(0, "127.0.0.1"), "listening");
  const dead = `http://127.0.0.1:${gone.address().port}`;
  await new Promise((resolve) => gone.close(resolve));
  return {
    dead,
    base: `http://127.0.0.1:${server.address().port}`,
    close: () => server.closeAllConnections() || server.close(),
  };
}

function answer(request, response, body, port) {
  const [path, argument = ""] = /^\/([^/?]*)\/?([^?]*)/.exec(request.url).slice(1);
  response.sendDate = false;
  if (path !== "kept") response.setHeader("Connection", "close");
  const text = (status, value, headers = {}) => {
    response.writeHead(status, {
      "Content-Type": "text/plain",
      "Content-Length": Buffer.byteLength(value),
      ...headers,
    });
    response.end(value);
  };
  const go = (to, status = 302) => text(status, "moved\n", { Location: to });
  const pages = {
    text: () => text(200, "some text\n"),
    kept: () => text(200, "kept\n"),
    plain: () => text(200, "plain\n", { "X-Fixed": "value", "X-Double": "1" }),
    files: () => text(200, `file ${argument}\n`),
    attachment: () => text(200, "given\n", { "Content-Disposition": 'attachment; filename="given.txt"' }),
    empty: () => text(204, ""),
    binary: () => response.end(Buffer.alloc(100_000, 7)),
    chunked: () => [response.write("one "), response.end("two\n")],
    echo: () => text(200, told(request, body)),
    up: () => text(200, told(request, body)),
    query: () => text(200, `${request.url}\n`),
    status: () => text(Number(argument), `status ${argument}\n`),
    redirect: () => go("/echo", Number(argument)),
    relative: () => go("../echo"),
    chain: () => (Number(argument) > 0 ? go(`/chain/${Number(argument) - 1}`) : text(200, "end\n")),
    loop: () => go("/loop"),
    to404: () => go("/status/404"),
    elsewhere: () => go(`http://localhost:${port}/echo`),
    set: () => text(200, "set\n", { "Set-Cookie": COOKIES }),
    jump: () => text(302, "moved\n", { Location: "/echo", "Set-Cookie": ["z=9", "gone=; Max-Age=0"] }),
    dated: () => dated(request, text),
    later: () => text(200, "dated\n", { "Last-Modified": DATE }),
    wait: () =>
      text(tries.has(argument) ? 200 : 503, `${tries.set(argument, 1).size > 0}\n`, { "Retry-After": "1" }),
    unknown: () => [response.writeHead(200, { "X-One": "1" }), response.end("no length\n")],
    gzip: () => text(200, gzipSync("compressed text\n"), { "Content-Encoding": "gzip" }),
    slow: () => setTimeout(() => text(200, "late\n"), 3000),
    short: () => [
      response.writeHead(200, { "Content-Length": 100 }),
      response.write("short"),
      setTimeout(() => response.destroy(), 50),
    ],
    closes: () => request.socket.destroy(),
    lines: () => text(200, "line\n".repeat(50_000)),
    ranged: () => ranged(request, text),
    flaky: () => {
      const count = (tries.get(argument) ?? 0) + 1;
      tries.set(argument, count);
      text(count < 2 ? 503 : 200, `try ${count}\n`);
    },
  };
  (pages[path] ?? (() => text(404, "none\n")))();
}

const DATE = "Mon, 01 Jan 2024 10:00:00 GMT";
const COOKIES = [
  "a=1",
  "b=2; Path=/x",
  "c=3; Expires=Wed, 01 Jan 2031 00:00:00 GMT; HttpOnly",
  "e=5; Secure",
  "f=; Max-Age=0",
  "long=7; path=/echo; samesite=lax",
  "else=8; domain=example.org",
];

function dated(request, text) {
  const { "if-modified-since": since, "if-none-match": tag } = request.headers;
  const same = tag === '"abc"' || (since !== undefined && Date.parse(since) >= Date.parse(DATE));
  text(same ? 304 : 200, same ? "" : "dated\n", { "Last-Modified": DATE, ETag: '"abc"' });
}

function ranged(request, text) {
  const all = "0123456789";
  const found = /^bytes=(\d*)-(\d*)$/.exec(request.headers.range ?? "");
  if (!found) return text(200, all);
  if (Number(found[1]) >= all.length) return text(416, "", { "Content-Range": "bytes */10" });
  const from = found[1] === "" ? all.length - Number(found[2]) : Number(found[1]);
  const to = found[1] !== "" && found[2] !== "" ? Number(found[2]) + 1 : all.length;
  text(206, all.slice(from, to), { "Content-Range": `bytes ${from}-${to - 1}/10` });
}

function told(request, body) {
  const left = new Set(["host", "connection", "expect"]);
  const boundary = /boundary=(\S+)/.exec(request.headers["content-type"] ?? "")?.[1];
  const plain = (value) => (boundary ? value.replaceAll(boundary, "BOUNDARY") : value);
  const headers = Object.entries(request.headers)
    .filter(([name, value]) => !left.has(name) && !(name === "content-length" && value === "0"))
    .map(([name, value]) => `${name}: ${plain(String(value)).replace(/^curl\/[\d.]+$/, "curl")}\n`)
    .sort();
  return `${request.method} ${request.url}\n${headers.join("")}\n${plain(body.toString("latin1"))}\n`;
}
