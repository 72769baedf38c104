// How long the shell goes on after it is told to end, in the middle of what it does itself: node bench/shell/kill.mjs [--rounds N] [--interrupt]
// The worst of the rounds each, milliseconds; ends with 1 above the bar of 100. `--interrupt`: SIGINT in a session, whose shell has to outlive it.
import { parseArgs } from "node:util";
import { Sandbox } from "../../packages/sandbox/dist/index.js";

const BAR_MS = 100;
const SCRIPTS = {
  "a loop without commands": "while :; do :; done",
  "an arithmetic loop": "for ((;;)); do ((i++)); done",
  "a condition": "until [[ a == b ]]; do [[ a =~ b ]]; done",
  "recursion between functions": "f() { local i=$1; ((i < 100)) && f $((i + 1)); }; while :; do f 0; done",
  "read from a pipe that is silent": "sleep 60 | read x",
  "read with a timeout": "read -t 60 x < <(sleep 60)",
  sleep: "sleep 60",
  "wait for a job": "sleep 60 > /dev/null 2>&1 & wait",
  substitutions: "while :; do x=$(echo $(echo a)); done",
  "the largest brace expansion": "for ((;;)); do : {1..4000000}; done",
  "brace expansion of 10^6 words": "while :; do : {1..1000000}; done",
  "patterns on a long text": "x=$(printf '%05000d' 0); while :; do : ${x//*0*0*0*1/y}; done",
  "a regex on a long text": 'x=$(printf "%05000d" 0); while :; do [[ $x =~ (0*)*1 ]]; done',
  "growing text": "x=a; while :; do x+=$x; x=${x:0:1000000}; done",
  "an array of 10^6 elements": "while :; do a=({1..1000000}); done",
};

const { values } = parseArgs({
  options: { rounds: { type: "string", default: "3" }, interrupt: { type: "boolean", default: false } },
});
const how = values.interrupt ? "interrupt" : "signal";
const box = await Sandbox.create();
let late = 0;
for (const [what, script] of Object.entries(SCRIPTS)) {
  const times = [];
  for (let i = 0; i < Number(values.rounds); i++) {
    const stop = new AbortController();
    const run = box.exec(`kept=${i}; ${script}`, { [how]: stop.signal, session: values.interrupt });
    await new Promise((done) => setTimeout(done, 250 + 40 * i));
    const from = performance.now();
    stop.abort();
    await run;
    times.push(performance.now() - from);
    if (values.interrupt) await mustBeKept(i);
  }
  const worst = Math.max(...times);
  if (worst > BAR_MS) late++;
  console.log(
    `${what.padEnd(34)} ${worst.toFixed(0).padStart(5)} ms${worst > BAR_MS ? "  above the bar" : ""}`,
  );
}
await box.close();

/** What the interrupted script had done to the session is there. */
async function mustBeKept(value) {
  const { stdout } = await box.exec("echo $kept; unset a x; kill $(jobs -p) 2> /dev/null; :", {
    session: true,
  });
  if (new TextDecoder().decode(stdout) !== `${value}\n`) throw new Error("the session was lost");
}

process.exit(late ? 1 : 0);
