import { expect, test } from "vitest";
import { Sandbox } from "./index.ts";

const pause = (ms: number) => new Promise<void>((done) => setTimeout(done, ms));

test.each([[false], [true]])(
  "programs wait for who listens slowly, and nothing of their output is lost, session %s",
  async (session) => {
    await using box = await Sandbox.create({ engine: "v8" });
    let [seen, most, running] = [0, 0, 0];
    const { status } = await box.exec("seq 100000 | tee /tmp/copy | cat; echo end", {
      session,
      maxOutputBytes: 0,
      onStdout: async (bytes) => {
        most = Math.max(most, ++running);
        seen += bytes.length;
        await pause(session ? 70 : 5);
        running--;
      },
    });
    expect({ status, most, seen }).toEqual({ status: 0, most: 1, seen: 588_895 + 4 });
  },
);

test("what a slow listener does not take ends with the call that is given up", async () => {
  await using box = await Sandbox.create({ engine: "v8" });
  const stop = new AbortController();
  let seen = 0;
  const running = box.exec("yes", {
    session: true,
    maxOutputBytes: 0,
    signal: stop.signal,
    onStdout: async (bytes) => {
      seen += bytes.length;
      await pause(20);
    },
  });
  await pause(1000);
  stop.abort();
  expect((await running).status).toBe(137);
  expect(seen).toBeLessThan(20 << 20);
});
