import { type ChildProcess, spawn } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Sandbox } from "../index.ts";
import { FOLLOW, O, open, read, vector } from "./conformance/scenario.ts";
import { type Call, callsModule, fd, MEM, readAnswers } from "./testing/calls.ts";
import { ATTEMPTS, linksOut } from "./testing/escapes.ts";
import { runBytes } from "./testing/run-bytes.ts";

/** Bytes that must never come out of a box, and whose files must never change. */
const CANARY = "CANARY-7f3a";

let outer: string;
let root: string;
let state: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "shadowbox-state-"));
  outer = mkdtempSync(join(tmpdir(), "shadowbox-escape-"));
  root = join(outer, "root");
  mkdirSync(join(root, "dir/sub"), { recursive: true });
  mkdirSync(join(outer, "secrets"));
  mkdirSync(join(outer, "root-beside"));
  for (const path of ["canary", "secrets/key", "root-beside/key"]) writeFileSync(join(outer, path), CANARY);
  writeFileSync(join(root, "file"), "inside");
  for (const [name, target] of Object.entries(linksOut(outer))) symlinkSync(target, join(root, name));
});
afterEach(() => {
  for (const path of [outer, state]) rmSync(path, { recursive: true, force: true, maxRetries: 20 });
});

/** Everything outside the root, with contents. */
function outside(): string {
  const lines: string[] = [];
  const visit = (path: string): void => {
    const facts = lstatSync(path);
    if (path === root) return;
    if (facts.isDirectory()) for (const name of readdirSync(path).sort()) visit(join(path, name));
    const content = facts.isSymbolicLink()
      ? readlinkSync(path)
      : facts.isFile()
        ? readFileSync(path, "utf8")
        : "";
    lines.push(`${path} ${facts.mode} ${content}`);
  };
  visit(outer);
  return lines.join("\n");
}

/** Swaps a directory of the root for a link to what is outside, as fast as it can. */
function startSwapping(): ChildProcess {
  const script = `cd "$0" || exit 1
    mkdir -p real; echo inside > real/canary; ln -sfn .. fake
    while :; do mv -T real swap; mv -T fake real; mv -T swap fake; mv -T real swap; mv -T fake real; mv -T swap fake; done`;
  // A group of its own: the mv that is under way ends with its shell.
  return spawn("bash", ["-c", script, root], { stdio: "ignore", detached: true });
}

