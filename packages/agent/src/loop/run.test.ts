import type { Sandbox } from "@shadowbox/sandbox/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentEvent } from "../events.ts";
import { Gate, type GateOptions } from "../gate/gate.ts";
import { type Script, scriptedModel } from "../model/scripted.ts";
import { testBox } from "../node/testing/box.ts";
import { readChain } from "../session/chain.ts";
import { memoryStore, Session } from "../session/session.ts";
import type { RunOptions } from "./options.ts";
import { run } from "./run.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await testBox({ "notes.txt": "one\ntwo\nthree\n" });
});
afterAll(() => box.close());

type Steps = Script["steps"];

interface Played {
  session: Session;
  events: AgentEvent[];
  text: string;
}

/** Plays turns of one scripted conversation. */
async function play(
  steps: Steps,
  options: Partial<RunOptions> & { gateOptions?: GateOptions } = {},
  inputs: readonly string[] = ["go"],
): Promise<Played> {
  const store = memoryStore();
  const session = Session.create(store, { id: "s", model: "scripted:test" });
  const { gateOptions, ...rest } = options;
  const model = scriptedModel({ steps });
  const events: AgentEvent[] = [];
  const gate = new Gate(gateOptions);
  for (const input of inputs)
    for await (const event of run(session, input, {
      sandbox: box,
      model,
      gate,
      sleep: async () => {},
      ...rest,
    }))
      events.push(event);
  return { session, events, text: store.text() };
}

