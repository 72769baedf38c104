import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EngineName } from "@shadowbox/sandbox";
import { NetRecording, type NetworkOptions, Sandbox } from "@shadowbox/sandbox/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SessionEvent } from "../events.ts";
import { Gate } from "../gate/gate.ts";
import { parseRule } from "../gate/rules.ts";
import { type ReplayEvent, replay } from "../loop/replay.ts";
import { run } from "../loop/run.ts";
import { type Script, scriptedModel } from "../model/scripted.ts";
import { memoryStore, Session } from "../session/session.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-replay-"));
  mkdirSync(join(folder, "project/src"), { recursive: true });
  writeFileSync(join(folder, "project/a.txt"), "one\ntwo\n");
  writeFileSync(join(folder, "project/src/b.sh"), "echo b\n");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const bash = (command: string) => ({ calls: [{ name: "Bash", input: { command } }] });

/** What sessions do, each in one or two steps. */
const WORK: Script["steps"][] = [
  [bash("echo three >> a.txt; cat a.txt")],
  [bash("mkdir -p d/e; for i in 1 2 3; do echo $i > d/e/$i; done; ls -R d")],
  [bash("rm a.txt"), bash("ls")],
  [bash("mv src/b.sh src/c.sh; chmod +x src/c.sh; bash src/c.sh")],
  [bash("ln -s a.txt link; cat link")],
  [bash("printf '\\0\\1\\377' > bin"), bash("wc -c < bin")],
  [bash("x=1; cd src"), bash("echo $x; pwd")],
  [bash("nosuch; exit 4")],
  [bash("for ((i = 0; i < 9000; i++)); do echo line $i; done")],
  [bash("sort -r a.txt | head -1 > top; cat top")],
  [{ calls: [{ name: "Read", input: { path: "a.txt" } }] }],
  [{ calls: [{ name: "Write", input: { path: "new/file.txt", content: "x\ny\n" } }] }],
  [
    { calls: [{ name: "Read", input: { path: "a.txt" } }] },
    { calls: [{ name: "Edit", input: { path: "a.txt", edits: [{ old: "two", new: "2" }] } }] },
  ],
  [{ calls: [{ name: "Edit", input: { path: "a.txt", edits: [{ old: "zz", new: "2" }] } }] }],
  [{ calls: [{ name: "Glob", input: { pattern: "**/*.txt" } }] }],
  [{ calls: [{ name: "Bash", input: "{broken" }] }],
  [{ calls: [{ name: "Fly", input: {} }] }],
  [{ calls: [{ name: "Todo", input: { todos: [{ text: "a", state: "doing" }] } }] }],
  [{ calls: [{ name: "AskUser", input: { question: "which?" } }] }],
  [{ calls: [1, 2, 3].map((n) => ({ name: "Bash", input: { command: `echo ${n} | tee -a log` } })) }],
];

/** What says something else each time, but for a replay on the engine that recorded it. */
const CHANCE: Script["steps"][] = [
  [bash("date +%s.%N | tee now; echo $RANDOM $(mktemp -u); touch x; stat -c %y x"), bash("cat now; ls -l")],
  [bash("python3 -c 'import random, time; print(random.random(), time.time())' > out; cat out")],
  [{ calls: [{ name: "Write", input: { path: "w", content: "x" } }] }, bash("stat -c '%y %z' w; sleep 0.01")],
];

let boxes = 0;

function freshBox(engine: EngineName = "v8") {
  return Sandbox.create({
    project: join(folder, "project"),
    state: join(folder, `state${boxes++}`),
    engine,
  });
}

async function record(steps: Script["steps"], box = freshBox()): Promise<Session> {
  const sandbox = await box;
  const session = Session.create(memoryStore(), { id: "s", model: "m" });
  const model = scriptedModel({ steps: [...steps, { text: "done" }] });
  const askUser = async () => "the first";
  const gate = new Gate({ rules: [parseRule("WebFetch(127.0.0.1:*)", "allow")] });
  for await (const _ of run(session, "go", { sandbox, model, gate, askUser }));
  await sandbox.close();
  return session;
}

async function replayed(log: readonly SessionEvent[], engine: EngineName = "v8"): Promise<ReplayEvent[]> {
  const sandbox = await freshBox(engine);
  const events: ReplayEvent[] = [];
  for await (const event of replay(log, { sandbox })) events.push(event);
  await sandbox.close();
  return events;
}

describe("replay()", () => {
  it.each([...WORK, ...CHANCE].map((steps, index) => [index + 1, steps] as const))(
    "of session %i has its outputs and its files",
    async (_, steps) => {
      const events = await replayed((await record(steps)).events);
      const calls = steps.flatMap(({ calls = [] }) => calls).length;
      expect(events.map(({ type }) => type)).toEqual([...Array(calls).fill("call"), "tree"]);
      for (const event of events) expect(event).toMatchObject({ same: true });
    },
  );

  it.each(WORK.map((steps, index) => [index + 1, steps] as const))(
    "on wasmtime of session %i has the outputs and files of v8",
    async (_, steps) => {
      const events = await replayed((await record(steps)).events, "wasmtime");
      for (const event of events) expect(event).toMatchObject({ same: true });
    },
  );

  it("shows the call and the tree that are not as recorded", async () => {
    const { events: log } = await record([bash("echo $RANDOM$RANDOM$RANDOM | tee r.txt")]);
    const events = await replayed(
      log.map((event) => (event.type === "tool-end" ? { ...event, recording: undefined } : event)),
    );
    expect(events).toMatchObject([
      { type: "call", same: false },
      { type: "tree", same: false },
    ]);
  });

  it("answers requests from the session's recording, with the server gone", async () => {
    let count = 0;
    const server = createServer((_, response) => response.end(`answer ${++count}\n`));
    await once(server.listen(0, "127.0.0.1"), "listening");
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
    const recording = new NetRecording();
    const state = () => join(folder, `state${boxes++}`);
    const project = join(folder, "project");
    const open = (net: NetworkOptions) => Sandbox.create({ project, state: state(), net });
    const secrets = { KEY: { hosts: ["a.example"], inject: "header", value: "the-real-value" } } as const;
    const fetches = [
      bash(
        `curl -s ${url} | tee one; curl -s ${url} > two; curl -sS -d x=1 ${url}; curl -sS https://a.example/`,
      ),
      { calls: [{ name: "WebFetch", input: { url } }] },
      bash(`echo $KEY; python3 -c 'import urllib.request as u; print(u.urlopen("${url}?p").read())'`),
    ];
    const policy = { allow: [{ host: "127.0.0.1", scheme: "http", port: "*", methods: "*" }] } as const;
    const session = await record(
      fetches,
      open({ policy: { ...policy, allowLoopback: true }, secrets, record: recording }),
    );
    server.close();
    expect(count).toBe(5);
    const sandbox = await open({ replay: NetRecording.parse(recording.toString()) });
    const events: ReplayEvent[] = [];
    for await (const event of replay(session.events, { sandbox, network: true })) events.push(event);
    await sandbox.close();
    expect(events.filter(({ type }) => type === "call")).toHaveLength(3);
    for (const event of events) expect(event).toMatchObject({ same: true });
    expect(JSON.stringify(events)).toContain("answer 4");
  });

  it("leaves out a call that was interrupted", async () => {
    const session = await record([bash("echo hi")]);
    const cut = session.events.filter(({ type }) => type !== "tool-end");
    const sandbox = await freshBox();
    const events: ReplayEvent[] = [];
    for await (const event of replay(cut, { sandbox })) events.push(event);
    await sandbox.close();
    expect(events[0]).toMatchObject({ type: "skipped" });
  });
});