describe.each(["v8", "wasmtime"] as const)("a module on %s", (engine) => {
  const run = (calls: readonly Call[]) =>
    runBytes(callsModule(calls), {
      engine,
      folders: [{ host: root, guest: "/" }],
      writeBack: true,
      state,
    });

  it(`does not get outside by ${ATTEMPTS.length} paths`, async () => {
    const before = outside();
    const printed = await run(ATTEMPTS);
    const answers = readAnswers(ATTEMPTS, printed.stdout);
    const through = ATTEMPTS.filter((_, index) => answers[index] === 0).map((call) =>
      call.map(String).join(" "),
    );
    expect(through).toEqual([]);
    expect(answers).not.toContain("missing");
    expect(outside()).toBe(before);
  });

  it("does not get outside by links that it makes or moves itself", async () => {
    const before = outside();
    const calls: Call[] = [
      ...["..", "../canary", "dir/../../canary"].flatMap((target, index): Call[] => [
        ["path_symlink", target, 3, `mine-${index}`],
        open(`mine-${index}`, { follow: FOLLOW }),
        open(`mine-${index}/canary`, { follow: FOLLOW }),
      ]),
      // A link that is harmless where it is made, and not where it is moved.
      ["path_symlink", "../file", 3, "dir/sub/near"],
      ["path_rename", 3, "dir/sub/near", 3, "near"],
      open("near", { follow: FOLLOW }),
      ["path_symlink", "../../canary", 3, "dir/sub/near"],
      ["path_rename", 3, "dir/sub", 3, "moved"],
      open("moved/near", { follow: FOLLOW }),
      // A directory that is open while its parents move.
      open("moved", { oflags: O.DIRECTORY, slot: 1 }),
      ["path_rename", 3, "moved", 3, "dir/again"],
      open("..", { from: fd(1) }),
      open("../../../canary", { from: fd(1) }),
      open("../canary", { from: fd(1) }),
    ];
    const printed = await run(calls);
    const answers = readAnswers(calls, printed.stdout);
    const opened = calls.filter((call, index) => call[0] === "path_open" && answers[index] === 0);
    expect(opened).toHaveLength(1);
    expect(outside()).toBe(before);
  });

  it("does not read what is outside while a directory is swapped for a link", async () => {
    const swapper = startSwapping();
    try {
      const one: Call[] = [
        ["poke", MEM.fd(0), 99],
        open("real/canary", { follow: FOLLOW }),
        ...read(fd(0), 16),
        ["fd_close", fd(0)],
      ];
      const calls = Array.from({ length: 400 }, () => one).flat();
      const printed = await runBytes(callsModule(calls), {
        engine,
        folders: [{ host: root, guest: "/" }],
        ...(engine === "wasmtime" && { writeBack: true }),
      });
      expect(printed.stdout.includes(CANARY)).toBe(false);
    } finally {
      const ended = new Promise((resolve) => swapper.once("close", resolve));
      process.kill(-(swapper.pid as number), "SIGKILL");
      await ended;
    }
  });

  it("does not get outside when the folder given is itself a link", async () => {
    symlinkSync(root, join(outer, "link-to-root"));
    const calls: Call[] = [
      open("../canary"),
      open(".."),
      open("up/canary", { follow: FOLLOW }),
      open("file"),
      vector(1),
    ];
    const printed = await runBytes(callsModule(calls), {
      engine,
      folders: [{ host: join(outer, "link-to-root"), guest: "/" }],
    });
    expect(readAnswers(calls, printed.stdout).map((answer) => answer === 0)).toEqual([
      false,
      false,
      false,
      true,
      false,
    ]);
  });
});

describe("a script in a sandbox", () => {
  const scripts = [
    "cat ../canary ../../canary /canary",
    "cat up/canary up-canary absolute-canary dir/sub/inside-out a/canary",
    `cat "$OUTER/canary"; cat < "$OUTER/canary"`,
    "cat /proc/self/root/canary /proc/self/cwd/../canary /proc/1/root/canary",
    "cat /dev/fd/3/../canary /proc/self/fd/3/canary",
    `ln -s "$OUTER" mine; cat mine/canary; ln -s "$OUTER/canary" leaf; cat leaf`,
    `ln "$OUTER/canary" hard; cat hard; cp "$OUTER/canary" copy; cat copy`,
    `cd ..; cd ..; cd ..; cat canary; cd "$OUTER" && cat canary`,
    `mv "$OUTER/canary" taken; cat taken; mv dir "$OUTER/made"`,
    `echo changed > ../canary; echo changed > "$OUTER/canary"; echo changed > up-canary; echo changed > new`,
    `rm -rf ../canary "$OUTER" up/canary absolute/canary beside`,
    `mkdir -p ../made up/made "$OUTER/made"; touch ../made2 "$OUTER/made2"`,
    `. ../canary; . "$OUTER/canary"; exec 9< "$OUTER/canary"; cat <&9`,
    `for i in 1 2 3 4 5 6 7 8 9; do cd ..; cat canary secrets/key; done; cat */canary`,
    `PATH="$OUTER:..:$PATH" canary; "$OUTER/canary"; ../canary`,
    `printf '%s\\n' "$(<"$OUTER/canary")" "$(<../canary)"`,
  ];

  it.each(scripts)("%s", async (script) => {
    const before = outside();
    const sandbox = await Sandbox.create({ project: root });
    try {
      const { stdout, stderr } = await sandbox.exec(script, { env: { OUTER: outer }, timeoutMs: 15_000 });
      expect(`${stdout}${stderr}`).not.toContain(CANARY);
      expect(outside()).toBe(before);
    } finally {
      await sandbox.close();
    }
  });
});
