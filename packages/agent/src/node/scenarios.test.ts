import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { Sandbox } from "@shadowbox/sandbox/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentEvent } from "../events.ts";
import { Gate, type GateOptions } from "../gate/gate.ts";
import type { TurnLimits } from "../loop/options.ts";
import { run } from "../loop/run.ts";
import { resolveModel } from "../model/resolve.ts";
import { type Script, scriptedModel } from "../model/scripted.ts";
import { readChain } from "../session/chain.ts";
import { memoryStore, Session } from "../session/session.ts";
import { testBox } from "./testing/box.ts";
import { ModelServer, type WireFault, type WireStep } from "./testing/model-server.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await testBox({ "notes.txt": "one\ntwo\nthree\n" });
});
afterAll(() => box.close());

/** A model that plays a script, and what to do when the conversation is over. */
interface Playing {
  model: LanguageModelV3;
  close(): Promise<void>;
}

const PROVIDERS: Readonly<Record<string, (steps: WireStep[]) => Promise<Playing>>> = {
  scripted: async (steps) => ({ model: scriptedModel({ steps } as Script), close: async () => {} }),
  "openai-compatible": (steps) => served(steps, "openai-compatible:test", "/v1"),
  anthropic: (steps) => served(steps, "anthropic:test", "/v1"),
};

async function served(steps: WireStep[], model: string, path: string): Promise<Playing> {
  const server = new ModelServer(steps);
  const baseUrl = `${await server.listen()}${path}`;
  const keys = { ANTHROPIC_API_KEY: "test-key" };
  return { model: await resolveModel({ model, baseUrl, keys }), close: () => server.close() };
}

interface Scenario {
  steps: WireStep[];
  end: string;
  limits?: Partial<TurnLimits>;
  gate?: GateOptions;
  /** Texts of the results that the model got. */
  results?: (string | RegExp)[];
  retries?: number;
  error?: RegExp;
  /** What a provider's protocol or SDK cannot carry. */
  not?: string[];
}

const call = (name: string, input: unknown) => ({ name, input });
const bash = (command: string) => ({ calls: [call("Bash", { command })] });
const DONE = { text: "done" };
const repeat = <T>(count: number, value: T): T[] => Array.from({ length: count }, () => value);

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  "a text": { steps: [DONE], end: "done" },
  "a long text": { steps: [{ text: "word ".repeat(20_000) }], end: "done" },
  "a text of other scripts": { steps: [{ text: "naïve 🙂 日本語" }], end: "done" },
  "one call": { steps: [bash("cat notes.txt | wc -l"), DONE], end: "done", results: ["3"] },
  "text beside a call": {
    steps: [{ text: "I look.", ...bash("echo hi") }, DONE],
    end: "done",
    results: ["hi"],
  },
  "three calls at once": {
    steps: [{ calls: [1, 2, 3].map((n) => call("Bash", { command: `echo ${n}` })) }, DONE],
    end: "done",
    results: ["1", "2", "3"],
  },
  "twenty steps": {
    steps: [...Array.from({ length: 19 }, (_, n) => bash(`echo ${n}`)), DONE],
    end: "done",
    results: Array.from({ length: 19 }, (_, n) => String(n)),
  },
  "an edit": {
    steps: [
      { calls: [call("Write", { path: "e.txt", content: "a b\n" })] },
      { calls: [call("Edit", { path: "e.txt", edits: [{ old: "a", new: "c" }] })] },
      bash("cat e.txt; rm e.txt"),
      DONE,
    ],
    end: "done",
    results: [/e\.txt/, /1 replacement/, "c b"],
  },
  "an input of 100 kB": {
    steps: [
      { calls: [call("Write", { path: "/tmp/big", content: "x".repeat(100_000) })] },
      bash("wc -c < /tmp/big"),
      DONE,
    ],
    end: "done",
    results: [/big/, "100000"],
  },
  "malformed JSON": {
    steps: [{ calls: [call("Bash", '{"command": "ls')] }, DONE],
    end: "done",
    results: [/the input is not JSON/],
  },
  "an input that does not fit": {
    steps: [{ calls: [call("Bash", { cmd: "ls" })] }, DONE],
    end: "done",
    results: [/command:/],
  },
  "an unknown tool": {
    steps: [{ calls: [call("Fly", {})] }, DONE],
    end: "done",
    results: [/There is no tool "Fly"/],
  },
  "a command that fails": { steps: [bash("exit 3"), DONE], end: "done", results: [/exit status 3/] },
  "a command that is not there": {
    steps: [bash("nosuch"), DONE],
    end: "done",
    results: [/command not found/],
  },
  "5 MB of output": {
    steps: [bash('x=$(printf %1000s); for ((i = 0; i < 5000; i++)); do echo "$i$x"; done'), DONE],
    end: "done",
    results: [/characters left out; the whole output: \/tmp\/outputs\//],
  },
  "bytes that are no text": { steps: [bash("printf '\\xff\\xfe\\0x'"), DONE], end: "done", results: [/x/] },
  "a script that does not end": {
    steps: [{ calls: [call("Bash", { command: "while :; do :; done", timeout: 0.2 })] }, DONE],
    end: "done",
    results: [/killed after 0.2 s/],
  },
  "an empty answer": { steps: [{}], end: "error", error: /empty/ },
  "an answer cut by its length": { steps: [{ text: "ha", finish: "length" }], end: "length" },
  "a refusal": { steps: [{ text: "no", finish: "content-filter" }], end: "refused" },
  "the same call again and again": {
    steps: repeat(9, bash("ls notes.txt")),
    limits: { maxRepeats: 4 },
    end: "repeating",
    results: repeat(4, "notes.txt"),
  },
  "too many steps": {
    steps: Array.from({ length: 5 }, (_, n) => bash(`echo ${n}`)),
    limits: { maxSteps: 3 },
    end: "max-steps",
  },
  "too many tokens": {
    steps: [{ ...bash("true"), inputTokens: 900 }, DONE],
    limits: { maxTokens: 500 },
    end: "max-tokens",
  },
  "a turn out of time": {
    steps: [bash("while :; do :; done"), DONE],
    limits: { timeoutMs: 400 },
    end: "timeout",
  },
  "a slow answer out of time": {
    steps: [{ text: "x".repeat(40_000), delayMs: 200 }],
    limits: { timeoutMs: 300 },
    end: "timeout",
  },
  "a rate limit": { steps: [{ ...DONE, fail: { status: 429, times: 2 } }], end: "done", retries: 2 },
  "a server error": { steps: [{ ...DONE, fail: { status: 500 } }], end: "done", retries: 1 },
  "an overload": { steps: [{ ...DONE, fail: { status: 529 } }], end: "done", retries: 1 },
  "an overload that stays": {
    steps: [{ fail: { status: 503, times: 99 } }],
    end: "error",
    error: /503.*after 5 tries/s,
  },
  "a wrong key": {
    steps: [{ fail: { status: 401, message: "bad key" } }],
    end: "error",
    error: /401.*bad key/,
  },
  "a wrong request": {
    steps: [{ fail: { status: 400, message: "too long" } }],
    end: "error",
    error: /too long/,
  },
  "a stream that is cut": { steps: [{ text: "half of it", cut: true }], end: "done", retries: 1 },
  "a stream that is cut in a call": {
    steps: [{ ...bash("echo once"), cut: true }, DONE],
    end: "done",
    retries: 1,
    results: ["once"],
  },
  "a write in plan mode": {
    steps: [{ calls: [call("Write", { path: "p.txt", content: "x" })] }, DONE],
    gate: { mode: "plan" },
    end: "done",
    results: [/Not permitted/],
  },
  "a denied command": {
    steps: [bash("rm notes.txt"), DONE],
    gate: { rules: [{ tool: "Bash", pattern: "rm *", decision: "deny" }] },
    end: "done",
    results: [/Not permitted/],
  },
};

