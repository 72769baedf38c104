// Random small scripts in bash and in ours: node --stack-size=3900 bench/shell/fuzz.mjs [--from SEED] [--count N] [--show N] [SEED…]
// --parse: only whether `bash -n` and our parser take a text, for scripts, nestings and heaps of tokens; with --corpus FILE.jsonl,
// given any number of times, for the scripts of conformance cases.
// Ends with 1 when anything differs that bench/shell/known.mjs does not list.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { KNOWN_PARSES, KNOWN_RUNS, knownReason } from "./known.mjs";
import { loadShell } from "./lib.mjs";
import { nestingOf, tokensOf } from "./nestings.mjs";
import { scriptOf } from "./scripts.mjs";

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    from: { type: "string", default: "1" },
    count: { type: "string", default: "10000" },
    parse: { type: "boolean", default: false },
    corpus: { type: "string", multiple: true, default: [] },
    show: { type: "string", default: "20" },
  },
});

const { SideBySide, command, parseScript } = await loadShell();
const sides = new SideBySide([...command, "--fork-state"]);

/** How long bash has for a script, ms; the status that tells it took longer. */
const LIMIT_MS = 5000;
const TIMED_OUT = 124;
let endless = 0;

/** What the two make of a script. */
function run(script) {
  const want = sides.inBash(script, LIMIT_MS);
  // Some of them never end (`u=k=0; while ((k++ < 2)); do ((u)); done`); ours runs in this thread, where nothing would stop it.
  if (want.status === TIMED_OUT) {
    endless++;
    return { same: true, want, got: want };
  }
  const got = sides.inShell(script);
  return { same: want.output === got.output && want.status === got.status, want, got };
}

function parse(script) {
  const bash = spawnSync("bash", ["-n"], { input: script, encoding: "utf8" });
  // Bash reads it from its input, where a last line without its end gets one.
  const ours = parseScript(script.endsWith("\\") ? `${script}\n` : script);
  const want = {
    output: bash.stderr,
    status: bash.status !== 0 || /line \d+: (?!warning)/.test(bash.stderr) ? 2 : 0,
  };
  const messages = ours.type === "SyntaxError" ? ours.messages : [];
  const got = {
    output: messages.map(({ line, text }) => `bash: line ${line}: ${text}\n`).join(""),
    // `[[ ]]` ends bash's reading without a word and with 0.
    status: messages.some(({ text }) => text !== "") ? 2 : 0,
  };
  return { same: want.status === got.status, want, got };
}

/** [name, script] of everything that is to be compared. */
function* scripts() {
  if (values.corpus.length > 0) {
    for (const file of values.corpus)
      for (const line of readFileSync(file, "utf8").split("\n").filter(Boolean)) {
        const { id, script } = JSON.parse(line);
        if (typeof script === "string") yield [id, script];
      }
    return;
  }
  const first = Number(values.from);
  const seeds = positionals.length
    ? positionals.map(Number)
    : Array.from({ length: Number(values.count) }, (_, i) => first + i);
  for (const seed of seeds) {
    const make = values.parse ? [nestingOf, nestingOf, nestingOf, tokensOf, scriptOf][seed % 5] : scriptOf;
    yield [String(seed), make(seed)];
  }
}

const compare = values.parse ? parse : run;
const known = values.parse ? KNOWN_PARSES : KNOWN_RUNS;
const listed = new Map();
const differing = [];
let total = 0;
for (const [name, script] of scripts()) {
  if (++total % 500 === 0) console.error(`${total} so far, ${differing.length} otherwise`);
  if (process.env.VERBOSE) console.error(name);
  const { same, want, got } = compare(script);
  if (same) continue;
  const reason = knownReason(known, script, want.output, got.output);
  if (reason !== undefined) {
    listed.set(reason, [...(listed.get(reason) ?? []), name]);
    continue;
  }
  differing.push(name);
  if (differing.length <= Number(values.show))
    console.log(
      `---- ${name}\n${script}\n-- bash ${want.status}\n${want.output}\n-- ours ${got.status}\n${got.output}`,
    );
}
sides.close();
if (endless > 0) console.log(`${endless} never end in bash`);
const expected = [...listed.values()].flat().length;
console.log(
  `${total - differing.length - expected} of ${total} do the same, ${expected} differ as listed, ${differing.length} otherwise`,
);
for (const [reason, names] of listed)
  console.log(`  ${names.length} × ${reason} (${names.slice(0, 5).join(" ")})`);
if (differing.length) console.log(`otherwise: ${differing.slice(0, 200).join(" ")}`);
process.exit(differing.length ? 1 : 0);
