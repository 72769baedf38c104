import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

let bench: CliBench;
beforeEach(() => {
  bench = new CliBench({ "a.txt": "a\n", ".env": "KEY=1\n", "big/data": "d\n", ".git/config": "[core]\n" });
});
afterEach(() => bench.remove());

describe("what a box sees of a project", { timeout: 60_000 }, () => {
  it("is no secret, which is said once, until --include brings it", async () => {
    const first = await bench.run(["exec", "cat .env; ls -A"]);
    expect(first.stdout).toBe(".git\na.txt\nbig\n");
    expect(first.stderr).toMatch(/hid "\.env" from the box: it looks like a secret; --include "\.env"/);
    const second = await bench.run(["exec", "ls -A"]);
    expect(second.stderr).not.toMatch(/hid/);
    expect((await bench.run(["exec", "--include", ".env", "cat .env"])).stdout).toBe("KEY=1\n");
    expect((await bench.run(["exec", "cat .env"])).stdout).toBe("KEY=1\n");
  });

  it("is not what --exclude and .shadowboxignore name", async () => {
    bench.write(".shadowboxignore", "big/\n");
    expect((await bench.run(["exec", "--exclude", "a.*", "echo *"])).stdout).toBe("*\n");
    expect((await bench.run(["exec", "echo *"])).stdout).toBe("*\n");
    expect((await bench.run(["exec", "--exclude", "none", "echo *"])).stdout).toBe("a.txt\n");
  });

  it("cannot be changed in .git", async () => {
    const tries = "cat .git/config; echo x > .git/config; mkdir .git/hooks; rm -rf .git; mv .git git";
    const result = await bench.run(["exec", tries]);
    expect(result.stdout).toBe("[core]\n");
    expect(result.stderr).toMatch(/Read-only file system/);
    expect(JSON.parse((await bench.run(["status", "--json"])).stdout).changes).toEqual([]);
    expect((await bench.run(["exec", "cat .git/config"])).stdout).toBe("[core]\n");
  });

  it("is no FIFO in any folder, which is said once", async () => {
    execFileSync("mkfifo", [join(bench.project, "big/pipe")]);
    expect((await bench.run(["exec", "ls big"])).stderr).toMatch(/left out "big\/pipe": a fifo/);
    const again = await bench.run(["exec", "ls big"]);
    expect(again.stderr).not.toMatch(/fifo/);
    expect(again.stdout).toBe("data\n");
  });
});
