import { runCommand } from "./cli/run.ts";
import { commit, discard, log, redo, undo } from "./commands/change.ts";
import type { CliCommand } from "./commands/command.ts";
import { diff } from "./commands/diff.ts";
import { exportCommand, importCommand } from "./commands/exchange.ts";
import { exec } from "./commands/exec.ts";
import { blame, refresh, restore, rewind, show } from "./commands/snapshots.ts";
import { status } from "./commands/status.ts";

/** What needs nothing but the box. It is built by itself, without agent and models: `exec` must start fast. */
export const BOX: Readonly<Record<string, CliCommand>> = {
  exec,
  status,
  diff,
  commit,
  discard,
  undo,
  redo,
  refresh,
  log,
  show,
  restore,
  rewind,
  blame,
  export: exportCommand,
  import: importCommand,
};

/** Runs a command of the box; its exit status, or undefined when the arguments name another. */
export async function run([name, ...args]: readonly string[]): Promise<number | undefined> {
  const command = name === undefined || !Object.hasOwn(BOX, name) ? undefined : BOX[name];
  return command && runCommand(command, args);
}
