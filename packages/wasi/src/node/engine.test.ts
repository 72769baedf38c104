import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WorkerPool } from "../engine/pool.ts";
import type { Process } from "../kernel/process.ts";
import { Signal } from "../kernel/signals.ts";
import { TestSandbox, testPool } from "./testing/harness.ts";
import type { ScriptTools } from "./testing/script-worker.ts";
import { copier, op, printer, spinner, wasiModule, yes } from "./testing/wasm.ts";

const commands = {
  hello: printer("hello\n"),
  fail: printer("no\n", 3),
  copy: copier(),
  yes: yes(),
  spin: spinner(),
  abort: wasiModule({ start: op.unreachable }),
  outside: wasiModule({ start: [...op.load(-8), ...op.drop] }),
  divide: wasiModule({ start: [...op.i32(1), ...op.i32(0), ...op.divide, ...op.drop] }),
  big: wasiModule({ start: [], pages: 2000 }),
  foreign: Uint8Array.from([...wasiModule({ imports: [["no_such_function", 1]], start: [] })]),
  library: wasiModule({ start: [], exportsStart: false }),
  // loop: if (memory.grow(16) == -1) unreachable
  greedy: wasiModule({
    start: [
      0x03,
      0x40,
      ...op.i32(16),
      0x40,
      0,
      ...op.i32(-1),
      0x46,
      0x04,
      0x40,
      ...op.unreachable,
      0x0b,
      0x0c,
      0,
      0x0b,
    ],
  }),
  broken: Uint8Array.from([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0, 10, 200]),
};

let pool: WorkerPool & { problems: string[] };
beforeAll(async () => {
  pool = await testPool();
});
afterAll(async () => {
  expect(pool.problems).toEqual([]);
  await pool.close();
});

