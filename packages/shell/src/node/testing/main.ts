import fs from "node:fs";
import v8 from "node:v8";
import { Shell } from "../../interp/shell.ts";
import { NodeSystem } from "./node-system.ts";

/** Entry of the test double as a program `bash`: bundled by the conformance driver, never shipped. */
function main(): void {
  const [, script, ...args] = process.argv as [string, string, ...string[]];
  const argv0 = process.env.__SBX_ARGV0 ?? "bash";
  delete process.env.__SBX_ARGV0;
  const env = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
  const system = new NodeSystem({
    forkCommand: [process.execPath, "--stack-size=3900", script, "--fork-state"],
  });
  const path = process.env.SBX_BASH ?? "/bin/bash";
  let status: number;
  if (args[0] === "--fork-state") {
    const file = args[1] as string;
    const state: unknown = v8.deserialize(fs.readFileSync(file));
    fs.rmSync(file);
    status = new Shell(system, { argv0, path }).runState(state);
  } else status = new Shell(system, { argv0, env, path }).main(args);
  if (status >= 256) {
    process.removeAllListeners();
    try {
      process.kill(process.pid, status - 256);
    } catch {
      // A signal that the host does not have.
    }
    status = 128 + status - 256;
  }
  process.exit(status);
}

main();
