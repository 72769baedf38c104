// A server that runs scripts in sandboxes: `PORT=3000 node express.mjs`, then
//   curl -N -d 'seq 3 | tac' http://127.0.0.1:3000/run
// Each request gets a fork of one prepared sandbox: what it does is gone afterwards. Output is sent as it comes.
import { Sandbox } from "@shadowbox/sandbox";
import express from "express";

const MAX_RUNNING = 4;
let running = 0;

// Prepared once; a fork starts with its files.
const prepared = await Sandbox.create({ files: { "data.csv": "name,age\nAda,36\nAlan,41\n" } });
await prepared.exec("tail -n +2 data.csv | sort -t , -k 2n > by-age.csv");

const app = express();
app.disable("x-powered-by");

app.post("/run", express.text({ type: "*/*", limit: "64kb" }), async (request, response) => {
  if (running >= MAX_RUNNING) return response.status(503).send("busy, try again\n");
  running++;
  const box = await prepared.fork({ limits: { memoryBytes: 256 << 20, diskBytes: 64 << 20 } });
  const stop = new AbortController();
  // Who hangs up stops their script.
  response.on("close", () => stop.abort());
  try {
    response.type("text/plain");
    const run = box.exec(String(request.body), { timeoutMs: 10_000, signal: stop.signal, combine: true });
    for await (const { bytes } of run) response.write(bytes);
    const { status, timedOut } = await run;
    response.end(`[${timedOut ? "out of time" : `status ${status}`}]\n`);
  } finally {
    running--;
    await box.close();
  }
});

const server = app.listen(Number(process.env.PORT ?? 0), "127.0.0.1", () =>
  console.log(`http://127.0.0.1:${server.address().port}/run`),
);
process.once("SIGTERM", async () => {
  server.close();
  server.closeAllConnections();
  await prepared.close();
});
