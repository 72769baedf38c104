import type { Flag, Parsed } from "../cli/options.ts";

/** A command of the CLI: what its help says, and what it does. Answers the exit status. */
export interface CliCommand {
  usage: string;
  about: string;
  flags: Record<string, Flag>;
  run(parsed: Parsed): Promise<number>;
}
