import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { PythonOptions } from "../types.ts";
import { Sandbox } from "./index.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await Sandbox.create({});
});
afterAll(() => box.close());

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
async function run(code: string, options: PythonOptions = {}) {
  const { stdout, stderr, status, value, fresh } = await box.python(code, options);
  return { stdout: text(stdout), stderr: text(stderr), status, value, fresh };
}
const inSession = (code: string) => run(code, { session: true });

test("python() echoes the last expression", async () => {
  expect(await run("x = 20\nprint('hi')\nx + 1")).toEqual({
    stdout: "hi\n21\n",
    stderr: "",
    status: 0,
    value: "21",
    fresh: true,
  });
});

test("python() keeps variables, imports and functions of a session", async () => {
  await inSession("import json\ndef double(n):\n    return 2 * n\nk = 5");
  expect(await inSession("json.dumps(double(k))")).toMatchObject({ value: "'10'", fresh: false });
  expect((await run("k")).stderr).toContain("NameError");
});

test("python() shows the user's frames of an error, and the session goes on", async () => {
  const failed = await inSession("import json\ndef load(text):\n    return json.loads(text)\nload('{')");
  expect(failed.status).toBe(1);
  expect(failed.stderr).toMatch(
    /^Traceback \(most recent call last\):\n {2}File "<cell \d+>", line 4, in <module>\n {4}load\('{'\)\n {2}File "<cell \d+>", line 3, in load\n {4}return json\.loads\(text\)\n(.*\n)?json\.decoder\.JSONDecodeError: .*\n$/,
  );
  expect(await inSession("k")).toMatchObject({ stdout: "5\n" });
});

test("python() points at the place of an error in a last line, and hides its own frames when repr() fails", async () => {
  const { stderr } = await run("x = 1; 1 / 0");
  expect(stderr).toContain("    x = 1; 1 / 0\n           ~~^~~\n");
  const shown = await run("class Odd:\n    def __repr__(self): raise ValueError('odd')\nOdd()");
  expect(shown.stderr).toMatch(/^Traceback .*\n {2}File "<cell 1>", line 2, in __repr__\n/);
});

test("python() reports a syntax error at its place", async () => {
  const { status, stderr } = await run("a = 1\nb = = 2");
  expect(status).toBe(1);
  expect(stderr).toContain('File "<cell 1>", line 2\n    b = = 2\n        ^\nSyntaxError: invalid syntax');
});

test("python() gives sys.exit's status; a session outlives it", async () => {
  expect(await inSession("import sys; keep = 1; sys.exit(7)")).toMatchObject({ status: 7 });
  expect(await inSession("keep")).toMatchObject({ value: "1", fresh: false });
});

test("python() brings output of child processes and of stderr apart, or in order with combine", async () => {
  const code =
    "import os, sys\nprint('a', flush=True)\nos.system('echo b; echo c >&2')\nprint('d', file=sys.stderr)";
  expect(await inSession(code)).toMatchObject({ stdout: "a\nb\n", stderr: "c\nd\n" });
  expect(await run(code, { session: true, combine: true })).toMatchObject({
    stdout: "a\nb\nc\nd\n",
    stderr: "",
  });
});

test("python() reads the given stdin and awaits at top level", async () => {
  expect(await run("import asyncio\nawait asyncio.sleep(0, input())", { stdin: "line\n" })).toMatchObject({
    value: "'line'",
  });
});

test("python() ends at its deadline; the next call of the session starts anew", async () => {
  const late = await box.python("while True: pass", { session: true, timeoutMs: 300 });
  expect(late).toMatchObject({ timedOut: true, status: 137, signal: "KILL" });
  expect(await inSession("'k' in globals()")).toMatchObject({ value: "False", fresh: true });
});

test("python() says how an interpreter ended that crashed", async () => {
  expect(await inSession("import os; os._exit(3)")).toMatchObject({ status: 3 });
  expect(await inSession("1")).toMatchObject({ status: 0, fresh: true });
});

test("python() raises KeyboardInterrupt when it is interrupted, and the session goes on", async () => {
  await inSession("kept = 5");
  const interrupt = AbortSignal.timeout(400);
  const endless = await run("while True: pass", { session: true, interrupt });
  expect(endless).toMatchObject({ status: 130 });
  expect(endless.stderr).toMatch(/KeyboardInterrupt\n$/);
  expect(await inSession("kept")).toMatchObject({ value: "5", fresh: false });
});

test("close() ends the interpreter of a session, and nothing of it keeps Node running", async () => {
  const set = vi.spyOn(globalThis, "setInterval");
  const clear = vi.spyOn(globalThis, "clearInterval");
  const other = await Sandbox.create({});
  expect(await other.python("1", { session: true })).toMatchObject({ value: "1" });
  await other.close();
  const cleared = new Set(clear.mock.calls.map(([timer]) => timer));
  expect(set.mock.results.filter(({ value }) => !cleared.has(value))).toEqual([]);
  vi.restoreAllMocks();
});
