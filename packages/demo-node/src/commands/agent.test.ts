import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { CliBench } from "../testing/cli.ts";

const SCRIPT = {
  steps: [
    { text: "Looking.", calls: [{ name: "Bash", input: { command: "cat greeting.txt" } }] },
    {
      calls: [{ name: "Edit", input: { path: "greeting.txt", edits: [{ old: "hello", new: "good day" }] } }],
    },
    { text: "Made it polite." },
  ],
};

vi.setConfig({ testTimeout: 60_000 });

let bench: CliBench;
let model: string;
beforeEach(() => {
  bench = new CliBench({ "greeting.txt": "hello\n" });
  writeFileSync(join(bench.folder, "script.json"), JSON.stringify(SCRIPT));
  model = `scripted:${join(bench.folder, "script.json")}`;
});
afterEach(() => bench.remove());

describe("shadowbox -p", () => {
  it("prints the answer, leaves the project alone and keeps the change", async () => {
    const result = await bench.run(["-p", "be polite", "--model", model]);
    expect(result).toMatchObject({ status: 0, stdout: "Made it polite.\n" });
    expect(result.stderr).toContain("1 file changed, +1 -1");
    expect(bench.read("greeting.txt")).toBe("hello\n");
    expect((await bench.run(["status"])).stdout).toContain("M greeting.txt");
  });

  it("prints one JSON object, or a line for each event", async () => {
    const json = JSON.parse(
      (await bench.run(["-p", "x", "--model", model, "--output-format", "json"])).stdout,
    );
    expect(json).toMatchObject({ result: "Made it polite.", end: "done", changes: { added: 1 } });
    const lines = (await bench.run(["-p", "x", "--model", model, "--output-format", "stream-json"])).stdout;
    const types = lines
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line).type);
    expect(types.slice(0, 2)).toEqual(["session-start", "user-message"]);
    expect(types.at(-1)).toBe("turn-end");
  });

  it("commits the paths that --auto-commit names and no other", async () => {
    await bench.run(["exec", "echo x > other.txt"]);
    const result = await bench.run(["-p", "x", "--model", model, "--auto-commit", "greeting.txt"]);
    expect(result.status).toBe(0);
    expect(bench.read("greeting.txt")).toBe("good day\n");
    expect((await bench.run(["status"])).stdout).toContain("A other.txt");
  });

  const refused: [string, string[], number, RegExp][] = [
    ["no model", [], 2, /needs a model: --model/],
    ["no key", ["--model", "anthropic:x"], 2, /set ANTHROPIC_API_KEY in the environment or .*config.json/],
    ["an unknown provider", ["--model", "acme:x"], 2, /expected PROVIDER:NAME with a provider of/],
    ["a script that is not there", ["--model", "scripted:nope.json"], 2, /no such file/],
    ["a wrong mode", ["--model", "scripted:SCRIPT", "--mode", "yolo"], 2, /--mode: expected ask/],
    ["a cost that nobody can count", ["--model", "scripted:SCRIPT", "--max-cost", "1"], 2, /no "prices" for/],
    [
      "a time that is none",
      ["--model", "scripted:SCRIPT", "--timeout", "soon"],
      2,
      /expected a number above 0/,
    ],
    ["a wrong rule", ["--model", "scripted:SCRIPT", "--allow", "Bash(("], 1, /read rule/],
  ];
  it.each(refused)("says what to do about %s", async (_, args, status, message) => {
    const given = args.map((arg) => arg.replace("scripted:SCRIPT", model));
    const result = await bench.run(["-p", "x", ...given], { env: { ANTHROPIC_API_KEY: "" } });
    expect(result.status).toBe(status);
    expect(result.stderr).toMatch(message);
  });

  const call = (command: string) => ({ calls: [{ name: "Bash", input: { command } }] });
  const ends: [end: string, status: number, steps: object[], flags?: string[]][] = [
    ["done", 0, [{ text: "Yes." }]],
    ["error", 1, [{ text: "Yes.", fail: { status: 401, times: 9 } }]],
    ["refused", 1, [{ text: "No.", finish: "content-filter" }]],
    ["length", 3, [{ text: "Yes, beca", finish: "length" }]],
    ["repeating", 3, Array(9).fill(call("echo same"))],
    ["max-steps", 3, [call("echo a"), call("echo b")], ["--max-turns", "1"]],
    ["max-tokens", 3, [call("echo a"), call("echo b")], ["--max-tokens", "50"]],
    ["timeout", 124, [call("sleep 60")], ["--timeout", "3"]],
    ["aborted", 130, [call("sleep 60")]],
  ];
  it.each(ends)("tells by its status that a turn ended with %s", async (end, status, steps, flags = []) => {
    writeFileSync(join(bench.folder, "script.json"), JSON.stringify({ steps }));
    const args = ["-p", "x", "--model", model, "--output-format", "stream-json", ...flags];
    const result = await bench.run(args, {
      started: (child) =>
        child.stdout?.on("data", (data: Buffer) => {
          if (end === "aborted" && data.includes('"tool-start"')) child.kill("SIGINT");
        }),
    });
    expect(JSON.parse(result.stdout.trim().split("\n").at(-1) as string)).toMatchObject({ reason: end });
    expect(result.status).toBe(status);
  });

  it("refuses a config file that others can read", async () => {
    mkdirSync(join(bench.folder, "config/shadowbox"), { recursive: true });
    const path = join(bench.folder, "config/shadowbox/config.json");
    writeFileSync(path, "{}");
    chmodSync(path, 0o644);
    expect((await bench.run(["-p", "x", "--model", model])).stderr).toContain(`run: chmod 600 ${path}`);
  });
});

