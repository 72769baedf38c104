import { CliError, EXIT } from "./cli/errors.ts";
import { helpText, parse } from "./cli/options.ts";
import { VERSION } from "./cli/version.ts";
import { commit, discard, log, redo, undo } from "./commands/change.ts";
import type { CliCommand } from "./commands/command.ts";
import { doctor } from "./commands/doctor.ts";
import { exec } from "./commands/exec.ts";
import { diff, status } from "./commands/review.ts";
import { blame, refresh, restore, rewind, show } from "./commands/snapshots.ts";
import { wasi } from "./commands/wasi.ts";

/** Commands that load the agent or read from a terminal are loaded when they are asked for: `exec` must start fast. */
const LATER: Readonly<Record<string, () => Promise<CliCommand>>> = {
  sessions: async () => (await import("./commands/sessions.ts")).sessions,
  bundle: async () => (await import("./commands/bundle.ts")).bundle,
  registry: async () => (await import("./commands/registry.ts")).registry,
  net: async () => (await import("./commands/net.ts")).net,
  mcp: async () => (await import("./commands/mcp.ts")).mcp,
};

const prompt = async () => (await import("./commands/prompt.ts")).prompt;

const COMMANDS: Readonly<Record<string, CliCommand>> = {
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
  doctor,
  wasi,
};

const SUMMARY = `shadowbox: Bash and real tools on a shadow copy of your project; nothing is written until you commit.

Usage: shadowbox [--project DIR]             a prompt inside the box
       shadowbox COMMAND [options]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(9)} ${about.split(/[.;]/)[0]}`)
  .join("\n")}
  sessions  Lists, exports and forks the agent's sessions
  bundle    Shows, verifies, adds and updates the bundles that commands come from
  registry  Runs a registry of your own
  net       Lists the requests that programs made
  mcp       Serves the box to an MCP client

  shadowbox COMMAND --help shows the options of a command.
`;

/** Runs the CLI; the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === "--version") return print(`shadowbox ${VERSION}\n`);
  if (first === "--help" || first === "-h" || first === "help") return print(SUMMARY);
  const named = first !== undefined && !first.startsWith("-");
  try {
    const command = named ? (COMMANDS[first] ?? (await LATER[first]?.())) : await prompt();
    if (command === undefined)
      throw new CliError(
        `"${first}" is no command; expected one of ${[...Object.keys(COMMANDS), ...Object.keys(LATER)].join(", ")}`,
        EXIT.USAGE,
      );
    const parsed = parse(named ? rest : args, command.flags, command.passesArguments);
    if (parsed.values.help) return print(helpText(command.usage, command.about, command.flags));
    return await command.run(parsed);
  } catch (error) {
    return report(error, first === "exec");
  }
}

function print(text: string): number {
  process.stdout.write(text);
  return EXIT.OK;
}

/** What went wrong, in one line where it is one of our errors; a defect of ours keeps its stack. */
function report(error: unknown, exec: boolean): number {
  const known = error instanceof CliError || typeof (error as { code?: unknown }).code === "string";
  const text = known ? (error as Error).message : (error as Error).stack;
  process.stderr.write(`shadowbox: ${text}\n`);
  if (error instanceof CliError) return error.exitCode;
  return exec ? EXIT.NOT_RUN : EXIT.FAILED;
}
