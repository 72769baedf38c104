import { BOX } from "./box.ts";
import { CliError, EXIT } from "./cli/errors.ts";
import { print, report, runCommand } from "./cli/run.ts";
import { VERSION } from "./cli/version.ts";
import type { CliCommand } from "./commands/command.ts";
import { doctor } from "./commands/doctor.ts";
import { wasi } from "./commands/wasi.ts";

/** Commands that load the agent or read from a terminal are loaded when they are asked for. */
const LATER: Readonly<Record<string, () => Promise<CliCommand>>> = {
  review: async () => (await import("./commands/review.ts")).review,
  sessions: async () => (await import("./commands/sessions.ts")).sessions,
  bundle: async () => (await import("./commands/bundle.ts")).bundle,
  registry: async () => (await import("./commands/registry.ts")).registry,
  net: async () => (await import("./commands/net.ts")).net,
  mcp: async () => (await import("./commands/mcp.ts")).mcp,
};

const prompt = async () => (await import("./commands/prompt.ts")).prompt;

const COMMANDS: Readonly<Record<string, CliCommand>> = { ...BOX, doctor, wasi };
const SUMMARY = `shadowbox: Bash and real tools on a shadow copy of your project; nothing is written until you commit.

Usage: shadowbox [--project DIR]             a prompt inside the box
       shadowbox COMMAND [options]

Commands:
${Object.entries(COMMANDS)
  .map(([name, { about }]) => `  ${name.padEnd(9)} ${about.split(/[.;]/)[0]}`)
  .join("\n")}
  review    Goes through the changes at the keyboard and commits hunks
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
  if (first === undefined || first.startsWith("-")) return runCommand(await prompt(), args);
  const command = COMMANDS[first] ?? (await LATER[first]?.());
  if (command !== undefined) return runCommand(command, rest);
  const all = [...Object.keys(COMMANDS), ...Object.keys(LATER)].join(", ");
  return report(new CliError(`"${first}" is no command; expected one of ${all}`, EXIT.USAGE));
}
