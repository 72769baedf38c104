// Commits, undos and redos of random projects, each killed at a random call that changes the disk, with the loss of what was not
// synced: node bench/workspace-crash.mjs [--runs N] [--seed S]. Ends with status 1 at the first run that is not all or nothing.
import { parseArgs } from "node:util";
import { loadSource } from "../tools/load-source.mjs";

const { values } = parseArgs({
  options: { runs: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } },
});

const { crashRuns, crashRunsOfMany } = await loadSource("packages/workspace/src/node/testing-crash.ts");

const BATCH = 50;
const sum = { before: 0, after: 0 };
for (let done = 0; done < Number(values.runs); done += BATCH) {
  const seed = Number(values.seed) * 1_000_003 + done;
  // A fourth with many files at once, which are written in another way.
  const ends = (done / BATCH) % 4 === 3 ? crashRunsOfMany(seed, BATCH) : crashRuns(seed, BATCH);
  sum.before += ends.before;
  sum.after += ends.after;
  process.stderr.write(`\r${sum.before + sum.after} runs`);
}
process.stderr.write("\n");
console.log(
  `${sum.before + sum.after} crashes: ${sum.before} ended as before, ${sum.after} as after, 0 mixed`,
);
