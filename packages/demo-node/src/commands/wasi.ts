import type { WasiFolder, WasiRunOptions } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { COMMON, type Parsed, stateRoot } from "../cli/options.ts";
import { writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

/** Statuses of a module that did not run, as a shell has them. */
const CANNOT_RUN = 126;
const NOT_FOUND = 127;
const INTERRUPTED = 130;

export const wasi: CliCommand = {
  usage: "wasi [options] MODULE.wasm [ARG…]",
  about:
    "Runs a WASI preview 1 command module; it sees the folders given, of which it changes copies. The exit status is the module's (124: timed out, 125: engine not available, 126: not a module that can run, 127: no such file, 134 and the like: trap).",
  flags: {
    engine: { type: "string", value: "E", help: "v8 (default) or wasmtime" },
    dir: {
      type: "string",
      multiple: true,
      value: "HOST[::GUEST]",
      help: "let it see this folder, under the name GUEST; may be repeated",
    },
    env: { type: "string", multiple: true, value: "K=V", help: "set a variable; may be repeated" },
    argv0: { type: "string", value: "N", help: "its own name (default: the file's)" },
    timeout: { type: "string", value: "S", help: "kill it after so many seconds" },
    memory: { type: "string", value: "MIB", help: "linear memory it may have (default 1024)" },
    "write-back": { type: "boolean", help: "write what it changed to the folder, when it has ended" },
    state: COMMON.state,
    help: COMMON.help,
  },
  passesArguments: true,
  run: runModule,
};

async function runModule({ values, positionals }: Parsed): Promise<number> {
  const [module, ...args] = positionals;
  if (module === undefined)
    throw new CliError("wasi: expected a module, got none; try: shadowbox wasi program.wasm", EXIT.USAGE);
  const { runWasi, findWasmtime } = await import("@shadowbox/sandbox/node");
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const result = await runWasi({ ...optionsOf(values, findWasmtime), module, args, signal: stop.signal });
    if (result.timedOut) process.stderr.write(`shadowbox: wasi: killed after ${values.timeout} s\n`);
    if (stop.signal.aborted) return INTERRUPTED;
    return result.timedOut ? EXIT.TIMED_OUT : result.status;
  } catch (error) {
    throw translated(error);
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    process.stdin.destroy();
  }
}

type Find = (env: NodeJS.ProcessEnv) => string | undefined;

function optionsOf(values: Parsed["values"], find: Find): Omit<WasiRunOptions, "module"> {
  const engine = values.engine ?? "v8";
  if (engine !== "v8" && engine !== "wasmtime")
    throw new CliError(`--engine: expected v8 or wasmtime, got "${engine}"`, EXIT.USAGE);
  const timeout = numberOf(values.timeout, "--timeout", "seconds");
  const memory = numberOf(values.memory, "--memory", "MiB");
  return {
    engine,
    ...(engine === "wasmtime" && { wasmtime: wasmtimePath(find) }),
    folders: listOf(values.dir).map(folderOf),
    env: Object.fromEntries(listOf(values.env).map(variableOf)),
    ...(typeof values.argv0 === "string" && { argv0: values.argv0 }),
    ...(timeout !== undefined && { timeoutMs: timeout * 1000 }),
    ...(memory !== undefined && { memoryBytes: memory * 1024 * 1024 }),
    ...(values["write-back"] === true && { writeBack: true, state: stateRoot(values) }),
    stdin: process.stdin,
    onStdout: (bytes) => writeAll(process.stdout, bytes),
    onStderr: (bytes) => writeAll(process.stderr, bytes),
    terminal: [process.stdin.isTTY === true, process.stdout.isTTY === true, process.stderr.isTTY === true],
  };
}

function listOf(value: Parsed["values"][string]): string[] {
  return Array.isArray(value) ? value : [];
}

function folderOf(value: string): WasiFolder {
  const cut = value.indexOf("::");
  return cut < 0 ? { host: value } : { host: value.slice(0, cut), guest: value.slice(cut + 2) };
}

function variableOf(pair: string): [string, string] {
  const equals = pair.indexOf("=");
  if (equals <= 0) throw new CliError(`--env: expected NAME=VALUE, got "${pair}"`, EXIT.USAGE);
  return [pair.slice(0, equals), pair.slice(equals + 1)];
}

function numberOf(value: Parsed["values"][string], flag: string, unit: string): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!(number > 0)) throw new CliError(`${flag}: expected ${unit} above 0, got "${value}"`, EXIT.USAGE);
  return number;
}

/** The binary that SHADOWBOX_WASMTIME or PATH names, or the one that was fetched. */
function wasmtimePath(find: Find): string {
  const path = find(process.env);
  if (path !== undefined) return path;
  throw new CliError(
    "wasi: expected a wasmtime binary in PATH or SHADOWBOX_WASMTIME, found none; try --engine v8",
    EXIT.NOT_RUN,
  );
}

/** Errors of a run with the status that a shell would give; defects stay as they are. */
function translated(error: unknown): unknown {
  const { code, message, cause } = error as { code?: unknown; message: string; cause?: { code?: unknown } };
  if (error instanceof CliError || typeof code !== "string") return error;
  const missing = code === "file" && cause?.code === "ENOENT";
  const status = missing ? NOT_FOUND : code === "engine" ? EXIT.NOT_RUN : CANNOT_RUN;
  return new CliError(`wasi: ${message}`, code === "invalid" || code === "project" ? EXIT.USAGE : status);
}