const WIRE: readonly [WireFault, string][] = [
  ["reset", "done"],
  ["reset-midway", "done"],
  ["cut", "done"],
  ["garbage", "done"],
];

async function play(
  { model, close }: Playing,
  { limits, gate }: Pick<Scenario, "limits" | "gate">,
): Promise<{ events: AgentEvent[]; session: Session; text: string }> {
  const store = memoryStore();
  const session = Session.create(store, { id: "s", model: "test" });
  const events: AgentEvent[] = [];
  try {
    for await (const event of run(session, "go", {
      sandbox: box,
      model,
      gate: new Gate(gate),
      limits,
      sleep: async () => {},
    }))
      events.push(event);
  } finally {
    await close();
  }
  return { events, session, text: store.text() };
}

function ofType<T extends AgentEvent["type"]>(events: readonly AgentEvent[], type: T) {
  return events.filter((event): event is Extract<AgentEvent, { type: T }> => event.type === type);
}

describe.each(Object.entries(PROVIDERS))("a conversation with %s", (provider, playing) => {
  it.each(Object.entries(SCENARIOS))("lives through %s", async (_, scenario) => {
    const { events, session, text } = await play(await playing(scenario.steps), scenario);
    const [end] = ofType(events, "turn-end");
    expect(end?.reason, end?.error).toBe(scenario.end);
    if (scenario.error) expect(end?.error).toMatch(scenario.error);
    expect(ofType(events, "retry")).toHaveLength(
      scenario.retries ?? (scenario.end === "error" ? ofType(events, "retry").length : 0),
    );
    if (scenario.results) {
      const outputs = ofType(events, "tool-end").map(({ output }) => output);
      expect(outputs).toHaveLength(scenario.results.length);
      for (const [index, wanted] of scenario.results.entries())
        typeof wanted === "string"
          ? expect(outputs[index]).toBe(wanted)
          : expect(outputs[index]).toMatch(wanted);
    }
    expect(session.isIdle).toBe(true);
    expect(readChain(text, "s").records).toHaveLength(session.events.length);
  });

  if (provider === "scripted") return;
  it.each(WIRE)("lives through %s on the wire", async (wire, reason) => {
    const steps = [
      { text: "Half of an answer.", calls: [call("Bash", { command: "echo once" })], wire },
      DONE,
    ];
    const { events } = await play(await playing(steps), {});
    expect(ofType(events, "turn-end")).toMatchObject([{ reason }]);
    expect(ofType(events, "retry")).toHaveLength(1);
    expect(ofType(events, "tool-end")).toMatchObject([{ output: "once" }]);
  });
});
