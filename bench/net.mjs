// HTTP through the box beside the machine's own curl, one loopback server: `node bench/net.mjs [--engine E] [--only RE] [--json]`. Prints a
// table. The server is a process of its own, so that it does not share the thread that carries requests.
import { execFileSync, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";

const MB = 1_000_000;
const SIZE = 200 * MB;
const REQUESTS = 200;
const TOGETHER = 50;

/** `/big` is SIZE bytes, `/five` five times as many, `/small` two, `/up` says how many came, `/meet` answers when TOGETHER requests are there at once. */
async function serve() {
  const piece = Buffer.alloc(1 << 20, "0123456789abcdef");
  let waiting = [];
  const send = (response, size) => {
    response.writeHead(200, { "Content-Length": size });
    let left = size;
    const more = () => {
      while (left > 0) {
        const part = piece.subarray(0, Math.min(left, piece.length));
        left -= part.length;
        if (!response.write(part)) return response.once("drain", more);
      }
      response.end();
    };
    more();
  };
  const pages = {
    "/small": (_, response) => response.end("ok"),
    "/big": (_, response) => send(response, SIZE),
    "/five": (_, response) => send(response, 5 * SIZE),
    "/up": async (asked, response) => {
      let size = 0;
      for await (const bytes of asked) size += bytes.length;
      response.end(String(size));
    },
    "/meet": (_, response) => {
      waiting.push(response);
      if (waiting.length < TOGETHER) return;
      for (const each of waiting) each.end("ok");
      waiting = [];
    },
  };
  const server = createServer((asked, response) => pages[asked.url.split("?")[0]](asked, response));
  await once(server.listen(0, "127.0.0.1"), "listening");
  process.send(server.address().port);
  process.on("disconnect", () => process.exit());
}

async function timed(action) {
  const from = performance.now();
  const result = await action();
  return { ms: performance.now() - from, result };
}

async function best(count, action) {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < count; i++) least = Math.min(least, (await timed(action)).ms);
  return least;
}

/** The same request by Node itself, over a connection of its own. */
function plain(url) {
  return new Promise((resolve, reject) => {
    request(url, { agent: false }, (response) => response.resume().on("end", resolve))
      .on("error", reject)
      .end();
  });
}

/** Memory that the host takes while bodies pass by. V8 lets 32 MB of buffers be garbage before it collects any. */
async function measureMemory(base, run, row) {
  const grows = async (script) => {
    const before = process.memoryUsage().rss;
    let most = before;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    const out = await run(script);
    clearInterval(timer);
    return { grown: (most - before) / MB, out };
  };
  await run(`curl -s ${base}/small | wc -c`);
  for (const [name, page] of [
    ["200 MB", "big"],
    ["1 GB", "five"],
  ]) {
    const { grown } = await grows(`curl -s ${base}/${page} | wc -c`);
    row(`${name} to a pipe: memory grows by`, "≤ 64 MB", grown, undefined, "MB", grown <= 64);
  }
  await run(`head -c ${SIZE} /dev/zero > up; curl -s -T up ${base}/up; python3 -c pass`);
  const python = `import os, urllib.request as u; print(u.urlopen(u.Request("${base}/up", open("up", "rb"), {"Content-Length": str(os.path.getsize("up"))})).read().decode())`;
  const blocks = `(b"x" * 65536 for _ in range(${Math.ceil(SIZE / 65536)}))`;
  const generator = `import urllib.request as u; print(u.urlopen(u.Request("${base}/up", ${blocks}, {"Transfer-Encoding": "chunked"})).read().decode())`;
  for (const [name, script] of [
    ["curl -T", `curl -s -T up ${base}/up`],
    ["curl -F", `curl -s -F f=@up ${base}/up`],
    ["wget --post-file", `wget -q -O - --post-file=up ${base}/up`],
    ["Python", `python3 -c '${python}'`],
    ["Python's generator", `python3 -c '${generator}'`],
  ]) {
    const { grown, out } = await grows(script);
    const ok = grown <= 64 && Number(out) >= SIZE;
    row(`200 MB up by ${name}: memory grows by`, "≤ 64 MB", grown, undefined, "MB", ok);
  }
  await run("rm up");
}

async function measure(box, base, folder, wanted) {
  const rows = [];
  const row = (name, bar, ours, native, unit, ok) => rows.push({ name, bar, ours, base: native, unit, ok });
  const run = async (script) => {
    const { status, stdout, stderr } = await box.exec(script);
    if (status !== 0) throw new Error(`${script.slice(0, 80)}: ended with ${status}: ${stderr}`);
    return Buffer.from(stdout).toString();
  };
  const native = (...args) => execFileSync("curl", ["-s", ...args], { cwd: folder });
  await run(`curl -s ${base}/small; curl -s -o /dev/null ${base}/big`);

  if (wanted("to a file")) {
    const ours = await best(3, () => run(`curl -s -o big ${base}/big`));
    const theirs = await best(3, () => native("-o", "big", `${base}/big`));
    const rate = SIZE / MB / (ours / 1000);
    row("200 MB to a file", "≥ 200 MB/s", rate, SIZE / MB / (theirs / 1000), "MB/s", rate >= 200);
    await run("rm big");
  }
  if (wanted("constant memory")) await measureMemory(base, run, row);
  if (wanted("small request")) {
    const urls = Array.from({ length: REQUESTS }, (_, i) => `${base}/small?${i}`);
    const none = await best(5, () => run("curl --version"));
    const ours = (await best(5, () => run(`curl -s ${urls.join(" ")}`))) - none;
    const theirs = await best(5, async () => {
      for (const url of urls) await plain(url);
    });
    const added = (ours - theirs) / REQUESTS;
    row("added to a small request", "≤ 3 ms", added, undefined, "ms", added <= 3);
  }
  if (wanted("curl, start")) {
    const script = `for i in {1..50}; do curl -s ${base}/small; done`;
    const ours = await best(5, () => run(script));
    const theirs = await best(3, () => execFileSync("bash", ["-c", script], { cwd: folder }));
    row("a small request by curl, start included", undefined, ours / 50, theirs / 50, "ms");
  }
  if (wanted("at once")) {
    const script = `for i in {1..${TOGETHER}}; do curl -s --max-time 30 ${base}/meet > out.$i & done; wait; cat out.*; rm out.*`;
    const { ms, result } = await timed(() => run(script));
    row(
      `${TOGETHER} requests at once, of one script`,
      "all answered",
      ms,
      undefined,
      "ms",
      result === "ok".repeat(TOGETHER),
    );
  }
  return rows;
}

async function main() {
  const { values } = parseArgs({
    options: {
      engine: { type: "string", default: "v8" },
      only: { type: "string", default: "" },
      json: { type: "boolean", default: false },
    },
  });
  const { Sandbox } = await import("../packages/sandbox/dist/index.js");
  const folder = mkdtempSync(join(tmpdir(), "net-bench-"));
  const server = fork(fileURLToPath(import.meta.url), { env: { ...process.env, NET_BENCH_SERVER: "1" } });
  const [port] = await once(server, "message");
  const policy = { preset: "open", allowLoopback: true };
  const box = await Sandbox.create({ project: folder, engine: values.engine, net: { policy } });
  try {
    const wanted = (name) => new RegExp(values.only).test(name);
    const rows = await measure(box, `http://127.0.0.1:${port}`, folder, wanted);
    if (values.json) console.log(JSON.stringify(rows));
    else console.table(rows);
  } finally {
    await box.close();
    server.disconnect();
    rmSync(folder, { recursive: true, force: true });
  }
}

await (process.env.NET_BENCH_SERVER === "1" ? serve() : main());
