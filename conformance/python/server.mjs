// A worker with the web server that the programs of net.py and packages.py talk to; posts {port, closed}: its port, and one where nobody listens.
import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createTcp } from "node:net";
import { parentPort } from "node:worker_threads";
import { gzipSync } from "node:zlib";

const SLOW_MS = 3000;

const PAGES = {
  json: (response) => json(response, 200, { a: 1, text: "naïve" }),
  redirect: (response, left) =>
    response.writeHead(302, { location: left > 1 ? `/redirect/${left - 1}` : "/json" }).end(),
  relocate: (response, status) => response.writeHead(Number(status), { location: "/echo" }).end(),
  loop: (response) => response.writeHead(302, { location: "/loop" }).end(),
  status: (response, code) => response.writeHead(Number(code)).end(`status ${code}`),
  slow: (response) => later(() => response.end("late")),
  drip: (response) => {
    response.writeHead(200, { "content-length": "10" }).write("first");
    later(() => response.end("later"));
  },
  short: (response) => cut(response.writeHead(200, { "content-length": "100" })),
  "short-chunked": (response) => cut(response.writeHead(200)),
  close: (response) => response.socket.destroy(),
  gzip: (response) => response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync("packed text")),
  chunked: (response) => {
    response.write("one ");
    setTimeout(() => response.end("two"), 5);
  },
  large: (response) => response.end("x".repeat(1 << 20)),
  cookie: (response) => response.writeHead(200, { "set-cookie": "seen=yes; Path=/" }).end("set"),
  latin: (response) =>
    response
      .writeHead(200, { "content-type": "text/plain; charset=iso-8859-1" })
      .end(Buffer.from("café", "latin1")),
};

function json(response, status, value) {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
}

function later(action) {
  setTimeout(action, SLOW_MS).unref();
}

function cut(response) {
  response.write("short");
  setTimeout(() => response.destroy(), 20);
}

/** What came, without what only the transport decides. */
function echo(request, response, body) {
  const kept = ["accept", "authorization", "content-type", "cookie", "user-agent", "x-own"];
  const headers = Object.fromEntries(
    kept.filter((name) => name in request.headers).map((name) => [name, request.headers[name]]),
  );
  json(response, 200, { method: request.method, url: request.url, headers, body });
}

const server = createServer((request, response) => {
  let body = "";
  request.setEncoding("utf8");
  request.on("data", (text) => (body += text));
  request.on("end", () => {
    const [, name, argument] = request.url.split("?")[0].split("/");
    if (name === "echo") echo(request, response, body);
    else if (name === "auth" && request.headers.authorization !== "Basic dXNlcjpwYXNz")
      response.writeHead(401, { "www-authenticate": 'Basic realm="box"' }).end();
    else if (name === "auth") response.end("welcome");
    else if (Object.hasOwn(PAGES, name)) PAGES[name](response, argument);
    else response.writeHead(404).end("nothing here");
  });
});
const raw = createTcp((socket) => {
  socket.on("error", () => {});
  socket.once("data", () => socket.end("this is no HTTP\r\n\r\n"));
});
const gone = createTcp();
for (const each of [server, raw, gone]) await once(each.listen(0, "127.0.0.1"), "listening");
const ports = { port: server.address().port, raw: raw.address().port, closed: gone.address().port };
gone.close();
await once(gone, "close");
parentPort.postMessage(ports);
