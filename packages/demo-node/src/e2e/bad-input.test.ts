import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

const BIN = fileURLToPath(new URL("../../bin/shadowbox.cjs", import.meta.url));
const benches: CliBench[] = [];
const listening: ChildProcess[] = [];
afterAll(() => {
  for (const child of listening) child.kill();
  for (const bench of benches) bench.remove();
});

function benchOf(files: Record<string, string> = { "a.txt": "a\n" }): CliBench {
  const bench = new CliBench(files);
  benches.push(bench);
  return bench;
}

/** The state folder of the bench's project. */
function stateOf(bench: CliBench): string {
  const root = join(bench.folder, "state/shadowbox");
  return join(root, readdirSync(root)[0] as string);
}

/** One line that says it. */
const saying = (text: string | RegExp) =>
  expect.stringMatching(new RegExp(`^shadowbox: .*${typeof text === "string" ? text : text.source}.*\n$`));

/** Runs it with a limit of the shell's `ulimit`, in KiB. */
function limited(bench: CliBench, kibibytes: number, args: string[]) {
  const script = `ulimit -f ${kibibytes}; exec "$@"`;
  const command = ["-c", script, "bash", process.execPath, BIN, ...args];
  return spawnSync("bash", command, { cwd: bench.project, env: bench.env, encoding: "utf8" });
}

describe("a place that cannot be", { timeout: 60_000 }, () => {
  it("is no folder, is said, and nothing is made", async () => {
    const bench = benchOf();
    for (const command of ["exec", "status"]) {
      const { stderr } = await bench.run([
        command,
        "--project",
        "nope",
        ...(command === "exec" ? ["true"] : []),
      ]);
      expect(stderr).toEqual(saying("open project .*nope.*no such file or directory"));
    }
    expect(existsSync(join(bench.folder, "state"))).toBe(false);
  });

  it("is a project that may not be read", () => {
    const bench = benchOf();
    chmodSync(bench.folder, 0o755);
    chmodSync(bench.project, 0o300);
    // Root reads everything: somebody else then.
    const somebody = process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : {};
    const args = ["exec", "ls", "--project", bench.project, "--state", join(bench.folder, "other")];
    const run = spawnSync(process.execPath, [BIN, ...args], {
      ...somebody,
      env: bench.env,
      encoding: "utf8",
    });
    chmodSync(bench.project, 0o755);
    expect(run).toMatchObject({
      status: 125,
      stderr: saying(/permission denied \(EACCES\); check who may read/),
    });
  });

  it("is a state inside the project, or the other way round", async () => {
    const bench = benchOf();
    const before = bench.digest();
    const inside = await bench.run(["exec", "true", "--state", "state/below"]);
    expect(inside).toMatchObject({
      status: 125,
      stderr: saying("inside the project .*; choose another place with --state"),
    });
    expect(bench.digest()).toBe(before);
    mkdirSync(join(bench.folder, "kept/project"), { recursive: true });
    const around = await bench.run(["exec", "true", "--project", "../kept/project", "--state", "../kept"]);
    expect(around).toMatchObject({
      status: 125,
      stderr: saying("inside the state folder .*; choose another project"),
    });
  });
});

describe("a state that cannot be used", { timeout: 60_000 }, () => {
  it("is of a newer format, and stays as it is", async () => {
    const bench = benchOf();
    await bench.run(["exec", "-q", "echo b > b.txt"]);
    const meta = join(stateOf(bench), "meta.json");
    const text = readFileSync(meta, "utf8");
    writeFileSync(meta, text.replace('"version":1', '"version":7'));
    for (const args of [["status"], ["exec", "true"], ["commit", "-y"]])
      expect((await bench.run(args)).stderr).toEqual(
        saying("expected format 1 or older, got 7; use the newer"),
      );
    writeFileSync(meta, text);
    expect((await bench.run(["status"])).stdout).toContain("A b.txt");
  });

  it("has a damaged end: what is whole is restored, the rest kept and said once", async () => {
    const bench = benchOf();
    await bench.run(["exec", "-q", "echo b > b.txt"]);
    const journal = join(stateOf(bench), "journal");
    appendFileSync(journal, "\0garbage at the end");
    const first = await bench.run(["exec", "cat b.txt"]);
    expect(first).toMatchObject({
      status: 0,
      stdout: "b\n",
      stderr: expect.stringContaining(`kept as "${journal}.cut"`),
    });
    expect(readFileSync(`${journal}.cut`, "latin1")).toBe("\0garbage at the end");
    expect((await bench.run(["exec", "cat b.txt"])).stderr).not.toContain("journal");
  });

  it.each(["hello\n", "no journal at all, and long"])(
    "is another file (%j), which is left alone",
    async (text) => {
      const bench = benchOf();
      await bench.run(["exec", "-q", "true"]);
      const journal = join(stateOf(bench), "journal");
      writeFileSync(journal, text);
      expect(await bench.run(["exec", "true"])).toMatchObject({
        status: 125,
        stderr: saying("open journal: .*move the file away"),
      });
      expect(readFileSync(journal, "utf8")).toBe(text);
    },
  );
});

