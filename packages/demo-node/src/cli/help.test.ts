import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";
import { wrap } from "./help.ts";

let bench: CliBench;
beforeAll(() => {
  bench = new CliBench({ "a.txt": "a\n" });
});
afterAll(() => bench.remove());

const NAMES = [
  ...[
    "exec",
    "status",
    "diff",
    "discard",
    "refresh",
    "import",
    "review",
    "commit",
    "undo",
    "redo",
    "export",
    "log",
    "show",
  ],
  ...["restore", "rewind", "blame", "net", "sessions", "mcp", "doctor", "bundle", "registry", "wasi"],
];

describe("shadowbox --help", { timeout: 60_000 }, () => {
  it("names every command, in 80 columns", async () => {
    const { stdout } = await bench.run(["--help"]);
    expect([...stdout.matchAll(/^ {2}([a-z]+) {2,}[A-Z]/gm)].map(([, name]) => name).sort()).toEqual(
      [...NAMES].sort(),
    );
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
  });

  it.each(["exec", "commit", "wasi"])(
    "of %s fits 80 columns and names its own options first",
    async (name) => {
      const { stdout } = await bench.run([name, "--help"]);
      expect(stdout).toContain(`Usage: shadowbox ${name} `);
      expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(80);
      expect(stdout.indexOf("--help")).toBeGreaterThan(stdout.indexOf("Common options:"));
    },
  );
});

describe("a command line that is wrong", { timeout: 60_000 }, () => {
  it.each([
    [["comit"], /^shadowbox: "comit" is no command; did you mean commit\?\n$/],
    [["lgo"], /did you mean log\?/],
    [["frobnicate"], /"frobnicate" is no command; shadowbox --help lists them/],
    [["exec", "--bogus"], /'--bogus'; shadowbox exec --help shows the options/],
    [["rewind", "0"], /^shadowbox: rewind: expected how many calls, 1 or more, got "0"\n$/],
    [["exec"], /^shadowbox: exec: expected a script, got none; try: /],
  ])("%j says what was meant, or where to look", async (args, message) => {
    expect(await bench.run(args)).toMatchObject({
      status: 2,
      stdout: "",
      stderr: expect.stringMatching(message),
    });
  });
});

describe("wrap()", () => {
  it.each([
    ["a bc def", 4, 0, "a bc\ndef"],
    ["a bc def", 4, 2, "a bc\n  def"],
    ["longer than room", 3, 0, "longer\nthan\nroom"],
    ["", 3, 0, ""],
  ])("%j in %d columns", (text, room, indent, wrapped) => {
    expect(wrap(text, room, indent)).toBe(wrapped);
  });
});
