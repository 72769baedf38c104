// What the agent costs: `node bench/agent.mjs [--only calls|cold|list] [--json]`. Bars: issue 11. Times are of this machine as it is.
import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Gate, run } from "../packages/agent/dist/index.js";
import { scriptedModel } from "../packages/agent/dist/model/index.js";
import { SessionFolder } from "../packages/agent/dist/node/index.js";
import { z } from "../packages/agent/node_modules/zod/index.js";
import { Sandbox } from "../packages/sandbox/dist/index.js";

const BIN = fileURLToPath(new URL("../packages/demo-node/bin/shadowbox.cjs", import.meta.url));
const { values } = parseArgs({ options: { only: { type: "string" }, json: { type: "boolean" } } });
const folder = mkdtempSync(join(tmpdir(), "shadowbox-bench-agent-"));
const median = (times) => [...times].sort((a, b) => a - b)[times.length >> 1];
const timed = (action) => {
  const from = performance.now();
  action();
  return performance.now() - from;
};

/** The loop, the gate and the log around a tool that does nothing, in a box with a change set of 50 files. */
async function calls() {
  const project = join(folder, "calls");
  mkdirSync(project);
  for (let i = 0; i < 50; i++) writeFileSync(join(project, `f${i}.txt`), "a line\n".repeat(200));
  const sandbox = await Sandbox.create({ project, state: join(folder, "state") });
  await sandbox.exec("sed -i 's/a line/another line/' *.txt");
  const nothing = {
    name: "Nothing",
    description: "Does nothing.",
    effect: "shadow",
    schema: z.object({ n: z.number() }),
    subject: ({ n }) => String(n),
    run: async () => ({ output: "done" }),
  };
  const COUNT = 200;
  const steps = Array.from({ length: COUNT }, (_, n) => ({ calls: [{ name: "Nothing", input: { n } }] }));
  const model = scriptedModel({ steps: [...steps, { text: "done" }] });
  const session = new SessionFolder(join(folder, "sessions")).create({ model: "bench" });
  const options = { sandbox, model, gate: new Gate(), tools: [nothing], limits: { maxSteps: COUNT + 1 } };
  const from = performance.now();
  for await (const _ of run(session, "go", options));
  const each = (performance.now() - from) / COUNT;
  session.close();
  await sandbox.close();
  return { name: "loop, gate and log, a tool call", ours: each, limit: 5 };
}

/** `-p` with a recorded model beside node that does nothing. */
function cold() {
  const project = join(folder, "cold");
  mkdirSync(project);
  writeFileSync(join(project, "a.txt"), "a\n");
  const model = join(folder, "model.json");
  writeFileSync(model, JSON.stringify({ steps: [{ text: "Hello." }] }));
  const env = { ...process.env, SHADOWBOX_NO_BUILD: "1" };
  const common = ["-q", "--project", project, "--state", join(folder, "cold-state")];
  const agent = [BIN, ...common, "--model", `scripted:${model}`, "-p", "hi"];
  const spawned = (args) => timed(() => spawnSync(process.execPath, args, { env }));
  spawned(agent);
  const pairs = Array.from({ length: 9 }, () => [spawned(["-e", "0"]), spawned(agent)]);
  const [node, ours] = [0, 1].map((at) => median(pairs.map((pair) => pair[at])));
  return { name: "-p with a recorded model, cold, over node", ours: ours - node, limit: 250 };
}

/** 200 sessions of 100 turns with two calls each. */
function list() {
  const sessions = new SessionFolder(join(folder, "many"));
  const usage = { inputTokens: 100, cachedInputTokens: 0, outputTokens: 10 };
  const output = "a line of output\n".repeat(20);
  for (let i = 0; i < 200; i++) {
    const session = sessions.create({ model: "bench", project: "/project" });
    for (let turn = 1; turn <= 100; turn++) {
      session.append({ type: "user-message", turn, text: `Please do number ${turn}.` });
      for (let step = 1; step <= 2; step++) {
        const call = `c${turn}-${step}`;
        const content = [{ type: "tool-call", id: call, name: "Bash", input: '{"command":"ls -la"}' }];
        session.append({ type: "assistant-message", turn, step, model: "m", content, usage, finish: "stop" });
        session.append({ type: "tool-start", turn, call, name: "Bash", subject: "ls -la" });
        const end = { type: "tool-end", turn, call, name: "Bash", output, isError: false, durationMs: 3 };
        session.append(end);
      }
      session.append({ type: "turn-end", turn, reason: "done", usage });
    }
    session.close();
  }
  const times = Array.from({ length: 7 }, () => timed(() => sessions.list()));
  const found = sessions.list().sessions.length;
  return { name: `a list of ${found} sessions of 100 turns`, ours: median(times), limit: 100 };
}

const rows = [];
for (const each of [calls, cold, list])
  if (values.only === undefined || values.only === each.name) {
    const { limit, ...row } = await each();
    rows.push({ ...row, bar: `${limit} ms`, ok: row.ours <= limit });
  }
if (values.json) console.log(JSON.stringify(rows));
else console.log(`load ${loadavg()[0].toFixed(1)}`);
for (const { name, ours, bar } of values.json ? [] : rows)
  console.log(`${name}: ${ours.toFixed(1)} ms (bar ${bar})`);
rmSync(folder, { recursive: true, force: true });
