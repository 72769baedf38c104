import type { CliCommand } from "../commands/command.ts";
import { CliError, EXIT } from "./errors.ts";
import { helpText } from "./help.ts";
import { type Parsed, parse } from "./options.ts";

/** Runs a command with its arguments, or prints its help; the exit status. */
export async function runCommand(command: CliCommand, args: readonly string[]): Promise<number> {
  process.stdout.on("error", ignoreClosed);
  try {
    const parsed = parsedFor(command, args);
    if (parsed.values.help) return print(helpText(command.usage, command.about, command.flags));
    return await command.run(parsed);
  } catch (error) {
    return report(error, command.failed);
  }
}

/** A reader that leaves early, such as `head`, is no failure. */
function ignoreClosed(error: NodeJS.ErrnoException): void {
  if (error.code !== "EPIPE") throw error;
}

function parsedFor({ usage, flags, passesArguments }: CliCommand, args: readonly string[]): Parsed {
  try {
    return parse(args, flags, passesArguments);
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    const name = /^[a-z]+ /.exec(usage)?.[0] ?? "";
    throw new CliError(`${error.message}; shadowbox ${name}--help shows the options`, error.exitCode);
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
