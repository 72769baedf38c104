// Kills the agent with SIGKILL at random points of a session and goes on with it: `node bench/agent-kill.mjs [ROUNDS] [SEED]`. Of what
// was told as done nothing may be lost, in the log or in the box; only the step that ran may be.
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../packages/demo-node/bin/shadowbox.cjs", import.meta.url));
const STEPS = 12;
/** Events that a whole session tells, about. */
const EVENTS = 6 * STEPS;

/** What the steps wrote. */
const CAT = "cat step-* 2>/dev/null";

/** Numbers from 0 to below 1 that look random and are the same for a seed. */
function randomFrom(seed) {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

/** Plays and kills `rounds` sessions; what was lost, as sentences. */
export async function killSessions(rounds, seed = 1) {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-kill-"));
  const random = randomFrom(seed);
  const lost = [];
  try {
    for (let round = 0; round < rounds; round++) {
      const place = placeIn(join(folder, String(round)));
      const told = await play(place, { events: random() * EVENTS, ms: random() * 40 });
      for (const what of check(place, told)) lost.push(`round ${round} (seed ${seed}): ${what}`);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  return lost;
}

function placeIn(folder) {
  const project = join(folder, "project");
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, "readme.txt"), "a project\n");
  const steps = Array.from({ length: STEPS }, (_, i) => ({
    text: `Step ${i}.`,
    calls: [
      i % 2 === 0
        ? { name: "Bash", input: { command: `echo ${i} > step-${i}` } }
        : { name: "Write", input: { path: `step-${i}`, content: `${i}\n` } },
    ],
  }));
  // One more, for a session that was over before it was killed.
  const done = { text: "All done." };
  writeFileSync(join(folder, "model.json"), JSON.stringify({ steps: [...steps, done, done] }));
  const common = ["--project", project, "--state", join(folder, "state")];
  const agent = [...common, "--model", `scripted:${join(folder, "model.json")}`];
  return { common, agent };
}

/** One session until it is killed; the events that it told. */
async function play({ agent }, kill) {
  const args = [BIN, "-q", ...agent, "-p", "go", "--output-format", "stream-json"];
  const env = { ...process.env, SHADOWBOX_NO_BUILD: "1" };
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const told = [];
  for await (const line of createInterface({ input: child.stdout })) {
    try {
      told.push(JSON.parse(line));
    } catch {
      // The last line may be cut off.
    }
    if (told.length > kill.events) setTimeout(() => child.kill("SIGKILL"), kill.ms);
  }
  await ended;
  return told;
}

function shadowbox(args, input) {
  const env = { ...process.env, SHADOWBOX_NO_BUILD: "1" };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, ...args], {
    env,
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Goes on with the session to its end; yields what is not as it should be. */
function* check({ common, agent }, told) {
  const doneBefore = told.filter(({ type }) => type === "tool-end").length;
  const box = shadowbox(["exec", "-q", ...common, CAT]);
  const written = box.stdout.split("\n").filter(Boolean);
  if (written.length < doneBefore) yield `${doneBefore} calls were told as done, the box has ${written}`;
  const resume = told.some(({ type }) => type === "user-message") ? ["--continue"] : [];
  const next = shadowbox(["-q", ...agent, ...resume, "-p", "go on", "--output-format", "json"]);
  if (next.status !== 0 || !next.stdout.includes("All done."))
    return yield `not resumed: ${next.stderr}${next.stdout}`;
  const { session } = JSON.parse(next.stdout);
  const log = shadowbox(["sessions", "export", session, "--format", "jsonl", ...common]);
  const events = log.stdout
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line).event ?? JSON.parse(line));
  const key = ({ type, turn, step, call }) => `${type} ${turn} ${step ?? call ?? ""}`;
  const kept = new Set(events.map(key));
  const streamed = /-delta$|^tool-(input|output)$/;
  for (const event of told)
    if (!streamed.test(event.type) && !kept.has(key(event))) yield `the log lost "${key(event)}"`;
  const all = shadowbox(["exec", "-q", ...common, CAT])
    .stdout.split("\n")
    .filter(Boolean);
  const missing = Array.from({ length: STEPS }, (_, i) => String(i)).filter((i) => !all.includes(i));
  if (missing.length > 1 || new Set(all).size !== all.length) yield `steps in the box: ${all.join(" ")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [rounds = 50, seed = 1] = process.argv.slice(2).map(Number);
  const lost = await killSessions(rounds, seed);
  for (const line of lost) console.log(line);
  console.log(`${rounds} kills, ${lost.length} losses`);
  process.exitCode = lost.length === 0 ? 0 : 1;
}
