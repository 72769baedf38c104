// The parser alone, warm: 1 MB of script and five lines, the best of several rounds. node --stack-size=3900 bench/shell/parse.mjs
import { loadShell } from "./lib.mjs";
import { library } from "./library.mjs";

const FIVE =
  'cd /tmp\nfor f in *.txt; do\n  grep -n "$x" "$f" | head -5\n  echo "${f%.txt}: $?" >> log\ndone\n';

const { parseScript } = await loadShell();

/** The shortest time of `count` parses in `rounds` rounds, milliseconds each. */
function best(source, rounds, count) {
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < rounds; round++) {
    const began = performance.now();
    for (let i = 0; i < count; i++) {
      const script = parseScript(source);
      if (script.type !== "Script") throw new Error(`parse: ${script.messages[0].text}`);
    }
    least = Math.min(least, (performance.now() - began) / count);
  }
  return least;
}

const large = library(41_300);
console.log(
  `parse ${(large.length / 2 ** 20).toFixed(2)} MB      ${best(large, 12, 1).toFixed(1)} ms  bar 150`,
);
best(FIVE, 1, 50_000);
console.log(`parse five lines   ${(best(FIVE, 10, 20_000) * 1000).toFixed(2)} µs  bar 10`);