describe("a disk that is full", { timeout: 60_000 }, () => {
  it("fails a commit, which leaves project and box as they were", async () => {
    const bench = benchOf({ "a.txt": "a\n", "b.txt": "b\n" });
    await bench.run([
      "exec",
      "-q",
      "for i in {1..40000}; do echo line $i; done | tee c.txt d.txt > e.txt; echo more >> a.txt",
    ]);
    const [before, status] = [bench.digest(), (await bench.run(["status"])).stdout];
    const full = limited(bench, 600, ["commit", "-y"]);
    expect(full).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/change .*EFBIG.*try again; everything is as it was\n$/),
    });
    expect(bench.digest()).toBe(before);
    expect((await bench.run(["status"])).stdout).toBe(status);
    expect((await bench.run(["commit", "-y"])).status).toBe(0);
    expect(bench.read("e.txt")).toContain("line 40000\n");
  });

  it("fails to keep what a script did, and what was kept before stays", async () => {
    const bench = benchOf();
    await bench.run(["exec", "-q", "echo b > b.txt"]);
    const full = limited(bench, 200, ["exec", "-q", "for i in {1..40000}; do echo line $i; done > c.txt"]);
    expect(full).toMatchObject({
      status: 125,
      stderr: saying("the storage is full; what was kept before is whole"),
    });
    expect((await bench.run(["exec", "ls"])).stdout).toBe("a.txt\nb.txt\n");
  });
});

describe("files of a project", { timeout: 60_000 }, () => {
  it("are sockets, which are left out and said once", async () => {
    const bench = benchOf();
    const script = "require('net').createServer().listen('sock', () => console.log('ready'))";
    const server = spawn(process.execPath, ["-e", script], {
      cwd: bench.project,
      stdio: ["ignore", "pipe", "ignore"],
    });
    listening.push(server);
    await new Promise((ready) => server.stdout.once("data", ready));
    const first = await bench.run(["exec", "ls"]);
    expect(first).toMatchObject({
      stdout: "a.txt\n",
      stderr: expect.stringContaining('left out "sock": a socket'),
    });
    expect((await bench.run(["exec", "ls"])).stderr).not.toContain("sock");
  });

  it("are links out of it and in circles: shown as links, never followed", async () => {
    const bench = benchOf();
    mkdirSync(join(bench.folder, "outside"));
    writeFileSync(join(bench.folder, "outside/secret"), "secret\n");
    for (const [target, name] of [
      ["../outside", "out"],
      ["../outside/secret", "file"],
      ["two", "one"],
      ["one", "two"],
      [".", "self"],
    ] as const)
      symlinkSync(target, join(bench.project, name));
    const { stdout } = await bench.run([
      "exec",
      "readlink out file one; cat out/secret file one 2>&1; echo x > out/new; find . | wc -l; ln -sf ../outside/new made",
    ]);
    expect(stdout).toMatch(/^\.\.\/outside\n\.\.\/outside\/secret\ntwo\n/);
    expect(stdout).not.toMatch(/^secret$/m);
    expect(readdirSync(join(bench.folder, "outside"))).toEqual(["secret"]);
    expect((await bench.run(["diff"])).stdout).toContain("new file mode 120000");
  });

  it("have lines of 10,000 characters, and bytes that are no text", async () => {
    const line = (i: number) => `${i}:${"x".repeat(9_990)}\n`;
    const bench = benchOf({ "long.txt": Array.from({ length: 300 }, (_, i) => line(i)).join("") });
    bench.write(
      "blob",
      Uint8Array.from({ length: 5000 }, (_, i) => (i * 7) % 256),
    );
    await bench.run(["exec", "-q", "sed -i '150s/x$/y/' long.txt; printf '\\0\\1' >> blob"]);
    const { stdout } = await bench.run(["diff"]);
    expect(stdout.split("\n").filter((text) => /^[+-]\d/.test(text)).length).toBe(2);
    expect(stdout).toContain("Binary files a/blob and b/blob differ");
    expect((await bench.run(["commit", "-y"])).status).toBe(0);
    expect(execFileSync("tail", ["-c", "2", join(bench.project, "blob")])).toEqual(Buffer.from([0, 1]));
  });
});
