import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Limits, SandboxEvent } from "../types.ts";
import { Sandbox } from "./index.ts";
import { wasmtimePath } from "./wasi/testing/run-bytes.ts";

vi.setConfig({ testTimeout: 120_000 });

let box: Sandbox | undefined;
const events: SandboxEvent[] = [];
afterEach(async () => {
  await box?.close();
  box = undefined;
  events.length = 0;
});

let engine: "v8" | "wasmtime" = "v8";

async function open(limits: Partial<Limits> = {}): Promise<Sandbox> {
  const wasmtime = engine === "wasmtime" ? wasmtimePath() : undefined;
  box = await Sandbox.create({ engine, wasmtime, limits, onEvent: (event) => events.push(event) });
  return box;
}

const reached = () => events.flatMap((event) => (event.type === "limit" ? [event.limit] : []));
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe.each(["v8", "wasmtime"] as const)(
  "on %s a limit that is reached shows as an event and in the result",
  (name) => {
    beforeEach(() => {
      engine = name;
    });
    it("disk: ENOSPC, and the sandbox goes on", async () => {
      const sandbox = await open({ diskBytes: 4 * 1024 * 1024 });
      const result = await sandbox.exec(
        "head -c 9000000 /dev/zero > big; echo $?; rm -f big; echo ok > small && cat small",
      );
      expect(text(result.stdout)).toMatch(/^[1-9]\d*\nok\n$/);
      expect(text(result.stderr)).toMatch(/space/i);
      expect(reached()).toEqual(["disk"]);
    });

    it("disk: a file that a program opened itself; what it removes is room again", async () => {
      const sandbox = await open({ diskBytes: 4 * 1024 * 1024 });
      const fill = "dd if=/dev/zero of=big bs=65536 count=144 && echo all";
      const result = await sandbox.exec(`${fill}; stat -c %s big; rm big; seq 100000 > small; wc -l < small`);
      expect(text(result.stdout)).toBe("4194304\n100000\n");
      expect(text(result.stderr)).toMatch(/No space left|File too large/);
      await sandbox.exec(fill);
      expect(reached()).toContain("disk");
    });

    it("disk: many files are bounded, too", async () => {
      const sandbox = await open({ diskBytes: 4 * 1024 * 1024 });
      const fill =
        "for i in {1..99}; do dd if=/dev/zero of=x$i bs=256K count=8 2> e || break; done; ((i < 99)) && echo ended";
      const result = await sandbox.exec(`${fill}; rm x*; echo ok > f; cat f`);
      expect(text(result.stdout)).toBe("ended\nok\n");
      expect(reached()).toContain("disk");
    });

    it("files: EMFILE", async () => {
      const sandbox = await open();
      await sandbox.exec("for i in {1..300}; do exec {fd}< /dev/null; done 2> /dev/null; echo");
      expect(reached()).toEqual(["files"]);
      await sandbox.exec("true");
      expect(reached()).toEqual(["files"]);
    });

    it("time: killed, status 137", async () => {
      const sandbox = await open();
      const result = await sandbox.exec("while :; do :; done", { timeoutMs: 200 });
      expect(result).toMatchObject({ status: 137, timedOut: true });
      expect(reached()).toEqual(["time"]);
    });

    it("output: what is over is dropped, and said", async () => {
      const sandbox = await open({ outputBytes: 10 });
      const result = await sandbox.exec("echo 123456; echo 123456");
      expect(result).toMatchObject({ status: 0, truncated: true });
      expect(result.stdout).toHaveLength(10);
      expect(reached()).toEqual(["output"]);
    });

    it("memory: a program that traps for want of it says so, 134", async () => {
      const sandbox = await open({ memoryBytes: 64 << 20 });
      const { status, stderr } = await sandbox.exec(
        `awk 'BEGIN { for (;; i++) a[i] = i "xxxxxxxxxxxxxxxxxx" }'`,
      );
      expect([status, text(stderr)]).toEqual([
        134,
        expect.stringMatching(/^awk: trap: .* \(memory: .*64 MiB.*\)$/m),
      ]);
      expect(reached()).toEqual(["memory"]);
    });

    it("memory: a module that wants more from the start does not run, 126", async () => {
      const sandbox = await open({ memoryBytes: 1 << 20 });
      const { status, stderr } = await sandbox.exec("cat /dev/null");
      expect([status, text(stderr)]).toEqual([
        126,
        "cat: needs 18 pages of memory, the limit is 16 (1 MiB)\n",
      ]);
    });

    it("memory: a program is given no more than the sandbox allows", async () => {
      const sandbox = await open({ memoryBytes: 192 * 1024 * 1024 });
      const result = await sandbox.exec("python3 -c 'len(bytearray(400 << 20))'");
      expect(result.status).toBe(1);
      expect(text(result.stderr)).toContain("MemoryError");
      expect(text((await sandbox.exec("python3 -c 'print(6 * 7)'")).stdout)).toBe("42\n");
    });

    it("memory: a program that goes on asking gets MemoryError, and can catch it", async () => {
      const sandbox = await open({ memoryBytes: 192 * 1024 * 1024 });
      const program =
        "a = []\ntry:\n    while True: a.append(bytearray(1 << 20))\nexcept MemoryError: del a; print('caught')";
      expect(text((await sandbox.exec('python3 -c "$1"', { args: [program] })).stdout)).toBe("caught\n");
    });

    it("time: Python that never ends is killed", async () => {
      const sandbox = await open();
      for (const program of ["while True: pass", "import time; time.sleep(60)", "sum(range(10 ** 12))"]) {
        const result = await sandbox.exec('python3 -c "$1"', { args: [program], timeoutMs: 300 });
        expect(result).toMatchObject({ status: 137, timedOut: true });
      }
    });
  },
);
