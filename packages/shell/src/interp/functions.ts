import { ShellError } from "../errors.ts";
import type { FunctionDefinition } from "../parse/ast.ts";
import type { ShellFunction } from "../state/shell-state.ts";
import { runCommand } from "./execute.ts";
import type { Interpreter } from "./interpreter.ts";
import { debugTrap, runTrap } from "./traps.ts";

/** Calls within calls: more end with an error before the host's stack does. */
const DEPTH_LIMIT = 10_000;

export function defineFunction(sh: Interpreter, node: FunctionDefinition): number {
  const { state } = sh;
  const name = node.name;
  state.line = node.endLine;
  if (sh.posix && sh.builtins.get(name)?.special) {
    sh.error(`\`${name}': is a special builtin`);
    return sh.exit(2);
  }
  if (/[\s$`'"\\]/.test(name) || (sh.posix && !/^[A-Za-z_]\w*$/.test(name))) {
    sh.error(`\`${name}': not a valid identifier`);
    return sh.posix ? sh.exit(2) : 1;
  }
  const old = state.functions.read.get(name);
  if (old?.readonly) {
    sh.error(`${name}: readonly function`);
    return 1;
  }
  const frame = state.frames[state.frames.length - 1];
  state.functions.write.set(name, {
    name,
    definition: node,
    source: frame?.source || (state.how === "s" || sh.sourced ? "main" : "environment"),
    line: node.line,
    exported: old?.exported || state.set.allexport,
    readonly: false,
    traced: old?.traced ?? false,
  });
  return 0;
}

export function callFunction(sh: Interpreter, fn: ShellFunction, args: string[]): number {
  const { state, vars } = sh;
  const nesting = Number(vars.text("FUNCNEST") ?? 0);
  const limit = nesting > 0 ? nesting : DEPTH_LIMIT;
  if (sh.callDepth >= limit)
    throw new ShellError("limit", `${fn.name}: maximum function nesting level exceeded (${limit})`);
  const { positional, loopDepth, traps } = state;
  const hidden = hideTraps(sh, fn);
  const options = sh.localOptions;
  const { getopts } = sh;
  sh.localOptions = undefined;
  const ownScope = !sh.scopeReady;
  sh.scopeReady = false;
  if (ownScope) vars.pushScope("function");
  sh.callDepth++;
  state.positional = args;
  state.loopDepth = 0;
  state.frames.push({
    kind: "function",
    name: fn.name,
    source: fn.source,
    callLine: state.line,
    args: state.shopt.extdebug ? args : undefined,
  });
  try {
    let status = 0;
    if (!traps.read.has("DEBUG") || !debugTrap(sh, sh.commandText))
      status = runCommand(sh, fn.definition.body);
    if (sh.flow?.kind === "return") {
      status = sh.flow.status;
      state.lastStatus = sh.flow.before;
      sh.flow = undefined;
    }
    if (traps.read.has("RETURN") && sh.flow === undefined) {
      runTrap(sh, "RETURN");
    }
    return status;
  } finally {
    if (vars.get("OPTIND")?.level === vars.functionLevel) sh.getopts = getopts;
    if (sh.localOptions) Object.assign(state.set, sh.localOptions);
    sh.localOptions = options;
    state.frames.pop();
    state.positional = positional;
    state.loopDepth = loopDepth;
    sh.callDepth--;
    if (ownScope) vars.popScope();
    for (const [name, text] of hidden) if (!traps.read.has(name)) traps.write.set(name, text);
  }
}

/** Without `set -T` and `set -E` a function does not see the DEBUG, RETURN and ERR traps of its caller. */
function hideTraps(sh: Interpreter, fn: ShellFunction): [string, string][] {
  const { traps, set } = sh.state;
  if (traps.read.size === 0) return [];
  const hidden: [string, string][] = [];
  const keepsDebug = set.functrace || fn.traced;
  for (const name of ["DEBUG", "RETURN", "ERR"]) {
    const text = traps.read.get(name);
    if (text === undefined || (name === "ERR" ? set.errtrace : keepsDebug)) continue;
    hidden.push([name, text]);
    traps.write.delete(name);
  }
  return hidden;
}
