import type { Sandbox } from "@shadowbox/sandbox/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AgentEvent } from "../events.ts";
import { Gate } from "../gate/gate.ts";
import { scriptedModel } from "../model/scripted.ts";
import { testBox } from "../node/testing/box.ts";
import { readChain } from "../session/chain.ts";
import { memoryStore, Session } from "../session/session.ts";
import { run } from "./run.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await testBox({ "notes.txt": "one\n" });
});
afterAll(() => box.close());

const call = (command: string) => ({ calls: [{ name: "Bash", input: { command } }] });
const STEPS = [call("echo a"), call("echo b"), { text: "done" }, { text: "again" }, { text: "once more" }];

async function turn(session: Session, steps: typeof STEPS | object[] = STEPS): Promise<AgentEvent[]> {
  const events: AgentEvent[] = [];
  const model = scriptedModel({ steps: steps as typeof STEPS });
  for await (const event of run(session, "go", {
    sandbox: box,
    model,
    gate: new Gate(),
    sleep: async () => {},
  }))
    events.push(event);
  return events;
}

describe("a log on a full disk", () => {
  it("ends the turn with what is wrong wherever it fills up, and goes on when there is room", async () => {
    for (let room = 0; room < 12; room++) {
      const store = memoryStore();
      let left = Number.POSITIVE_INFINITY;
      const full = {
        ...store,
        append: (line: string) => {
          if (--left < 0) throw new Error("ENOSPC: no space left on device, write");
          store.append(line);
        },
      };
      const session = Session.create(full, { id: "s", model: "m" });
      left = room;
      const events = await turn(session);
      const end = events.at(-1);
      if (left < 0)
        expect(end).toMatchObject({
          type: "turn-end",
          reason: "error",
          error: expect.stringContaining("ENOSPC"),
        });
      left = Number.POSITIVE_INFINITY;
      const next = await turn(session);
      expect(next.at(-1), `room for ${room} lines`).toMatchObject({ type: "turn-end", reason: "done" });
      expect(session.isIdle).toBe(true);
      expect(readChain(store.text(), "s").records).toHaveLength(session.events.length);
    }
  });
});

describe("a clock that jumps", () => {
  it("neither ends a turn nor breaks the log", async () => {
    const times = [5e12, 1e9, 4e12, 0, 1.7e12];
    let at = 0;
    const store = memoryStore();
    const now = () => new Date(times[at++ % times.length] as number);
    const session = Session.create(store, { id: "s", model: "m", now });
    expect((await turn(session)).at(-1)).toMatchObject({ reason: "done" });
    const again = Session.open(memoryStore(store.text()), "s");
    expect(again.events).toEqual(session.events);
    const ends = session.events.filter((event) => event.type === "tool-end");
    expect(ends.every(({ durationMs }) => durationMs >= 0 && durationMs < 60_000)).toBe(true);
  });
});

describe("two turns at once in one session", () => {
  it("are refused, and the first goes on", async () => {
    const session = Session.create(memoryStore(), { id: "s", model: "m" });
    const first = turn(session);
    await expect(turn(session)).rejects.toMatchObject({ code: "invalid" });
    expect((await first).at(-1)).toMatchObject({ reason: "done" });
  });
});
