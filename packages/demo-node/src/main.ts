import { BOX } from "./box.ts";
import { CliError, EXIT } from "./cli/errors.ts";
import { helpColumns, table, wrap } from "./cli/help.ts";
import { COMMON, type Flag } from "./cli/options.ts";
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

/** What the commands are for, in the order in which a person meets them. */
const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["Work in the box", ["exec", "status", "diff", "discard", "refresh", "import"]],
  ["Bring it to the project", ["review", "commit", "undo", "redo", "export"]],
  ["What was done", ["log", "show", "restore", "rewind", "blame", "net"]],
  ["Agents", ["sessions", "mcp"]],
  ["Around it", ["doctor", "bundle", "registry", "wasi"]],
];

async function summary(): Promise<string> {
  const about = async (name: string) =>
    (COMMANDS[name] ?? (await LATER[name]?.()))?.about.split(/[.;:] | \(|\.$/)[0] ?? "";
  const groups = await Promise.all(
    GROUPS.map(async ([title, names]) => {
      const rows = await Promise.all(
        names.map(async (name): Promise<[string, string]> => [name, await about(name)]),
      );
      return `\n${title}:\n${table(rows, 12)}`;
    }),
  );
  const what =
    "shadowbox: Bash and real tools on a shadow copy of your project; nothing is written until you commit.";
  return `${wrap(what, helpColumns())}

Usage: shadowbox [--project DIR]      a prompt inside the box
       shadowbox COMMAND [options]    --help shows the options of a command
${groups.join("")}`;
}

/** Where the command is that follows options which every command has; behind the end where another option comes first. */
function wordAfterCommon(args: readonly string[]): number {
  const flags: Readonly<Record<string, Flag>> = COMMON;
  for (let at = 0; at < args.length; at++) {
    const word = args[at] as string;
    if (!word.startsWith("-")) return at;
    const [name = "", value] = word.slice(2).split("=", 2);
    if (!word.startsWith("--") || flags[name] === undefined) break;
    if (flags[name]?.type === "string" && value === undefined) at++;
  }
  return args.length;
}

/** The command that was meant, where one is near. */
function meant(name: string, all: readonly string[]): string {
  const near = all.find((other) => other.startsWith(name) || name.startsWith(other) || isOneOff(name, other));
  return near === undefined ? "shadowbox --help lists them" : `did you mean ${near}?`;
}

/** Whether two names differ by one letter: other, missing, or two swapped. */
function isOneOff(one: string, two: string): boolean {
  let at = 0;
  while (at < one.length && one[at] === two[at]) at++;
  const [a, b] = [one.slice(at), two.slice(at)];
  const swapped = a.length > 1 && a[0] === b[1] && a[1] === b[0] && a.slice(2) === b.slice(2);
  return a.slice(1) === b.slice(1) || a.slice(1) === b || a === b.slice(1) || swapped;
}

/** Runs the CLI; the exit status. */
export async function run(args: readonly string[]): Promise<number> {
  const [first, ...rest] = args;
  if (first === "--version") return print(`shadowbox ${VERSION}\n`);
  if (first === "--help" || first === "-h" || first === "help") return print(await summary());
  if (first === undefined) return runCommand(await prompt(), args);
  if (first.startsWith("-")) {
    const at = wordAfterCommon(args);
    if (at === args.length) return runCommand(await prompt(), args);
    return run([args[at] as string, ...args.slice(0, at), ...args.slice(at + 1)]);
  }
  const command = COMMANDS[first] ?? (await LATER[first]?.());
  if (command !== undefined) return runCommand(command, rest);
  const all = [...Object.keys(COMMANDS), ...Object.keys(LATER)];
  return report(new CliError(`"${first}" is no command; ${meant(first, all)}`, EXIT.USAGE));
}
