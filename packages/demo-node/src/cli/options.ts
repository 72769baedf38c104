import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { type ParseArgsConfig, parseArgs } from "node:util";
import { CliError, EXIT } from "./errors.ts";

/** One flag as `--help` shows it. */
export interface Flag {
  type: "string" | "boolean";
  multiple?: boolean;
  short?: string;
  /** Name of the value in the help text. */
  value?: string;
  /** The flag may stand without its value, which is then empty. */
  bare?: boolean;
  help: string;
}

/** Flags that every command has. */
export const COMMON = {
  project: { type: "string", value: "DIR", help: "the project folder (default: the current one)" },
  state: {
    type: "string",
    value: "DIR",
    help: "where shadows are kept (default: $XDG_STATE_HOME/shadowbox)",
  },
  exclude: {
    type: "string",
    multiple: true,
    value: "PATTERN",
    help: "hide this from the box (gitignore's syntax); kept until given again",
  },
  include: {
    type: "string",
    multiple: true,
    value: "PATTERN",
    help: "show this although it looks like a secret or is excluded; kept likewise",
  },
  json: { type: "boolean", help: "print JSON for machines (docs/json.md)" },
  help: { type: "boolean", short: "h", help: "show this help" },
} as const satisfies Record<string, Flag>;

export interface Parsed {
  values: Record<string, string | boolean | string[] | undefined>;
  positionals: string[];
}

/**
 * Parses the arguments of a command. With `passesArguments`, options end at the first word that is none. Throws CliError
 * (status 2) naming the flag that is wrong.
 */
export function parse(args: readonly string[], flags: Record<string, Flag>, passesArguments = false): Parsed {
  const end = passesArguments ? endOfOptions(args, flags) : args.length;
  const { values, positionals } = parseOptions(args.slice(0, end), flags);
  return { values, positionals: [...positionals, ...args.slice(end)] };
}

function endOfOptions(args: readonly string[], flags: Record<string, Flag>): number {
  let at = 0;
  for (; at < args.length; at++) {
    const word = args[at] as string;
    if (word === "--") return at + 1;
    if (!word.startsWith("-") || word === "-") return at;
    if (flags[word.slice(2)]?.type === "string") at++;
  }
  return at;
}

function parseOptions(args: readonly string[], flags: Record<string, Flag>): Parsed {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const [name, { type, multiple, short }] of Object.entries(flags))
    options[name] = { type, ...(multiple && { multiple }), ...(short && { short }) };
  const words = args.map((word, at) => (isBare(word, args[at + 1], flags) ? `${word}=` : word));
  try {
    const { values, positionals } = parseArgs({ args: words, options, allowPositionals: true });
    return { values: values as Parsed["values"], positionals };
  } catch (error) {
    throw new CliError((error as Error).message.split(". ")[0] as string, EXIT.USAGE);
  }
}

/** Whether a word is a flag whose value was left out, as it may be. */
function isBare(word: string, next: string | undefined, flags: Record<string, Flag>): boolean {
  const flag = word.startsWith("--") ? flags[word.slice(2)] : undefined;
  return flag?.bare === true && (next === undefined || next.startsWith("-"));
}

/** Absolute path of the project, as the user meant it: relative to where the command was typed. */
export function projectPath(values: Parsed["values"]): string {
  return resolve(invocationFolder(), typeof values.project === "string" ? values.project : ".");
}

/** The folder the user typed the command in; pnpm changes to the package's own and tells the other. */
function invocationFolder(): string {
  return process.cwd();
}

export function stateRoot(values: Parsed["values"]): string {
  if (typeof values.state === "string") return resolve(invocationFolder(), values.state);
  return join(process.env.XDG_STATE_HOME || join(homedir(), ".local/state"), "shadowbox");
}

/** The user's settings (docs/agent.md). */
export function configPath(): string {
  return join(process.env.XDG_CONFIG_HOME || join(homedir(), ".config"), "shadowbox/config.json");
}

/** Where verified modules are kept unpacked. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "shadowbox/modules");
}

/** Pins the bundles of a project; written by `shadowbox bundle lock`. */
export const LOCK_FILE = "shadowbox.lock";

/** Where optional bundles are kept that were brought. */
export function broughtFolder(): string {
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local/share"), "shadowbox/brought");
}

/** Where the verified copies of added registries are kept. */
export function registryShelf(): string {
  return join(process.env.XDG_DATA_HOME || join(homedir(), ".local/share"), "shadowbox/registries");
}
