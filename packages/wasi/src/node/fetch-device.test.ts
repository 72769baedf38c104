import { afterAll, beforeAll, expect, test } from "vitest";
import type { FetchDoor } from "../engine/host-io.ts";
import type { WorkerPool } from "../engine/pool.ts";
import { Capability, UNLISTED } from "../kernel/capabilities.ts";
import { Slot } from "../kernel/layout.ts";
import type { Process } from "../kernel/process.ts";
import { Signal } from "../kernel/signals.ts";
import { TestSandbox, testPool } from "./testing/harness.ts";
import type { ScriptTools } from "./testing/script-worker.ts";
import { copier } from "./testing/wasm.ts";

let pool: WorkerPool & { problems: string[] };
beforeAll(async () => {
  pool = await testPool();
});
afterAll(async () => {
  expect(pool.problems).toEqual([]);
  await pool.close();
});

const state = { word: Slot.CAPABILITIES, bits: UNLISTED | Capability.NET };

/** Opens the device, writes a long request, and prints what comes back. */
function talk(process: Process, { encodeText, OpenFlags, state, spawn }: ScriptTools): number {
  const { word, bits } = state as { word: number; bits: number };
  process.kernel.memory.i32[process.slot + word] = bits;
  const path = encodeText("/dev/shadowbox/fetch");
  const fd = process.paths.open(-1, path, OpenFlags.READ | OpenFlags.WRITE);
  if (fd < 0) return -fd;
  const request = new Uint8Array(200_000).fill(97);
  for (let at = 0; at < request.length; ) {
    const count = process.io.write(fd, request.subarray(at));
    if (count < 0) return -count;
    at += count;
  }
  process.io.write(fd, encodeText("\n"));
  const answer = new Uint8Array(65_536);
  for (;;) {
    const count = process.io.read(fd, answer);
    if (count <= 0) break;
    process.io.write(1, answer.subarray(0, count));
  }
  // A program that is started does not get the conversation.
  process.dup2(fd, 0);
  spawn(["copy"]);
  const ended = process.children.wait(-1, false);
  return typeof ended === "object" && ended.status === 0 ? 0 : 1;
}

test("a conversation over the fetch device goes both ways", async () => {
  const box = new TestSandbox(pool, { copy: copier() });
  const doors: FetchDoor[] = [];
  box.engine.serveFetch(async (door) => {
    doors.push(door);
    let count = 0;
    for await (const bytes of door.requests) {
      count += bytes.length;
      if (bytes.at(-1) === 10) break;
    }
    await door.answers.write(new TextEncoder().encode(`${count} bytes from ${door.command}`));
    door.answers.close();
  });
  expect(await box.run(talk, { state })).toMatchObject({
    stdout: "200001 bytes from script",
    status: 0,
  });
  expect(doors).toHaveLength(1);
  await box.engine.close();
});

test("a host that leaves ends a conversation; one that never came refuses it", async () => {
  const left = new TestSandbox(pool, {});
  left.engine.serveFetch(async (door) => {
    await door.requests.next();
    await door.requests.return();
    door.answers.close();
  });
  expect((await left.run(talk, { state })).status).toBe(64);
  const none = new TestSandbox(pool, {});
  expect((await none.run(talk, { state })).status).toBe(60);
});

test("a process that is killed ends its conversation", async () => {
  const box = new TestSandbox(pool, {});
  let ended: (() => void) | undefined;
  const gone = new Promise<void>((resolve) => (ended = resolve));
  box.engine.serveFetch(async (door) => {
    await door.requests.next();
    box.engine.kill(door.pid, Signal.KILL);
    for await (const _ of door.requests);
    const refused = await door.answers.write(new Uint8Array(1));
    door.answers.close();
    if (!refused) ended?.();
  });
  expect((await box.run(talk, { state })).status).toBe(256 + Signal.KILL);
  await gone;
});
