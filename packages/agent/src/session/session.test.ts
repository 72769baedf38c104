import { describe, expect, it } from "vitest";
import type { SessionEvent } from "../events.ts";
import { messagesOf } from "./messages.ts";
import { forkSession, memoryStore, Session } from "./session.ts";
import { summaryOf } from "./summary.ts";

const USAGE = { inputTokens: 1, cachedInputTokens: 0, outputTokens: 1 };

function conversation() {
  const store = memoryStore();
  const session = Session.create(store, { id: "abc", model: "m", project: "/p" });
  const events: SessionEvent[] = [
    { type: "user-message", turn: 1, text: "hello\nthere" },
    {
      type: "assistant-message",
      turn: 1,
      step: 1,
      model: "m",
      content: [{ type: "tool-call", id: "c", name: "Bash", input: "{}" }],
      usage: USAGE,
      finish: "tool-calls",
    },
    { type: "tool-end", turn: 1, call: "c", name: "Bash", output: "ok", isError: false, durationMs: 1 },
    {
      type: "assistant-message",
      turn: 1,
      step: 2,
      model: "m",
      content: [{ type: "text", text: "hi" }],
      usage: USAGE,
      finish: "stop",
    },
    { type: "turn-end", turn: 1, reason: "done", usage: USAGE },
  ];
  for (const event of events) session.append(event);
  return { store, session };
}

describe("a session's log", () => {
  it("is read back as it was written", () => {
    const { store, session } = conversation();
    const again = Session.open(memoryStore(store.text()), "abc");
    expect(again.events).toEqual(session.events);
    expect(again.digest).toBe(session.digest);
  });

  it("loses a line that was cut off at any byte, and no other", () => {
    const { store } = conversation();
    const text = store.text();
    const whole = text.lastIndexOf("\n", text.length - 2) + 1;
    for (let cut = whole + 1; cut < text.length; cut += 7) {
      const opened = Session.open(memoryStore(text.slice(0, cut)), "abc");
      expect(opened.events.at(-1)).toMatchObject({ type: "turn-end", reason: "interrupted" });
      expect(opened.isIdle).toBe(true);
    }
  });

  it("refuses a line that was changed, taken out or put in", () => {
    const lines = conversation().store.text().split("\n");
    const bent = [
      lines.map((line) => line.replace("hello", "bye")),
      [...lines.slice(0, 2), ...lines.slice(3)],
      [...lines.slice(0, 2), lines[1] as string, ...lines.slice(2)],
    ];
    for (const changed of bent)
      expect(() => Session.open(memoryStore(changed.join("\n")), "abc")).toThrow(
        /does not follow from the line before/,
      );
  });

  it("refuses a newer format", () => {
    const text = conversation().store.text().split("\n")[0]?.replace('"format":1', '"format":9');
    expect(() => Session.open(memoryStore(`${text}\n`), "abc")).toThrow(/its format is 9/);
  });

  it("goes on from a turn of another as a fork", () => {
    const { session } = conversation();
    session.append({ type: "user-message", turn: 2, text: "more" });
    const fork = forkSession(session, 1, memoryStore(), { id: "f", model: "m" });
    expect(fork.turn).toBe(1);
    expect(fork.start.forkedFrom).toEqual({ id: "abc", turn: 1 });
    expect(() => forkSession(session, 7, memoryStore(), { id: "g", model: "m" })).toThrow(/expected 0 to 2/);
  });

  it("is summed up in one line", () => {
    expect(summaryOf(conversation().store.text(), "abc")).toMatchObject({
      id: "abc",
      title: "hello there",
      turns: 1,
      end: "done",
    });
  });
});

describe("messagesOf()", () => {
  it("gives every call one result, also one that was interrupted", () => {
    const { session } = conversation();
    const cut = session.events.slice(0, 3);
    const roles = messagesOf([...cut, { type: "user-message", turn: 2, text: "again" }], "sys").map(
      ({ role }) => role,
    );
    expect(roles).toEqual(["system", "user", "assistant", "tool", "user"]);
  });

  it("starts from the last summary", () => {
    const { session } = conversation();
    const events: SessionEvent[] = [
      ...session.events,
      { type: "user-message", turn: 2, text: "next" },
      { type: "summary", turn: 2, text: "S", throughTurn: 1 },
    ];
    const prompt = messagesOf(events, "sys");
    expect(JSON.stringify(prompt)).not.toContain("hello");
    expect(prompt.at(-1)).toMatchObject({
      role: "user",
      content: [{ text: "Summary of what happened so far:\nS" }, { text: "next" }],
    });
  });
});
