import { describe, expect, it } from "vitest";
import type { EngineName, Sandbox } from "../../types.ts";
import { createNodeSandbox } from "../open.ts";
import { O, open as openPath } from "../wasi/conformance/scenario.ts";
import { callsModule } from "../wasi/testing/calls.ts";
import { wasmtimePath } from "../wasi/testing/run-bytes.ts";
import { SCRIPTS } from "./scripts.ts";

/** Modules are compiled when they are first run. */
const PATIENCE_MS = 120_000;

function open(engine: EngineName): Sandbox {
  return createNodeSandbox({ engine, wasmtime: wasmtimePath() });
}

/** What every script finds. */
function layOut({ fs }: Sandbox): void {
  const files = { a: "one\n", l: "b\nc\na\n", "d/x": "x\n", "d/e/y": "y\n" };
  for (const [path, text] of Object.entries(files)) fs.writeFile(path, text);
  fs.symlink("a", "s");
  fs.symlink("/workspace/a", "abs");
  fs.symlink("/workspace/d", "absd");
  fs.chmod("d/x", 0o600);
  fs.chmod("l", 0o755);
}

/** A line for each entry below a directory, with all that a script can change. */
function listing({ fs }: Sandbox, path: string): string[] {
  return fs.readdir(path).flatMap((name) => {
    const child = `${path}/${name}`;
    const { type, mode } = fs.lstat(child);
    const bits = type === "symlink" ? "" : mode.toString(8);
    const text = type === "file" ? JSON.stringify(Buffer.from(fs.readFile(child)).toString()) : "";
    const target = type === "symlink" ? fs.readlink(child) : "";
    return [
      `${child} ${type} ${bits} ${text}${target}`,
      ...(type === "directory" ? listing({ fs } as Sandbox, child) : []),
    ];
  });
}

/** What a script said and left. */
async function outcome(engine: EngineName, script: string) {
  await using box = open(engine);
  layOut(box);
  const { status, stdout, stderr } = await box.exec(script, { timeoutMs: PATIENCE_MS });
  const [out, err] = [stdout, stderr].map((bytes) => Buffer.from(bytes).toString());
  return { engine: box.engine === engine, status, out, err, left: listing(box, "/workspace").sort() };
}

/** What `python()` says of each step of a session. */
async function pythonOutcome(engine: EngineName) {
  await using box = open(engine);
  const steps: [code: string, session: boolean][] = [
    ["import atexit; atexit.register(print, 'bye'); 6 * 7", false],
    ["import sys; k = open('made', 'w').write('text'); print('out'); print('err', file=sys.stderr)", true],
    ["print(input()); k", true],
    ["1 / 0", true],
    ["sys.exit(7)", true],
    ["import os; os._exit(3)", true],
    ["'k' in globals()", true],
  ];
  const results = [];
  for (const [code, session] of steps) {
    const options = { session, stdin: "line\n", combine: code === "1 / 0", timeoutMs: PATIENCE_MS };
    const { stdout, stderr, status, value, fresh } = await box.python(code, options);
    results.push({
      out: Buffer.from(stdout).toString(),
      err: Buffer.from(stderr).toString(),
      status,
      value,
      fresh,
    });
  }
  const late = await box.python("while True: pass", { session: true, timeoutMs: 500 });
  return {
    results,
    late: [late.timedOut, late.status],
    made: Buffer.from(box.fs.readFile("made")).toString(),
  };
}

/** What a module that knows no host services says and ends with: 300 opens, a directory removed by a name with a slash, a status over 125. */
async function ownModule(engine: EngineName) {
  await using box = open(engine);
  const opens = Array.from({ length: 300 }, () => openPath("made", { oflags: O.CREAT }));
  const calls = callsModule([
    ["path_create_directory", 3, "made-dir"],
    ["path_remove_directory", 3, "made-dir/"],
    ...opens,
  ]);
  box.fs.writeFile("opens", calls);
  box.fs.writeFile("ends", callsModule([["proc_exit", 200]]));
  const script = "chmod +x opens ends; ./opens > answers; echo $?; ./ends; echo $?";
  const { stdout, stderr } = await box.exec(script, { timeoutMs: PATIENCE_MS });
  const [out, err] = [stdout, stderr].map((bytes) => Buffer.from(bytes).toString());
  return { out, err, answers: Buffer.from(box.fs.readFile("answers")).toString("hex") };
}

describe("the engines", () => {
  it(
    "treat a module of the user's own alike",
    async () => {
      const expected = await ownModule("v8");
      expect(expected).toMatchObject({ out: "0\n200\n", err: "" });
      expect(await ownModule("wasmtime")).toEqual(expected);
    },
    PATIENCE_MS,
  );

  it(
    "keep the variables of python() in a session, and lose them alike",
    async () => {
      const expected = await pythonOutcome("v8");
      expect(expected.results.map(({ status }) => status)).toEqual([0, 0, 0, 1, 7, 3, 0]);
      expect(expected.results[0]?.out).toBe("42\nbye\n");
      expect(await pythonOutcome("wasmtime")).toEqual(expected);
    },
    PATIENCE_MS,
  );

  it.each(SCRIPTS)(
    "do the same: %s",
    async (script) => {
      expect(await outcome("wasmtime", script)).toEqual(await outcome("v8", script));
    },
    PATIENCE_MS,
  );
});
