import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { SessionFolder } from "./session-folder.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-sessions-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe("a folder of sessions", () => {
  it("lists what was made, the newest first, and names what it cannot read", () => {
    const sessions = new SessionFolder(join(folder, "s"));
    expect(sessions.list()).toEqual({ sessions: [], broken: [] });
    const session = sessions.create({ model: "m" });
    session.append({ type: "user-message", turn: 1, text: "hi" });
    session.close();
    writeFileSync(join(folder, "s/bad.jsonl"), "nonsense\n");
    expect(sessions.list()).toMatchObject({
      sessions: [{ id: session.id, title: "hi", turns: 1 }],
      broken: ["bad"],
    });
  });

  it("sums a long log up from its ends, wherever its last turn begins", () => {
    const sessions = new SessionFolder(folder);
    for (const lines of [300, 3, 1]) {
      const session = sessions.create({ model: "m" });
      session.append({ type: "user-message", turn: 1, text: "first" });
      const usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };
      session.append({ type: "turn-end", turn: 1, reason: "done", usage });
      session.append({ type: "user-message", turn: 2, text: "second" });
      // Lines of up to 90,000 characters: longer than what is read of the end.
      for (let i = 0; i < lines; i++)
        session.append({ type: "notice", turn: 2, message: "x".repeat(90_000 / lines) });
      session.close();
      const summary = sessions.list().sessions.find(({ id }) => id === session.id);
      expect(summary).toMatchObject({ title: "first", turns: 2 });
      expect(summary?.end).toBeUndefined();
    }
  });

  it("gives a session to one writer at a time, and takes over from a dead one", () => {
    const sessions = new SessionFolder(folder);
    const session = sessions.create({ model: "m" });
    session.close();
    const lock = join(folder, `${session.id}.jsonl.lock`);
    writeFileSync(lock, "1");
    expect(() => sessions.open(session.id)).toThrow(/process 1 is writing it/);
    writeFileSync(lock, "999999999");
    sessions.open(session.id).close();
  });

  it("repairs a cut tail on disk, and writes on", () => {
    const sessions = new SessionFolder(folder);
    const session = sessions.create({ model: "m" });
    session.close();
    appendFileSync(join(folder, `${session.id}.jsonl`), '{"seq":1,"ti');
    const again = sessions.open(session.id);
    again.append({ type: "user-message", turn: 1, text: "on" });
    again.close();
    const last = sessions.open(session.id);
    expect(last.events.map(({ type }) => type)).toEqual([
      "session-start",
      "notice",
      "user-message",
      "turn-end",
    ]);
    last.close();
  });

  it("takes no name that leaves the folder", () => {
    expect(() => new SessionFolder(folder).read("../x")).toThrow(/expected letters, digits/);
  });
});