function ofType<T extends AgentEvent["type"]>(events: readonly AgentEvent[], type: T) {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

const call = (name: string, input: unknown) => ({ calls: [{ name, input }] });
const DONE = { text: "done" };

describe("run()", () => {
  it("answers a text", async () => {
    const { events } = await play([{ text: "Hello there, this is longer than one delta." }]);
    expect(
      ofType(events, "text-delta")
        .map(({ text }) => text)
        .join(""),
    ).toBe("Hello there, this is longer than one delta.");
    expect(ofType(events, "turn-end")).toMatchObject([
      { reason: "done", usage: { inputTokens: 100, outputTokens: 10 } },
    ]);
  });

  it("runs a tool call in the box and gives its output back", async () => {
    const { events } = await play([call("Bash", { command: "echo hi; cat notes.txt | wc -l" }), DONE]);
    expect(ofType(events, "tool-end")).toMatchObject([{ name: "Bash", output: "hi\n3", isError: false }]);
    expect(ofType(events, "turn-end")[0]?.reason).toBe("done");
  });

  it("keeps the shell's state between calls", async () => {
    const { events } = await play([
      call("Bash", { command: "x=5; mkdir -p sub; cd sub" }),
      call("Bash", { command: "echo $x; basename $PWD" }),
      DONE,
    ]);
    expect(ofType(events, "tool-end")[1]?.output).toBe("5\nsub");
  });

  const wrong: [name: string, input: unknown, part: string][] = [
    ["Bash", "{not json", "the input is not JSON"],
    ["Bash", {}, "command:"],
    ["Nope", {}, 'There is no tool "Nope"'],
    ["Read", { path: "missing.txt" }, "ENOENT"],
    ["Edit", { path: "notes.txt", edits: [{ old: "four", new: "4" }] }, "the text was not found"],
    ["Edit", { path: "notes.txt", edits: [{ old: "t", new: "T" }] }, "occurs 2 times (lines 2, 3)"],
  ];
  it.each(wrong)("answers a wrong call of %s with %j by what is wrong", async (name, input, part) => {
    const { events } = await play([call(name, input), DONE]);
    const [end] = ofType(events, "tool-end");
    expect(end?.isError).toBe(true);
    expect(end?.output).toContain(part);
    expect(ofType(events, "turn-end")[0]?.reason).toBe("done");
  });

  it("tries again after a rate limit, an overload and a cut stream", async () => {
    const { events } = await play([{ ...DONE, fail: { status: 429, times: 2 } }]);
    expect(ofType(events, "retry").map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(ofType(events, "turn-end")[0]?.reason).toBe("done");
    const cut = await play([{ text: "half", cut: true }]);
    expect(ofType(cut.events, "retry")).toHaveLength(1);
    expect(ofType(cut.events, "turn-end")[0]?.reason).toBe("done");
  });

  const ends: [string, Steps, Partial<RunOptions>, string][] = [
    ["a refused request", [{ fail: { status: 401, times: 9, message: "bad key" } }], {}, "error"],
    ["an overload that stays", [{ fail: { status: 529, times: 99 } }], {}, "error"],
    ["an empty answer", [{}], {}, "error"],
    ["an answer cut by its length", [{ text: "x", finish: "length" }], {}, "length"],
    ["a refusal", [{ text: "no", finish: "content-filter" }], {}, "refused"],
    [
      "too many steps",
      Array.from({ length: 4 }, (_, i) => call("Bash", { command: `echo ${i}` })),
      { limits: { maxSteps: 3 } },
      "max-steps",
    ],
    [
      "too many tokens",
      [{ ...call("Bash", { command: "true" }), inputTokens: 900 }, DONE],
      { limits: { maxTokens: 500 } },
      "max-tokens",
    ],
    [
      "too high a cost",
      [{ ...call("Bash", { command: "true" }), inputTokens: 1e6 }, DONE],
      { limits: { maxCostUsd: 1 }, prices: { input: 3, output: 15 } },
      "max-cost",
    ],
    [
      "the same call again and again",
      Array.from({ length: 9 }, () => call("Bash", { command: "ls" })),
      { limits: { maxRepeats: 3 } },
      "repeating",
    ],
    [
      "its time",
      [call("Bash", { command: "sleep 20 || while :; do :; done" }), DONE],
      { limits: { timeoutMs: 150 } },
      "timeout",
    ],
    ["a script without an answer", [], {}, "error"],
  ];
  it.each(ends)("ends a turn at %s", async (_, steps, options, reason) => {
    const { events, session } = await play(steps, options);
    expect(ofType(events, "turn-end")).toMatchObject([{ reason }]);
    expect(session.isIdle).toBe(true);
  });

  it("stops at any point when aborted, and the session goes on", async () => {
    const session = Session.create(memoryStore(), { id: "s", model: "m" });
    const model = scriptedModel({
      steps: [call("Bash", { command: "while :; do :; done" }), { text: "second" }],
    });
    const stop = new AbortController();
    const options = { sandbox: box, model, gate: new Gate(), signal: stop.signal };
    const seen: string[] = [];
    for await (const event of run(session, "one", options)) {
      seen.push(event.type);
      if (event.type === "tool-start") setTimeout(() => stop.abort(), 20);
    }
    expect(seen.at(-1)).toBe("turn-end");
    expect(session.events.at(-1)).toMatchObject({ reason: "aborted" });
    const again = [];
    for await (const event of run(session, "two", { ...options, signal: undefined })) again.push(event);
    expect(ofType(again, "turn-end")[0]?.reason).toBe("done");
  });

  it("ends the turn of a caller that stops listening", async () => {
    const session = Session.create(memoryStore(), { id: "s", model: "m" });
    const model = scriptedModel({ steps: [call("Bash", { command: "while :; do :; done" }), DONE] });
    for await (const event of run(session, "one", { sandbox: box, model, gate: new Gate() }))
      if (event.type === "tool-start") break;
    expect(session.events.at(-1)).toMatchObject({ type: "turn-end", reason: "aborted" });
  });

  it("keeps a long output as a file that the model can read", async () => {
    const { events } = await play([
      call("Bash", { command: "for ((i=0;i<20000;i++)); do echo line $i; done" }),
      DONE,
    ]);
    const [end] = ofType(events, "tool-end");
    expect(end?.output.length).toBeLessThan(25_000);
    expect(end?.output).toContain("line 19999");
    expect(new TextDecoder().decode(box.fs.readFile(end?.fullOutput as string)).split("\n")[12_345]).toBe(
      "line 12345",
    );
  });

  it("sums up earlier turns when the window gets full", async () => {
    const steps = [{ text: "first", inputTokens: 9000 }, { text: "the summary" }, { text: "second" }];
    const { session } = await play(steps, { limits: { compactAtTokens: 5000 } }, ["one", "two"]);
    expect(session.events.filter(({ type }) => type === "summary")).toMatchObject([
      { text: "the summary", throughTurn: 1 },
    ]);
  });

  it("denies what needs a person when nobody is there, and says so to the model", async () => {
    const { events } = await play([call("Write", { path: "a.txt", content: "x" }), DONE], {
      gateOptions: { mode: "ask" },
    });
    expect(ofType(events, "permission")).toMatchObject([{ allowed: false, by: "default" }]);
    expect(ofType(events, "tool-end")[0]?.output).toContain("nobody is there to ask");
    expect(box.fs.exists("a.txt")).toBe(false);
  });

  it("lets plan mode read only", async () => {
    const { events } = await play(
      [call("Bash", { command: "touch b" }), call("Read", { path: "notes.txt" }), DONE],
      { gateOptions: { mode: "plan" } },
    );
    expect(ofType(events, "tool-end").map(({ isError }) => isError)).toEqual([true, false]);
  });

  it("masks keys in the log", async () => {
    const key = `sk-${"ab12".repeat(8)}`;
    const { text } = await play([call("Bash", { command: `echo ${key}` }), DONE]);
    expect(text).not.toContain(key);
    expect(readChain(text, "s").cutBytes).toBe(0);
  });
});
