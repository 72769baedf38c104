import type { Interpreter } from "./interpreter.ts";
import { signalName, signalNumber } from "./messages.ts";
import { runText } from "./source.ts";

/** Signals that do nothing by default, or that only stop: without a trap the shell goes on. */
const HARMLESS = new Set(["CHLD", "CONT", "URG", "WINCH", "STOP", "TSTP", "TTIN", "TTOU"]);

/** Takes the signals that came in: their traps run, or the shell ends. Asked before every command. */
export function checkSignals(sh: Interpreter): void {
  const mask = sh.system.takeSignals();
  if (mask !== 0) {
    for (let number = 1; number < 32; number++) if (mask & (1 << number)) takeSignal(sh, number);
  }
  while (sh.pendingTraps.length && sh.flow === undefined) runTrap(sh, sh.pendingTraps.shift() as string);
}

/** Takes signals that were asked for elsewhere; whether a trap waits for one of them. */
export function queueSignals(sh: Interpreter, mask: number): boolean {
  const before = sh.pendingTraps.length;
  for (let number = 1; number < 32; number++) if (mask & (1 << number)) takeSignal(sh, number);
  return sh.pendingTraps.length > before || sh.flow !== undefined;
}

function takeSignal(sh: Interpreter, number: number): void {
  const name = signalName(number) as string;
  if (sh.baseTraps) {
    deferSignal(sh, number, name);
    return;
  }
  const action = sh.state.traps.read.get(name);
  if (action === "") return;
  if (action !== undefined) sh.pendingTraps.push(name);
  else if (!HARMLESS.has(name)) sh.endBySignal(number);
}

/** A signal to a process whose thread runs a subshell: its shell gets it when the subshell is over, or both end. */
function deferSignal(sh: Interpreter, number: number, name: string): void {
  const action = sh.baseTraps?.get(name);
  if (action === "" || (action === undefined && HARMLESS.has(name))) return;
  sh.deferredSignals |= 1 << number;
  if (action === undefined) sh.exitBySignal(number);
}

/** A child has ended, be it one that ran in this thread: its trap is due. */
export function childEnded(sh: Interpreter): void {
  if (sh.state.traps.read.get("CHLD") && !sh.baseTraps) sh.pendingTraps.push("CHLD");
}

/** What messages about the syntax of a trap's text call it; "trap" for signals. */
const TRAP_NAMES: Readonly<Record<string, string>> = {
  DEBUG: "debug trap",
  ERR: "error trap",
  RETURN: "return trap",
};

/** Runs the action of a trap; `$?` is as before unless the action leaves. */
export function runTrap(sh: Interpreter, name: string): void {
  const text = sh.state.traps.read.get(name);
  if (!text || sh.activeTraps.has(name)) return;
  const { lastStatus, pipeStatus, line, lastArgument, substitutionStatus } = sh.state;
  const command = sh.currentCommand;
  sh.activeTraps.add(name);
  sh.trapStatus.push(lastStatus);
  const { trapFrames, traceDepth } = sh;
  if (name !== "RETURN") sh.traceDepth++;
  sh.trapFrames = sh.state.frames.length;
  try {
    const keepLine = name === "DEBUG" || name === "ERR" || name === "RETURN";
    runText(sh, text, { line: keepLine ? line : 1, name: TRAP_NAMES[name] ?? "trap" });
  } finally {
    sh.activeTraps.delete(name);
    sh.trapStatus.pop();
    sh.trapFrames = trapFrames;
    sh.traceDepth = traceDepth;
    sh.state.line = line;
    sh.state.lastArgument = lastArgument;
    sh.state.substitutionStatus = substitutionStatus;
    sh.currentCommand = command;
  }
  sh.debugStatus = sh.state.lastStatus;
  if (sh.flow === undefined) {
    sh.state.lastStatus = lastStatus;
    sh.state.pipeStatus = pipeStatus;
  }
}

/**
 * The DEBUG trap, before a command. Whether the command is left out: the trap left, or it failed under `extdebug`, where a status of 2
 * leaves the function or sourced file too.
 */
export function debugTrap(sh: Interpreter, command: string): boolean {
  const { state } = sh;
  if (!state.traps.read.has("DEBUG") || sh.activeTraps.has("DEBUG")) return false;
  sh.currentCommand = command;
  runTrap(sh, "DEBUG");
  if (sh.flow !== undefined) return true;
  if (!state.shopt.extdebug || sh.debugStatus === 0) return false;
  if (sh.debugStatus === 2 && state.frames.length > 1)
    sh.flow = { kind: "return", status: 2, before: state.lastStatus };
  return true;
}

/** The EXIT trap of this shell or subshell; the status that the shell then ends with. */
export function runExitTrap(sh: Interpreter, status: number): number {
  const text = sh.state.traps.read.get("EXIT");
  if (text === undefined) return status;
  if (text === "") return status;
  const flow = sh.flow;
  sh.flow = undefined;
  sh.state.lastStatus = status;
  sh.trapStatus.push(status);
  sh.activeTraps.add("EXIT");
  try {
    runText(sh, text, { line: 1, name: "exit trap" });
  } finally {
    sh.state.traps.write.delete("EXIT");
    sh.activeTraps.delete("EXIT");
    sh.trapStatus.pop();
  }
  const after = sh.flow as Interpreter["flow"];
  if (after?.kind === "exit") return after.status;
  sh.flow = flow;
  return status;
}

/** At the start of a subshell traps are forgotten, except those that ignore. */
export function resetTraps(sh: Interpreter): void {
  const { traps, set } = sh.state;
  if (traps.read.size === 0) return;
  sh.shownTraps = traps.read;
  for (const [name, text] of [...traps.read]) {
    if (text === "") continue;
    const number = signalNumber(name);
    if (number && sh.forked) sh.system.setSignal(number, "default");
    if ((name === "DEBUG" || name === "RETURN") && set.functrace) continue;
    if (name === "ERR" && set.errtrace) continue;
    traps.write.delete(name);
  }
}
