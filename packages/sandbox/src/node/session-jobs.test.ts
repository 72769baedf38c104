import { afterAll, beforeAll, expect, test } from "vitest";
import { Sandbox } from "./index.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await Sandbox.create({});
});
afterAll(() => box.close());

async function run(script: string, options: { session?: boolean; timeoutMs?: number } = { session: true }) {
  const { stdout, status } = await box.exec(script, options);
  return { stdout: new TextDecoder().decode(stdout), status };
}

test("a session's call returns while its job in the background runs on; the next one lists it and ends it", async () => {
  expect(await run("while :; do :; done & echo started")).toEqual({ stdout: "started\n", status: 0 });
  expect((await run("jobs")).stdout).toMatch(/^\[1\]\+ {2}Running {17}while/);
  expect(await run("kill %1; echo $?")).toEqual({ stdout: "0\n", status: 0 });
  // A signal takes a moment, and an end that nobody was told of is told once.
  await expect.poll(() => run("jobs")).toEqual({ stdout: "", status: 0 });
});

test("a call's limit ends what it left in the background", async () => {
  expect(await run("while :; do :; done & echo hi", { timeoutMs: 1500 })).toMatchObject({ stdout: "hi\n" });
});

test("the two ends of a FIFO find each other, however soon one of them leaves", async () => {
  for (let round = 0; round < 40; round++)
    expect(await run("rm -f s; mkfifo s; cat s & echo x > s; wait", { timeoutMs: 10_000 })).toEqual({
      stdout: "x\n",
      status: 0,
    });
});

test("sleep and timeout take the time they are given", async () => {
  const script =
    "a=${EPOCHREALTIME/.}; sleep 0.3; timeout 0.3 sleep 9; echo $? $(( ${EPOCHREALTIME/.} - a >= 600000 ))";
  expect(await run(script, { timeoutMs: 8000 })).toEqual({ stdout: "124 1\n", status: 0 });
});

test("a terminal for standard input gives back what nobody read", async () => {
  const { stdout, status, unread } = await box.exec('read -r x; echo "$x"; [ -t 0 ]', {
    stdin: "one\ntwo\nthree\n",
    terminal: [false, false, true],
  });
  const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes);
  expect([text(stdout), status, text(unread)]).toEqual(["one\n", 0, "two\nthree\n"]);
});

test("a call ends with its script, though more input might come", async () => {
  const endless = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  expect((await box.exec("echo done", { stdin: endless })).status).toBe(0);
});
