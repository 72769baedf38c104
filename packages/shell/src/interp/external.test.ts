import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterAll, expect, it } from "vitest";
import { NodeSystem } from "../node/testing/node-system.ts";
import type { WaitResult } from "../system.ts";
import { Shell } from "./shell.ts";

const root = fs.mkdtempSync(path.join(os.tmpdir(), "external-test-"));
afterAll(() => fs.rmSync(root, { recursive: true, force: true }));

const INTERRUPT = 1 << 2;

/** Tells of the end of a child before it tells of the SIGINT that both of them got. */
class LateSystem extends NodeSystem {
  readonly #met: number;
  #isDue = false;

  constructor(output: number, met: number) {
    const input = fs.openSync("/dev/null", "r");
    super({ forkCommand: [], stdio: [input, output, output] });
    this.#met = met;
  }

  override wait(pid: number, noHang: boolean): WaitResult | undefined | number {
    const result = super.wait(pid, noHang);
    if (typeof result !== "object") return result;
    this.#isDue = true;
    return { ...result, met: this.#met };
  }

  override takeSignals(): number {
    const signals = super.takeSignals() | (this.#isDue ? INTERRUPT : 0);
    this.#isDue = false;
    return signals;
  }
}

it.each([
  ["goes on where its child took the signal", INTERRUPT, { output: "after\n", status: 0 }],
  ["ends by it where its child had not met it", 0, { output: "", status: 256 + 2 }],
])("a shell that hears of SIGINT after its child's end %s", (_, met, expected) => {
  const file = path.join(root, `output-${met}`);
  const system = new LateSystem(fs.openSync(file, "a"), met);
  const status = new Shell(system, { env: ["PATH=/usr/bin:/bin"] }).main(["-c", "/bin/true; echo after"]);
  expect({ output: fs.readFileSync(file, "utf8"), status }).toEqual(expected);
});