describe("V8Engine", () => {
  it("runs a module and gives its output and status", async () => {
    const box = new TestSandbox(pool, commands);
    expect(await box.run(["hello"])).toEqual({ stdout: "hello\n", stderr: "", status: 0, timedOut: false });
    expect(await box.run(["fail"])).toMatchObject({ stdout: "no\n", status: 3 });
  });

  it("passes more than a pipe holds through a process", async () => {
    const box = new TestSandbox(pool, commands);
    const stdin = "0123456789abcdef".repeat(20_000);
    expect((await box.run(["copy"], { stdin })).stdout).toBe(stdin);
  });

  it.each([
    ["abort", 256 + Signal.ABRT, "unreachable"],
    ["outside", 256 + Signal.SEGV, "out of bounds"],
    ["divide", 256 + Signal.FPE, "divide by zero"],
  ])("ends %s as by a signal and says why", async (name, status, text) => {
    const box = new TestSandbox(pool, commands);
    const result = await box.run([name]);
    expect(result.status).toBe(status);
    expect(result.stderr).toContain(`${name}: trap: `);
    expect(result.stderr).toContain(text);
  });

  it.each([
    ["big", "needs 2000 pages of memory, the limit is 1024 (64 MiB)"],
    ["library", "without _start"],
    ["broken", "expected a byte, got its end"],
  ])("refuses %s with status 126", async (name, text) => {
    const box = new TestSandbox(pool, commands, { memoryPages: 1024 });
    const result = await box.run([name]);
    expect(result.status).toBe(126);
    expect(result.stderr).toContain(text);
    expect(result.stderr.match(/\n/g)).toHaveLength(1);
  });

  it("tells that a program ended for want of memory", async () => {
    const box = new TestSandbox(pool, commands, { memoryPages: 1024 });
    const result = await box.run(["greedy"]);
    expect(result.status).toBe(256 + Signal.ABRT);
    expect(result.stderr).toMatch(
      /^greedy: trap: unreachable \(memory: 6\d MiB in use, the limit is 64 MiB\)\n$/,
    );
    expect(box.engine.takeLimits()).toEqual(["memory"]);
    await box.run(["abort"]);
    expect(box.engine.takeLimits()).toEqual([]);
  });

  it("stops a guest that spins within 100 ms of its deadline", async () => {
    const box = new TestSandbox(pool, commands);
    await box.run(["hello"]);
    const from = performance.now();
    const result = await box.run(["spin"], { timeoutMs: 50 });
    expect(result).toMatchObject({ status: 256 + Signal.KILL, timedOut: true });
    expect(performance.now() - from).toBeLessThan(50 + 100 + 250);
    expect((await box.run(["hello"])).stdout).toBe("hello\n");
  });

  it("stops a guest that waits for input", async () => {
    const box = new TestSandbox(pool, commands);
    const { engine } = box;
    const [stdin, stdout] = [engine.openPipe(), engine.openPipe()];
    const files = [stdin.read, stdout.write].map((file, fd) => ({ fd, file }));
    const pid = engine.start({ program: { path: "/bin/copy" }, argv: ["copy"], env: [], files });
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(engine.kill(pid, Signal.TERM)).toBe(true);
    expect(await engine.waitExit(pid)).toMatchObject({ status: 256 + Signal.TERM });
    for (const file of [stdin.read, stdin.write, stdout.read, stdout.write]) engine.closeFile(file);
  });

  it("runs a module that lies in the file tree, and says what else cannot be run", async () => {
    const box = new TestSandbox(pool, commands);
    box.writeFile("/mine", printer("mine\n"));
    box.writeFile("/text", "echo hi\n");
    box.writeFile("/plain", printer("x"), 0o644);
    expect(await box.run(["/mine"])).toMatchObject({ stdout: "mine\n", status: 0 });
    expect(() => box.engine.start({ program: { path: "/text" }, argv: ["t"], env: [], files: [] })).toThrow(
      "ENOEXEC",
    );
    expect(() => box.engine.start({ program: { path: "/plain" }, argv: ["t"], env: [], files: [] })).toThrow(
      "EACCES",
    );
    expect(() => box.engine.start({ program: { path: "/none" }, argv: ["t"], env: [], files: [] })).toThrow(
      "ENOENT",
    );
  });

  it("runs an interpreter for a #! line", async () => {
    const box = new TestSandbox(pool, commands);
    box.writeFile("/script", "#!/bin/hello  with an argument \nbody\n");
    expect((await box.run(["/script"])).stdout).toBe("hello\n");
  });

  it("serves many sandboxes at once and one after another with few threads", async () => {
    const boxes = Array.from({ length: 8 }, () => new TestSandbox(pool, commands));
    const all = await Promise.all(boxes.map((box) => box.run(["hello"])));
    expect(all.every((result) => result.stdout === "hello\n")).toBe(true);
    await Promise.all(boxes.map((box) => box.engine.close()));
    const before = pool.size;
    for (let i = 0; i < 20; i++) {
      const box = new TestSandbox(pool, commands);
      expect((await box.run(["hello"])).stdout).toBe("hello\n");
      await box.engine.close();
    }
    expect(pool.size).toBeLessThanOrEqual(before + 1);
  });

  it("runs more processes than it may have threads", async () => {
    const small = await testPool({ maxWorkers: 2 });
    const box = new TestSandbox(small, commands);
    const all = await Promise.all(Array.from({ length: 10 }, () => box.run(["hello"])));
    expect(all.map((result) => result.stdout)).toEqual(Array(10).fill("hello\n"));
    expect(small.size).toBeLessThanOrEqual(2);
    await small.close();
  });
});

