import { expect, test } from "vitest";
import { killSessions } from "../../../../bench/agent-kill.mjs";

test("an agent that is killed at any point goes on: nothing that was told as done is lost", async () => {
  expect(await killSessions(8)).toEqual([]);
}, 240_000);
