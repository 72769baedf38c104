import type { Flag, Parsed } from "../cli/options.ts";

/** A command of the CLI: what its help says, and what it does. Answers the exit status. */
export interface CliCommand {
  usage: string;
  about: string;
  flags: Record<string, Flag>;
  /** What follows the first word that is no option belongs to a program, options included. */
  passesArguments?: boolean;
  /** Exit status when it fails by itself; default 1. */
  failed?: number;
  run(parsed: Parsed): Promise<number>;
}
