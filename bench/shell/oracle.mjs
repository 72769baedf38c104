// Scripts of a file, parted by lines of `####`, in bash and in ours: node bench/shell/oracle.mjs FILE…
import { readFileSync } from "node:fs";
import { loadShell } from "./lib.mjs";

const { SideBySide, command } = await loadShell();
const sides = new SideBySide([...command, "--fork-state"]);
let failed = 0;
let count = 0;
for (const file of process.argv.slice(2)) {
  for (const script of readFileSync(file, "utf8").split(/^####.*\n/m)) {
    if (script.trim() === "") continue;
    count++;
    if (process.env.VERBOSE) console.log(`running ${script.split("\n")[0]}`);
    const want = sides.inBash(script);
    const got = sides.inShell(script);
    if (want.output === got.output && want.status === got.status) continue;
    failed++;
    console.log(
      `---- script\n${script.trimEnd()}\n-- bash ${want.status}\n${want.output}-- ours ${got.status}\n${got.output}`,
    );
  }
}
sides.close();
console.log(`${count - failed} of ${count} scripts do the same`);
process.exit(failed ? 1 : 0);
