import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CliBench } from "../testing/cli.ts";

const FILES = 40;
const ROUNDS = 10;

function files(text: string): Record<string, string> {
  return Object.fromEntries(Array.from({ length: FILES }, (_, i) => [`f${i}.txt`, `${text} ${i}\n`]));
}

/** The times at which a run is killed: spread over what a whole one takes. */
async function killed(bench: CliBench, args: readonly string[], delayMs: number): Promise<void> {
  await bench.run(args, { started: (child) => setTimeout(() => child.kill("SIGKILL"), delayMs) });
}

describe("SIGKILL", () => {
  it("during exec leaves the project alone and the next start works", async () => {
    const bench = new CliBench(files("old"));
    const before = bench.digest();
    for (let round = 0; round < ROUNDS; round++) {
      await killed(
        bench,
        ["exec", "-q", "for f in *.txt; do echo more >> $f; done; while :; do :; done"],
        150 + 60 * round,
      );
      const next = await bench.run(["exec", "-q", `echo ${round} > round.txt; cat round.txt`]);
      expect(next).toMatchObject({ status: 0, stdout: `${round}\n` });
      expect(bench.digest()).toBe(before);
    }
    bench.remove();
  }, 120_000);

  it("during commit leaves every file old or all of them new", async () => {
    const bench = new CliBench(files("old"));
    for (let round = 0; round < ROUNDS; round++) {
      const text = `round ${round}`;
      await bench.run(["exec", "-q", `i=0; for f in *.txt; do echo "${text}" > $f; done`]);
      const before = contents(bench);
      await killed(bench, ["commit", "-y"], 120 + 25 * round);
      const status = await bench.run(["exec", "-q", "true"]);
      expect(status.status).toBe(0);
      const after = contents(bench);
      expect([before, Array(FILES).fill(`${text}\n`).join("")]).toContain(after);
      expect(readdirSync(bench.project)).toHaveLength(FILES);
      expect(await bench.run(["commit", "-y"])).toMatchObject({ status: 0 });
      expect(contents(bench)).toBe(Array(FILES).fill(`${text}\n`).join(""));
    }
    bench.remove();
  }, 180_000);
});

function contents(bench: CliBench): string {
  return Array.from({ length: FILES }, (_, i) => bench.read(`f${i}.txt`)).join("");
}
