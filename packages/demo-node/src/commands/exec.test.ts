import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

/** Half a second, in bash alone. */
const WAIT = "e=$((${EPOCHREALTIME/./} + 500000)); while ((${EPOCHREALTIME/./} < e)); do :; done";

let bench: CliBench;
beforeAll(() => {
  bench = new CliBench({ "a.txt": "one\ntwo\n", "sub/b.txt": "three\n" });
});
afterAll(() => bench.remove());

describe("shadowbox exec", () => {
  const table: [
    what: string,
    args: string[],
    expected: { status?: number; stdout?: string; stderr?: RegExp },
  ][] = [
    ["has the script's status", ["exit 7"], { status: 7 }],
    ["has 128 + n of a signal", ["kill -TERM $$"], { status: 143 }],
    ["passes arguments", ['echo "$1-$2"', "x", "y z"], { stdout: "x-y z\n" }],
    ["starts in --cwd", ["--cwd", "sub", "ls"], { stdout: "b.txt\n" }],
    ["sets --env", ["--env", "A=1 2", "--env", "B==", 'echo "$A$B"'], { stdout: "1 2=\n" }],
    [
      "hides the host's variables",
      ["echo $PNPM_HOME$NODE_OPTIONS$PATH"],
      { stdout: "/usr/local/bin:/usr/bin:/bin\n" },
    ],
    ["has Python", ["python3 -c 'print(6 * 7)'"], { stdout: "42\n" }],
    [
      "has none with --no-python",
      ["--no-python", "pip list"],
      { status: 127, stderr: /pip: command not found/ },
    ],
    ["has no stdin unless asked", ["cat; echo end"], { stdout: "end\n" }],
    [
      "kills at --timeout",
      ["--timeout", "0.3", "while :; do :; done"],
      { status: 124, stderr: /killed after 0.3 s/ },
    ],
    [
      "says what is wrong with --timeout",
      ["--timeout", "x", "true"],
      { status: 2, stderr: /expected seconds above 0, got "x"/ },
    ],
    [
      "says what is wrong with --env",
      ["--env", "X", "true"],
      { status: 2, stderr: /expected NAME=VALUE, got "X"/ },
    ],
    ["wants a script", [], { status: 2, stderr: /expected a script, got none/ }],
    ["names an unknown flag", ["--nope", "true"], { status: 2, stderr: /--nope/ }],
    [
      "reports a syntax error as bash does",
      ["if; then"],
      { status: 2, stderr: /bash: .*line 1: syntax error near unexpected token `;'/ },
    ],
    [
      "reports a missing command as bash does",
      ["nosuchcommand"],
      { status: 127, stderr: /bash: line 1: nosuchcommand: command not found/ },
    ],
  ];
  it.each(table)("%s", async (_, args, expected) => {
    const result = await bench.run(["exec", "-q", ...args], { stdin: "unread" });
    if (expected.stderr) expect(result.stderr).toMatch(expected.stderr);
    else expect(result.stderr).toBe("");
    if (expected.stdout !== undefined) expect(result.stdout).toBe(expected.stdout);
    expect(result.status).toBe(expected.status ?? 0);
  });

  it("hands over stdin when asked", async () => {
    expect((await bench.run(["exec", "-q", "--stdin", "wc -c"], { stdin: "12345" })).stdout.trim()).toBe("5");
  });

  it("prints one JSON object with --json", async () => {
    const { stdout, status } = await bench.run(["exec", "--json", "echo out; echo err >&2; exit 3"]);
    expect(status).toBe(3);
    expect(JSON.parse(stdout)).toMatchObject({
      status: 3,
      stdout: "out\n",
      stderr: "err\n",
      engine: expect.any(String),
      timedOut: false,
    });
  });

  it("sees what the one before it did, and the project does not", async () => {
    const before = bench.digest();
    await bench.run(["exec", "-q", "echo new > c.txt; rm a.txt"]);
    expect((await bench.run(["exec", "-q", "ls"])).stdout).toBe("c.txt\nsub\n");
    expect(bench.digest()).toBe(before);
    expect((await bench.run(["discard"])).status).toBe(0);
    expect((await bench.run(["status"])).stdout).toContain("no changes");
  });

  it("ends when nobody reads any more, and keeps what was done", () => {
    const early = new CliBench();
    const bin = fileURLToPath(new URL("../../bin/shadowbox.cjs", import.meta.url));
    const script = `'${process.execPath}' '${bin}' exec -q 'echo kept > a; yes' | head -n 1; echo \${PIPESTATUS[0]}`;
    const options = { cwd: early.project, env: early.env, encoding: "utf8", timeout: 30_000 } as const;
    expect(spawnSync("bash", ["-c", script], options)).toMatchObject({ stdout: "y\n141\n", stderr: "" });
    expect(spawnSync(process.execPath, [bin, "status"], options).stdout).toContain("A a  +1");
    early.remove();
  });

  it("streams its output as it comes", async () => {
    const from = performance.now();
    let first = 0;
    await bench.run(["exec", "-q", `echo one; ${WAIT}; echo two`], {
      started: (child) => child.stdout?.once("data", () => (first = performance.now() - from)),
    });
    expect(first).toBeGreaterThan(0);
    expect(performance.now() - from - first).toBeGreaterThan(300);
  });
});

describe("bad input", () => {
  it("is refused when the project is missing or no folder", async () => {
    expect(await bench.run(["exec", "true", "--project", "nope"])).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/nope/),
    });
    expect(await bench.run(["exec", "true", "--project", "a.txt"])).toMatchObject({
      status: 125,
      stderr: expect.stringMatching(/a\.txt/),
    });
  });

  it("of odd names, links, devices and sizes loses nothing", async () => {
    const odd = new CliBench({ "plain.txt": "p\n" });
    const names = ["new\nline", "sp ace", "quo\"te'", "back\\slash", "-dash", "ünïcode"];
    for (const name of names) odd.write(name, `${name}\n`);
    execFileSync("bash", ["-c", "printf x > $'bytes\\xff\\xfe'"], { cwd: odd.project });
    odd.write(
      "binary.bin",
      Uint8Array.from({ length: 3000 }, (_, i) => i % 256),
    );
    odd.write("long.txt", `${"x".repeat(100_000)}\n`.repeat(3));
    symlinkSync("loop", join(odd.project, "loop"));
    symlinkSync("/etc/passwd", join(odd.project, "outside"));
    linkSync(join(odd.project, "plain.txt"), join(odd.project, "hard.txt"));
    execFileSync("mkfifo", [join(odd.project, "fifo")]);
    mkdirSync(join(odd.project, "empty"));
    const before = odd.digest();
    const result = await odd.run([
      "exec",
      "cat outside loop 2>&1; cat plain.txt; printf '%q\\n' *; for f in *; do [[ -f $f && ! -L $f ]] && echo more >> \"$f\"; done; true",
    ]);
    expect(result.stderr).toMatch(/fifo/);
    expect(result.stdout).not.toContain("root:");
    expect(result.stdout).toContain("$'new\\nline'");
    expect(odd.digest()).toBe(before);
    const diff = await odd.run(["diff"]);
    expect(diff.stdout).toContain("Binary files");
    expect((await odd.run(["commit", "-y"])).status).toBe(0);
    for (const name of names) expect(odd.read(name)).toBe(`${name}\nmore\n`);
    expect(existsSync(join(odd.project, "fifo"))).toBe(true);
    expect((await odd.run(["undo"])).status).toBe(0);
    expect(odd.digest()).toBe(before);
    odd.remove();
  });

  it("of a state folder that another process writes is said, and reading goes on", async () => {
    const held = new CliBench({ "a.txt": "x\n" });
    await held.run(["exec", "-q", "echo y > a.txt"]);
    let other = "";
    let pid = "";
    let status = "";
    const slow = held.run(["exec", "-q", `echo ready; while :; do ${WAIT}; done`], {
      started: (child) =>
        child.stdout?.once("data", async () => {
          const second = await held.run(["exec", "-q", "true"]);
          other = second.stderr;
          status = (await held.run(["status"])).stdout;
          pid = String(child.pid);
          child.kill("SIGTERM");
        }),
    });
    await slow;
    expect(other).toContain(pid);
    expect(status).toContain("M a.txt");
    held.remove();
  }, 120_000);

  it("of a journal whose tail was cut loses only the tail", async () => {
    const cut = new CliBench({ "a.txt": "x\n" });
    await cut.run(["exec", "-q", "echo one > one.txt"]);
    await cut.run(["exec", "-q", "echo two > two.txt"]);
    const journal = execFileSync("bash", ["-c", "find state -name '*journal*' -type f | head -1"], {
      cwd: cut.folder,
    })
      .toString()
      .trim();
    const path = join(cut.folder, journal);
    const size = Number(execFileSync("stat", ["-c", "%s", path]));
    execFileSync("truncate", ["-s", String(size - 7), path]);
    const { stdout, status } = await cut.run(["status"]);
    expect(status).toBe(0);
    expect(stdout).toContain("A one.txt");
    writeFileSync(path, "garbage".repeat(100));
    const broken = await cut.run(["status"]);
    expect(broken.status).not.toBe(0);
    expect(broken.stderr).toMatch(/^shadowbox: .*journal/);
    cut.remove();
  });
});
