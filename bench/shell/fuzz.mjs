// Random small scripts in bash and in ours: node bench/shell/fuzz.mjs [--from SEED] [--count N] [--parse] [--show N] [SEED…]
// --parse: only whether `bash -n` and our parser take a text, for scripts, nestings and heaps of tokens.
// Ends with 1 when any seed differs; every difference is to be fixed, or listed in docs/shell.md.
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { loadShell } from "./lib.mjs";
import { nestingOf, tokensOf } from "./nestings.mjs";
import { scriptOf } from "./scripts.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: "string", default: "1" },
    count: { type: "string", default: "10000" },
    parse: { type: "boolean", default: false },
    show: { type: "string", default: "20" },
  },
});

const { SideBySide, command, parseScript } = await loadShell();
const sides = new SideBySide([...command, "--fork-state"]);

/** What the two make of a script; messages by the text after the line number, where bash counts oddly. */
function run(seed) {
  const script = scriptOf(seed);
  const want = sides.inBash(script);
  const got = sides.inShell(script);
  return { script, same: want.output === got.output && want.status === got.status, want, got };
}

function parse(seed) {
  const script = [nestingOf, nestingOf, nestingOf, tokensOf, scriptOf][seed % 5](seed);
  const bash = spawnSync("bash", ["-n"], { input: script, encoding: "latin1" });
  const ours = parseScript(script);
  const want = {
    output: bash.stderr,
    status: bash.status !== 0 || /line \d+: (?!warning)/.test(bash.stderr) ? 2 : 0,
  };
  const messages = ours.type === "SyntaxError" ? ours.messages : [];
  const got = {
    output: messages.map(({ line, text }) => `bash: line ${line}: ${text}\n`).join(""),
    status: ours.type === "SyntaxError" ? 2 : 0,
  };
  return { script, same: want.status === got.status, want, got };
}

const first = Number(values.from);
const seeds = positionals.length
  ? positionals.map(Number)
  : Array.from({ length: Number(values.count) }, (_, i) => first + i);
const differing = [];
for (const seed of seeds) {
  const { script, same, want, got } = (values.parse ? parse : run)(seed);
  if (same) continue;
  differing.push(seed);
  if (differing.length <= Number(values.show))
    console.log(
      `---- seed ${seed}\n${script}\n-- bash ${want.status}\n${want.output}\n-- ours ${got.status}\n${got.output}`,
    );
}
sides.close();
console.log(
  `${seeds.length - differing.length} of ${seeds.length} do the same; differing: ${differing.slice(0, 200).join(" ")}`,
);
process.exit(differing.length ? 1 : 0);
