import { missingCommands, type Sandbox } from "@shadowbox/sandbox";
import { summaryOf } from "../cli/changes.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { Interruption } from "../cli/interruption.ts";
import { NETWORK } from "../cli/network.ts";
import { openBox, PROGRAMS } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { styleOf } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const exec: CliCommand = {
  usage: "exec [options] 'SCRIPT' [ARG…]",
  about:
    "Runs a bash script in the box, on the shadow of the project. The exit status is the script's (124: timed out, 125: not run).",
  flags: {
    ...COMMON,
    cwd: { type: "string", value: "D", help: "start in this folder of the project" },
    env: { type: "string", multiple: true, value: "K=V", help: "set a variable; may be repeated" },
    stdin: { type: "boolean", help: "hand this command's standard input to the script" },
    timeout: { type: "string", value: "S", help: "kill the script after so many seconds" },
    ...NETWORK,
    ...PROGRAMS,
    engine: { type: "string", value: "E", help: "auto, v8 or wasmtime (default auto)" },
    quiet: { type: "boolean", short: "q", help: "no summary of changes" },
  },
  failed: EXIT.NOT_RUN,
  run: runExec,
};

/** Characters of standard error that are looked through for commands that were missing. */
const MESSAGES = 1 << 20;

/** What of the errors is about commands that are not there. */
const missingOf = (errors: string, box: Sandbox) =>
  missingCommands(errors, box.commands().keys(), "`shadowbox bundle list`", box.optionalCommands());

async function runExec({ values, positionals }: Parsed): Promise<number> {
  const [script, ...args] = positionals;
  if (script === undefined)
    throw new CliError("exec: expected a script, got none; try: shadowbox exec 'ls -la'", EXIT.USAGE);
  const timeoutMs = timeoutOf(values.timeout);
  const env = environmentOf(values.env);
  const box = await openBox(values);
  const stop = new Interruption();
  process.on("SIGINT", stop.next).once("SIGTERM", stop.kill);
  // Nobody reads any more: what the script did is kept, and it ends as by SIGPIPE.
  let isUnread = false;
  process.stdout.once("error", () => {
    isUnread = true;
    stop.kill();
  });
  try {
    const json = values.json === true;
    let errors = "";
    const decoder = new TextDecoder();
    const result = await box.exec(script, {
      args,
      env,
      ...{ signal: stop.signal, interrupt: stop.interrupt },
      ...(typeof values.cwd === "string" && { cwd: values.cwd }),
      ...(timeoutMs !== undefined && { timeoutMs }),
      ...(values.stdin && { stdin: process.stdin }),
      ...(!json && {
        ...{ maxOutputBytes: 0, terminal: [false, process.stderr.isTTY === true] },
        onStdout: (bytes: Uint8Array) => process.stdout.write(bytes),
        onStderr: (bytes: Uint8Array) => {
          process.stderr.write(bytes);
          if (errors.length < MESSAGES) errors += decoder.decode(bytes, { stream: true });
        },
      }),
    });
    const changes = box.changes();
    if (json) errors = text(result.stderr);
    const missing = missingOf(errors, box);
    if (json) {
      const { status, signal, durationMs, timedOut, truncated } = result;
      const [stdout, stderr] = [text(result.stdout), errors];
      const report = {
        ...{ status, signal, stdout, stderr, missing, durationMs, timedOut, truncated },
        ...{ engine: box.engine, changes },
      };
      process.stdout.write(`${JSON.stringify(report)}\n`);
    } else {
      if (missing) process.stderr.write(`shadowbox: ${missing}\n`);
      if (result.timedOut) process.stderr.write(`shadowbox: killed after ${values.timeout} s\n`);
      if (!values.quiet)
        process.stderr.write(`${styleOf(process.stderr).dim(`[shadowbox: ${summaryOf(changes)}]`)}\n`);
    }
    if (isUnread) return EXIT.UNREAD;
    return result.timedOut ? EXIT.TIMED_OUT : result.status;
  } finally {
    process.off("SIGINT", stop.next).off("SIGTERM", stop.kill);
    await box.close();
  }
}

function text(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString();
}

function timeoutOf(value: Parsed["values"][string]): number | undefined {
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (!(seconds > 0)) throw new CliError(`--timeout: expected seconds above 0, got "${value}"`, EXIT.USAGE);
  return seconds * 1000;
}

function environmentOf(value: Parsed["values"][string]): Record<string, string> {
  const env: Record<string, string> = {};
  for (const pair of Array.isArray(value) ? value : []) {
    const equals = pair.indexOf("=");
    if (equals <= 0) throw new CliError(`--env: expected NAME=VALUE, got "${pair}"`, EXIT.USAGE);
    env[pair.slice(0, equals)] = pair.slice(equals + 1);
  }
  return env;
}
