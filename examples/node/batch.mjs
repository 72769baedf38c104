// Twenty sandboxes over one base: each tries something of its own, none sees the others, and the best result is kept.
// `node batch.mjs`
import { baseOf, Sandbox } from "@shadowbox/sandbox";

// Read once, shared by all: a sandbox holds only what it changes.
const base = baseOf({
  "words.txt": "pear\napple\nplum\nfig\ncherry\n",
  "score.sh": "sort words.txt | head -n $1 | wc -c\n",
});

async function attempt(number) {
  const box = await Sandbox.create({ base });
  try {
    const { stdout } = await box.exec(`echo banana${number} >> words.txt; . ./score.sh`, {
      args: [String((number % 5) + 1)],
      timeoutMs: 20_000,
    });
    const score = Number(new TextDecoder().decode(stdout));
    return { number, score, patch: new TextDecoder().decode(box.diff()) };
  } finally {
    await box.close();
  }
}

const results = await Promise.all(Array.from({ length: 20 }, (_, number) => attempt(number)));
const best = results.reduce((a, b) => (b.score > a.score ? b : a));
console.log(`${results.length} sandboxes; number ${best.number} scored ${best.score}`);
console.log(best.patch);
