// The shell on the host's own system, bundled for the tools of this folder.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const TOP = fileURLToPath(new URL("../..", import.meta.url));
const TESTING = join(TOP, "packages/shell/src/node/testing");

/** Bundles the shell: `SideBySide` of the tests, the command of a shell as a program, and the parser. */
export async function loadShell() {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-shell-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  const common = {
    ...{ bundle: true, platform: "node", target: "node20", format: "cjs", logLevel: "warning" },
    conditions: ["shadowbox-source"],
  };
  const program = join(folder, "bash.cjs");
  const library = join(folder, "library.cjs");
  await build({ ...common, entryPoints: [join(TESTING, "main.ts")], outfile: program });
  await build({ ...common, entryPoints: [join(TESTING, "side-by-side.ts")], outfile: library });
  const parser = join(folder, "parser.cjs");
  await build({ ...common, entryPoints: [join(TOP, "packages/shell/src/parse/parser.ts")], outfile: parser });
  const { SideBySide } = (await import(library)).default;
  const { parseScript } = (await import(parser)).default;
  const command = [process.execPath, "--stack-size=3900", program];
  return { SideBySide, command, parseScript };
}
