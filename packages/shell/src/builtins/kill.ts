import { Errno } from "@shadowbox/vfs";
import type { Interpreter } from "../interp/interpreter.ts";
import { errorText, signalName, signalNumber } from "../interp/messages.ts";
import { checkSignals } from "../interp/traps.ts";
import { signalTable } from "./trap.ts";

const USAGE = "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]";

/** `kill [-s sig | -n num | -sig] pid | %job …`, `kill -l [sig …]` */
export function killBuiltin(sh: Interpreter, args: string[]): number {
  let signal = 15;
  let rest = args;
  const first = args[0];
  if (first === "-l" || first === "-L") return list(sh, args.slice(1));
  if (first === "-s" || first === "-n") {
    if (args[1] === undefined) {
      sh.builtinError("kill", `${first}: option requires an argument`);
      return 1;
    }
    const number = signalNumber(args[1]);
    if (number === undefined) return sh.builtinError("kill", `${args[1]}: invalid signal specification`);
    signal = number;
    rest = args.slice(2);
  } else if (first !== undefined && first !== "--" && /^-./.test(first)) {
    const number = signalNumber(first.slice(1));
    if (number === undefined)
      return sh.builtinError("kill", `${first.slice(1)}: invalid signal specification`);
    signal = number;
    rest = args.slice(1);
  }
  if (rest[0] === "--") rest = rest.slice(1);
  if (rest.length === 0) {
    sh.usage("kill", undefined, USAGE);
    return 2;
  }
  let status = 0;
  for (const target of rest) if (!send(sh, target, signal)) status = 1;
  return status;
}

function send(sh: Interpreter, target: string, signal: number): boolean {
  let pid: number;
  if (target.startsWith("%")) {
    const job = sh.jobs.find(target);
    if (typeof job === "string") {
      sh.builtinError("kill", job);
      return false;
    }
    pid = job.pid;
  } else if (/^-?\d+$/.test(target)) pid = Number(target);
  else {
    sh.builtinError(
      "kill",
      target === "" ? "`': not a pid or valid job spec" : `${target}: arguments must be process or job IDs`,
    );
    return false;
  }
  if (pid === sh.subshellPid && pid !== 0) {
    signalSelf(sh, signal);
    return true;
  }
  // A child that has ended is none any more, as if its end had been waited for.
  sh.jobs.poll();
  const result = sh.jobs.byPid(pid)?.status === undefined ? sh.system.kill(pid, signal) : -Errno.ESRCH;
  if (pid === sh.system.pid) checkSignals(sh);
  if (result >= 0) return true;
  sh.builtinError("kill", `(${target}) - ${result === -Errno.ESRCH ? "No such process" : errorText(result)}`);
  return false;
}

/** A subshell that shares the process sends a signal to itself alone. */
function signalSelf(sh: Interpreter, signal: number): void {
  const name = signalName(signal) as string;
  const action = sh.state.traps.read.get(name);
  if (action === "" || signal === 0) return;
  if (action !== undefined) sh.pendingTraps.push(name);
  else sh.exitBySignal(signal);
}

/** All signals there are, by number. */
function signalNames(): string[] {
  return Array.from({ length: 64 }, (_, i) => signalName(i + 1)).filter((name) => name !== undefined);
}

function list(sh: Interpreter, specs: string[]): number {
  if (specs.length === 0) {
    sh.out(sh.posix ? `${signalNames().join(" ")}\n` : signalTable(), "kill");
    return 0;
  }
  let status = 0;
  for (const spec of specs) {
    if (/^\d+$/.test(spec)) {
      const number = Number(spec) > 128 ? Number(spec) - 128 : Number(spec);
      const name = signalName(number);
      if (name === undefined) status = sh.builtinError("kill", `${spec}: invalid signal specification`);
      else sh.out(`${name}\n`, "kill");
    } else {
      const number = signalNumber(spec);
      if (number === undefined) status = sh.builtinError("kill", `${spec}: invalid signal specification`);
      else sh.out(`${number}\n`, "kill");
    }
  }
  return status;
}