describe("shadowbox with a model at a terminal", () => {
  it("takes prompts, shell commands and commits, and the session can be resumed", async () => {
    const input = "be polite\n! cat greeting.txt\n/commit\n/quit\n";
    const result = await bench.run(["--model", model], { stdin: input });
    expect(result.stdout).toContain("a recorded script, not a model");
    expect(result.stdout).toContain("good day");
    expect(result.stdout).toContain("committed 000001");
    expect(bench.read("greeting.txt")).toBe("good day\n");
    const { sessions } = JSON.parse((await bench.run(["sessions", "--json"])).stdout);
    expect(sessions).toMatchObject([{ title: "be polite", turns: 1, end: "done" }]);
    const exported = await bench.run(["sessions", "export", sessions[0].id]);
    expect(exported.stdout).toContain("**Committed** 1 paths as 000001");
    const fork = (await bench.run(["sessions", "fork", sessions[0].id])).stdout.trim();
    expect(fork).not.toBe(sessions[0].id);
    const resumed = await bench.run(["--resume", fork, "--model", model, "-p", "more"]);
    expect(resumed.stderr).toContain("it has 3 steps");
    // The project has the commit already: the first call reads what it wrote.
    const late = await bench.run(["sessions", "replay", sessions[0].id]);
    expect(late).toMatchObject({ status: 1, stdout: expect.stringContaining('recorded "hello"') });
    bench.write("greeting.txt", "hello\n");
    const replayed = await bench.run(["sessions", "replay", sessions[0].id]);
    expect(replayed).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("3 as recorded, 0 not, 0 left out"),
    });
  });
});

describe("shadowbox sessions rewind", () => {
  it("goes back to the end of a turn, in the box and in the conversation", async () => {
    const edit = (path: string, content: string) => ({
      calls: [{ name: "Write", input: { path, content } }],
    });
    const steps = [
      edit("one.txt", "1\n"),
      { text: "First." },
      { calls: [{ name: "Bash", input: { command: "echo more >> one.txt; rm greeting.txt" } }] },
      edit("two.txt", "2\n"),
      { text: "Second." },
    ];
    writeFileSync(join(bench.folder, "script.json"), JSON.stringify({ steps }));
    await bench.run(["-q", "-p", "first", "--model", model]);
    await bench.run(["-q", "-p", "second", "--continue", "--model", model]);
    expect((await bench.run(["exec", "-q", "cat *.txt"])).stdout).toBe("1\nmore\n2\n");
    const [{ id }] = JSON.parse((await bench.run(["sessions", "--json"])).stdout).sessions;
    const back = await bench.run(["sessions", "rewind", id]);
    expect(back.stderr).toContain("the box is as it was after turn 1, 3 paths went back");
    expect((await bench.run(["exec", "-q", "cat *.txt"])).stdout).toBe("hello\n1\n");
    const args = ["-q", "-p", "again", "--resume", back.stdout.trim(), "--model", model];
    expect((await bench.run(args)).stdout).toBe("Second.\n");
    const further = await bench.run(["sessions", "rewind", back.stdout.trim(), "--turn", "0"]);
    expect(further.stderr).toContain("after turn 0");
    expect((await bench.run(["exec", "-q", "cat *.txt"])).stdout).toBe("hello\n");
    expect(await bench.run(["sessions", "rewind", id, "--turn", "9"])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining("go to turn 9: expected 0 to 2"),
    });
  });
});
