// Random operations of box, user and commits against a plain model: node bench/workspace-model.mjs [--operations N] [--seed S]. Ends with
// status 1 at the first difference.
import { parseArgs } from "node:util";
import { loadSource } from "../tools/load-source.mjs";

const { values } = parseArgs({
  options: { operations: { type: "string", default: "100000" }, seed: { type: "string", default: "1" } },
});

const { Model } = await loadSource("packages/workspace/src/node/testing-model.ts");

const STEPS = 40;
let done = 0;
for (let seed = Number(values.seed) * 1_000_003; done < Number(values.operations); seed++) {
  const model = new Model(seed);
  try {
    for (let i = 0; i < STEPS; i++) model.step();
  } catch (error) {
    console.error(`seed ${seed}, ${done} operations: ${error.message}`);
    process.exit(1);
  }
  model.end();
  done += STEPS;
  if (done % 1000 === 0) process.stderr.write(`\r${done} operations`);
}
process.stderr.write("\n");
console.log(`${done} operations, 0 differences`);
