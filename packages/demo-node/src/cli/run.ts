import type { CliCommand } from "../commands/command.ts";
import { CliError, EXIT } from "./errors.ts";
import { helpText, parse } from "./options.ts";

/** Runs a command with its arguments, or prints its help; the exit status. */
export async function runCommand(command: CliCommand, args: readonly string[]): Promise<number> {
  try {
    const parsed = parse(args, command.flags, command.passesArguments);
    if (parsed.values.help) return print(helpText(command.usage, command.about, command.flags));
    return await command.run(parsed);
  } catch (error) {
    return report(error, command.failed);
  }
}

export function print(text: string): number {
  process.stdout.write(text);
  return EXIT.OK;
}

/** Prints what went wrong, in one line where it is one of our errors; a defect of ours keeps its stack. Answers the exit status. */
export function report(error: unknown, failed: number = EXIT.FAILED): number {
  const known = error instanceof CliError || typeof (error as { code?: unknown }).code === "string";
  const text = known ? (error as Error).message : (error as Error).stack;
  process.stderr.write(`shadowbox: ${text}\n`);
  return error instanceof CliError ? error.exitCode : failed;
}