describe("a process", () => {
  it("spawns, waits, and learns how children ended", async () => {
    const box = new TestSandbox(pool, commands);
    const result = await box.run((process, { spawn, print }) => {
      const seen: number[] = [];
      for (const name of ["hello", "fail", "abort"]) {
        const pid = spawn([name]);
        const ended = process.children.wait(pid, false);
        if (typeof ended === "object") seen.push(ended.status);
      }
      print(2, JSON.stringify([seen, process.children.wait(-1, false), spawn(["nothing"])]));
      return 0;
    });
    expect(result.stdout).toBe("hello\nno\n");
    expect(result.stderr).toMatch(/\[\[0,3,262\],-12,-44\]$/);
  });

  it("is ended by SIGPIPE when nobody reads its output", async () => {
    const box = new TestSandbox(pool, commands);
    const result = await box.run((process, { spawn, print }) => {
      const pipe = process.pipe();
      if (typeof pipe === "number") return 1;
      process.setCloseOnExec(pipe.readEnd, true);
      const saved = process.dup(1, 20);
      process.setCloseOnExec(saved, true);
      process.dup2(pipe.writeEnd, 1);
      const pid = spawn(["yes"]);
      process.dup2(saved, 1);
      process.close(pipe.writeEnd);
      const first = new Uint8Array(2);
      process.io.read(pipe.readEnd, first);
      process.close(pipe.readEnd);
      const ended = process.children.wait(pid, false);
      print(1, JSON.stringify([first[0], ended]));
      return 0;
    });
    expect(result.stdout).toMatch(/^\[121,{"pid":\d+,"status":269,"met":0}\]$/);
  });

  it("forks with copies of descriptors and state, and kills what it forked", async () => {
    const box = new TestSandbox(pool, commands);
    const result = await box.run((process, { print }) => {
      const child = {
        source: "(process, tools) => tools.print(1, tools.state.text) > 0 ? 7 : 1",
        state: { text: "from the child\n" },
      };
      const ended = process.children.wait(process.children.fork(child), false);
      const sleeper = process.children.fork({ source: "(process) => process.pause(60000)" });
      process.pause(20);
      process.children.kill(sleeper, 15);
      const killed = process.children.wait(sleeper, false);
      print(1, JSON.stringify([ended, killed].map((one) => (typeof one === "object" ? one.status : one))));
      return 0;
    });
    expect(result.stdout).toBe("from the child\n[7,271]");
  });

  it("does not outlive its session's deadline, nor do its descendants", async () => {
    const box = new TestSandbox(pool, commands);
    const from = performance.now();
    const result = await box.run(
      (process, { spawn }) => {
        spawn(["spin"]);
        spawn(["yes"]);
        process.children.fork({ source: "(process) => process.pause(60000)" });
        process.pause(60_000);
        return 0;
      },
      { timeoutMs: 100 },
    );
    expect(result).toMatchObject({ timedOut: true, status: 256 + Signal.KILL });
    expect(performance.now() - from).toBeLessThan(2000);
    expect([...box.kernel.processes.used()]).toHaveLength(1);
  });

  it("ends with all that it starts, however fast it does so", async () => {
    const box = new TestSandbox(pool, commands, { processes: 40 });
    const bomb = `(process, tools) => {
      for (;;) {
        process.children.fork({ source: tools.state, state: tools.state });
        process.children.wait(-1, true);
        process.pause(2);
        process.leave();
        process.enter();
      }
    }`;
    const body = (process: Process, tools: ScriptTools) => {
      process.children.fork({ source: String(tools.state), state: tools.state });
      return process.pause(60_000);
    };
    const from = performance.now();
    const result = await box.run(body, { timeoutMs: 200, state: bomb });
    expect(result).toMatchObject({ timedOut: true, status: 256 + Signal.KILL });
    expect(performance.now() - from).toBeLessThan(2000);
    expect([...box.kernel.processes.used()]).toHaveLength(1);
    expect((await box.run(["hello"])).stdout).toBe("hello\n");
  });

  it("is refused when there are too many, and the sandbox goes on", async () => {
    const box = new TestSandbox(pool, commands, { processes: 6 });
    const result = await box.run((process, { spawn, print }) => {
      const pids: number[] = [];
      for (let i = 0; i < 8; i++) pids.push(spawn(["copy"]));
      for (const pid of pids) if (pid > 0) process.children.kill(pid, 9);
      for (const pid of pids) if (pid > 0) process.children.wait(pid, false);
      print(1, JSON.stringify(pids.filter((pid) => pid < 0)));
      return 0;
    });
    expect(result.stdout).toBe("[-6,-6,-6,-6]");
    expect(box.engine.takeLimits()).toEqual(["processes"]);
    expect((await box.run(["hello"])).stdout).toBe("hello\n");
  });
});
