// `pnpm -C packages/demo-node start -- --project .`: pnpm hands on the `--` and this package's folder as the current one.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const args = process.argv.slice(2);
if (args[0] === "--") args.shift();
const cwd = process.env.INIT_CWD ?? process.cwd();
const program = join(dirname(fileURLToPath(import.meta.url)), "shadowbox.cjs");
process.exit(spawnSync(process.execPath, [program, ...args], { cwd, stdio: "inherit" }).status ?? 1);
