import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

let bench: CliBench;
beforeEach(() => {
  bench = new CliBench({ "a.txt": "one\ntwo\nthree\n", "b.txt": "b\n" });
});
afterEach(() => bench.remove());

describe("snapshots and merges on the command line", { timeout: 120_000 }, () => {
  it("are listed, shown, compared, blamed and gone back to", async () => {
    await bench.run(["exec", "-q", "echo four >> a.txt"]);
    await bench.run(["exec", "-q", "rm b.txt; echo five >> a.txt"]);
    const log = (await bench.run(["log", "--json"])).stdout.trim().split("\n");
    expect(log.map((line) => JSON.parse(line).snapshot)).toEqual([2, 1]);
    expect((await bench.run(["log"])).stdout).toMatch(/^ +2 [\d :-]+ \S+ exec rm b\.txt; .* \(0\)\n +1 /);
    expect((await bench.run(["show", "2"])).stdout).toMatch(/\+five[\s\S]*deleted file mode/);
    for (const range of [
      ["0", "1"],
      ["--since", "0", "--until", "1"],
    ])
      expect((await bench.run(["diff", ...range])).stdout).toMatch(/\+four\n$/);
    expect((await bench.run(["diff", "1", "0"])).stdout).toMatch(/-four\n$/);
    expect((await bench.run(["diff", "1", "9"])).stderr).toMatch(/find snapshot 9: expected 1 to 2/);
    expect((await bench.run(["diff", "2", "0", "a.txt", "-U", "0"])).stdout).toMatch(
      /@@ -4,2 \+3,0 @@.*\n-four\n-five\n$/,
    );
    expect((await bench.run(["diff", "1", "2", "x"])).stderr).toMatch(/select "x": nothing changed there/);
    expect((await bench.run(["diff", "1", "./2"])).stderr).toMatch(/"1"/);
    const blame = (await bench.run(["blame", "a.txt"])).stdout.split("\n");
    expect(blame[0]).toMatch(/^ +1 one$/);
    expect(blame[4]).toMatch(/^2 .*rm b\.txt.* 5 five$/);
    expect((await bench.run(["rewind"])).stdout).toMatch(
      /2 paths as after snapshot 1; 1 file changed, \+1 -0/,
    );
    expect((await bench.run(["restore", "2", "b.txt"])).stdout).toMatch(
      /^b\.txt\n1 path as after snapshot 2/,
    );
    expect((await bench.run(["show", "99"])).stderr).toMatch(/find snapshot 99: expected 1 to 4/);
  });

  it("take a file whose name is no UTF-8, as the shell gives it", async () => {
    await bench.run(["exec", "-q", "echo 1 > $'bad\\xff'; echo 2 > other"]);
    expect((await bench.run(["diff", "--name-only", "./bad\ufffd"])).stdout).toBe('"bad\\xff"\n');
  });

  it("are not mistaken for files whose names are numbers", async () => {
    await bench.run(["exec", "-q", "echo one > 0; echo two > 1"]);
    const both = await bench.run(["diff", "0", "1"]);
    expect([both.status, both.stderr]).toEqual([
      2,
      expect.stringMatching(/name of a changed file.*\.\/0 for the file/),
    ]);
    expect((await bench.run(["diff", "./0", "./1"])).stdout).toMatch(/\+one\n[\s\S]*\+two\n$/);
  });

  it("brings both sides' edits together", async () => {
    await bench.run(["exec", "-q", "echo box >> a.txt; cat b.txt; echo box > b.txt"]);
    bench.write("a.txt", "user\ntwo\nthree\n");
    bench.write("b.txt", "user\n");
    const refresh = await bench.run(["refresh"]);
    expect(refresh.stdout).toMatch(/a\.txt: merged\n.*b\.txt: merged with 1 conflict, marked in the box/);
    expect(refresh.status).toBe(1);
    await bench.run(["commit", "-y", "a.txt"]);
    expect(bench.read("a.txt")).toBe("user\ntwo\nthree\nbox\n");
    expect(bench.read("b.txt")).toBe("user\n");
  });

  it("takes one answer for all conflicts of a folder", async () => {
    await bench.run(["exec", "-q", "mkdir d; echo box > d/c; echo box > b.txt; echo box > a.txt"]);
    for (const name of ["a.txt", "b.txt", "d/c"]) bench.write(name, "user\n");
    const dry = await bench.run(["commit", "--dry-run"]);
    expect(dry.stdout).toContain("b.txt: changed in the project, answer --merge, --theirs, --ours or --skip");
    expect((await bench.run(["commit", "-y", "--theirs", "."])).status).toBe(0);
    expect(["a.txt", "b.txt", "d/c"].map((name) => bench.read(name))).toEqual(["box\n", "box\n", "box\n"]);
    expect((await bench.run(["undo"])).stdout).toBe("took back commit 000001 (3 paths)\n");
    expect(bench.read("d/c")).toBe("user\n");
    for (const name of ["a.txt", "b.txt", "d/c"]) bench.write(name, "later\n");
    const mixed = ["--ours", "d/", "--theirs", "a.txt", "--skip", "b.txt"];
    expect((await bench.run(["commit", "-y", ...mixed])).status).toBe(0);
    expect(["a.txt", "b.txt", "d/c"].map((name) => bench.read(name))).toEqual([
      "box\n",
      "later\n",
      "later\n",
    ]);
  });
});
