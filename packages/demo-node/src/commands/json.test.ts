import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { CliBench } from "../testing/cli.ts";

const DOC = readFileSync(fileURLToPath(new URL("../../../../docs/json.md", import.meta.url)), "utf8");

/** The schemas of docs/json.md by the name after their fence. */
const SCHEMAS = Object.fromEntries(
  [...DOC.matchAll(/^```json (\w+)\n([\s\S]*?)^```/gm)].map(([, name, text]) => [
    name,
    JSON.parse(text as string),
  ]),
);

function fits(name: string, value: unknown): void {
  const schema = { ...SCHEMAS[name], $defs: { changes: SCHEMAS.changes } };
  const result = z.fromJSONSchema(schema).safeParse(value);
  expect(result.success, `${name}: ${result.error?.message}`).toBe(true);
}

vi.setConfig({ testTimeout: 60_000 });

let bench: CliBench;
beforeAll(() => {
  bench = new CliBench({ "a.txt": "one\n", "b.txt": "two\n", "c.bin": "x\0y" });
});
afterAll(() => bench.remove());

/** In this order: each is run on what the ones before left. */
const RUNS: [name: string, args: string[]][] = [
  [
    "exec",
    [
      "exec",
      "--json",
      "echo more >> a.txt; mv b.txt d.txt; ln -s a.txt l; chmod +x a.txt; printf '\\0' > c.bin; mkdir e",
    ],
  ],
  ["exec", ["exec", "--json", "kill -9 $$"]],
  ["status", ["status", "--json"]],
  ["diff", ["diff", "--json"]],
  ["status", ["diff", "--json", "--stat"]],
  ["review", ["review", "--json"]],
  ["commit", ["commit", "--json", "--dry-run"]],
  ["commit", ["commit", "--json", "a.txt"]],
  ["undo", ["undo", "--json"]],
  ["undo", ["redo", "--json"]],
  ["discard", ["discard", "--json", "c.bin"]],
  ["log", ["log", "--json"]],
  ["doctor", ["doctor", "--json"]],
  ["sessions", ["sessions", "--json"]],
];

describe("docs/json.md", () => {
  it("has a schema for every command that is run here", () => {
    expect(Object.keys(SCHEMAS).sort()).toEqual(
      [...new Set([...RUNS.map(([name]) => name), "changes"])].sort(),
    );
  });

  it.each(RUNS)("says what %s prints", async (name, args) => {
    const { stdout } = await bench.run(args);
    const lines = stdout.trimEnd().split("\n");
    if (name !== "log") expect(lines).toHaveLength(1);
    for (const line of lines) fits(name, JSON.parse(line));
  });

  it("refuses what does not fit", () => {
    expect(() => fits("diff", { patch: 1 })).toThrow();
  });
});
