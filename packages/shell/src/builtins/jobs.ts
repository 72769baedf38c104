import { Errno } from "@shadowbox/vfs";
import { tooMany } from "../interp/execute.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import type { Job } from "../interp/jobs.ts";
import { runResolved } from "../interp/simple.ts";
import { checkSignals, childEnded } from "../interp/traps.ts";
import { Options } from "./options.ts";

/** `jobs [-lnprs] [jobspec …]` */
export function jobsBuiltin(sh: Interpreter, args: string[]): number {
  const flags = new Set<string>();
  let at = 0;
  for (; at < args.length && /^-./.test(args[at] as string); at++)
    for (const letter of (args[at] as string).slice(1)) {
      if (!"lnprsx".includes(letter))
        return sh.usage("jobs", `-${letter}`, "jobs [-lnprs] [jobspec ...] or jobs -x command [args]");
      flags.add(letter);
    }
  const specs = args.slice(at);
  if (flags.has("x")) return runWithPids(sh, specs);
  sh.jobs.poll();
  let jobs: readonly Job[] = sh.jobs.visible;
  let status = 0;
  if (specs.length) {
    jobs = specs.flatMap((spec) => {
      const found = sh.jobs.find(spec);
      if (typeof found !== "string") return [found];
      status = sh.builtinError("jobs", found);
      return [];
    });
  }
  for (const job of jobs) {
    if (flags.has("r") && job.status !== undefined) continue;
    if (flags.has("s")) continue;
    sh.out(flags.has("p") ? `${job.pid}\n` : sh.jobs.describe(job, flags.has("l")), "jobs");
    if (job.status !== undefined) job.told = true;
  }
  for (const job of [...sh.jobs.list]) if (job.told && job.status !== undefined) sh.jobs.remove(job);
  return status;
}

/** `jobs -x`: a command whose arguments that name jobs become their process groups. */
function runWithPids(sh: Interpreter, words: readonly string[]): number {
  const args = words.map((word) => {
    const job = word.startsWith("%") ? sh.jobs.find(word) : word;
    return typeof job === "string" ? word : String(job.pid);
  });
  const [name] = args;
  if (name === undefined) return 0;
  const builtin = sh.disabled.has(name) ? undefined : sh.builtins.get(name);
  return runResolved(sh, args, sh.state.functions.read.has(name), builtin);
}

/** `disown [-h] [-ar] [jobspec …]` */
export function disownBuiltin(sh: Interpreter, args: string[]): number {
  const flags = new Set<string>();
  let at = 0;
  for (; at < args.length && /^-./.test(args[at] as string); at++)
    for (const letter of (args[at] as string).slice(1)) {
      if (!"har".includes(letter))
        return sh.usage("disown", `-${letter}`, "disown [-h] [-ar] [jobspec ... | pid ...]");
      flags.add(letter);
    }
  const specs = args.slice(at);
  let jobs: Job[];
  if (specs.length === 0) {
    const { current } = sh.jobs;
    if (flags.has("a") || flags.has("r")) jobs = [...sh.jobs.list];
    else if (current) jobs = [current];
    else return sh.builtinError("disown", "current: no such job");
  } else {
    jobs = [];
    for (const spec of specs) {
      const job = /^\d+$/.test(spec) ? sh.jobs.byPid(Number(spec)) : sh.jobs.find(spec);
      if (job === undefined || typeof job === "string")
        return sh.builtinError("disown", `${spec}: no such job`);
      jobs.push(job);
    }
  }
  for (const job of jobs) {
    if (flags.has("h")) job.noHangup = true;
    else sh.jobs.remove(job);
  }
  return 0;
}

const WAIT_USAGE = "wait [-fn] [-p var] [id ...]";

/** `wait [-fn] [-p var] [id …]` */
export function waitBuiltin(sh: Interpreter, args: string[]): number {
  let next = false;
  let target: string | undefined;
  const options = new Options(args);
  for (const letter of options) {
    if (letter === "n") next = true;
    else if (letter === "p") target = options.next();
    else if (letter !== "f") return sh.usage("wait", `-${letter}`, WAIT_USAGE);
  }
  const ids = options.operands();
  if (target !== undefined) sh.vars.unset(target);
  if (next) return waitNext(sh, ids, target);
  if (ids.length === 0) {
    for (const job of [...sh.jobs.all]) {
      if (job.id === 0) continue;
      const status = waitFor(sh, job);
      if (status === undefined) return interrupted(sh);
      settle(sh, job);
    }
    return 0;
  }
  let status = 0;
  for (const id of ids) {
    const job = jobOf(sh, id);
    if (typeof job === "number") {
      status = job;
      continue;
    }
    const ended = waitFor(sh, job);
    if (ended === undefined) return interrupted(sh);
    status = ended;
    if (target !== undefined) sh.assignByName(target, String(job.pid), "wait");
    settle(sh, job);
  }
  return status;
}

/** After a wait for it a job is gone; under job control `jobs` shows it once more, unless it was told of. */
function settle(sh: Interpreter, job: Job): void {
  if (sh.jobs.tell(job) || !sh.state.set.monitor || job.adopted) sh.jobs.remove(job);
}

/** The child that an argument names, or the status of there being none. */
function jobOf(sh: Interpreter, id: string): Job | number {
  if (/^\d+$/.test(id)) {
    const job = sh.jobs.byPid(Number(id));
    if (job) return job;
    const known = sh.jobs.takeStatus(Number(id));
    if (known !== undefined) return known;
    sh.builtinError("wait", `pid ${id} is not a child of this shell`);
    return 127;
  }
  if (id.startsWith("%")) {
    const job = sh.jobs.find(id);
    if (typeof job !== "string") return job;
    sh.builtinError("wait", job);
    return 127;
  }
  sh.builtinError("wait", `\`${id}': not a pid or valid job spec`);
  return 1;
}

/** Waits for one child; `undefined` when a trapped signal came first. */
function waitFor(sh: Interpreter, job: Job): number | undefined {
  while (job.status === undefined) {
    const result = sh.system.wait(job.pid, false);
    if (typeof result === "object") {
      sh.jobs.ended(job, result.status);
      childEnded(sh);
    } else if (result === -Errno.EINTR) {
      const pending = sh.system.takeSignals();
      if (pending) sh.interruptedBy = pending;
      if (isTrapped(sh, pending)) return undefined;
    } else job.status = 127;
  }
  return job.status < 256 ? job.status : job.status - 128;
}

function isTrapped(sh: Interpreter, mask: number): boolean {
  return mask !== 0 && sh.takeMask(mask);
}

/** `wait` that a trapped signal cut short: the trap runs, the status is 128 + n. */
function interrupted(sh: Interpreter): number {
  const status = 128 + (31 - Math.clz32(sh.interruptedBy));
  checkSignals(sh);
  return status;
}

/** `wait -n`: whichever child ends first. */
function waitNext(sh: Interpreter, ids: string[], target: string | undefined): number {
  sh.jobs.poll();
  for (;;) {
    const wanted = ids.length
      ? ids.map((id) => jobOf(sh, id)).filter((job) => typeof job !== "number")
      : sh.jobs.list.filter((job) => !job.waited);
    if (wanted.length === 0) return 127;
    const done = wanted.find((job) => job.status !== undefined);
    if (done) {
      if (target !== undefined) sh.assignByName(target, String(done.pid), "wait");
      settle(sh, done);
      done.waited = true;
      const status = done.status as number;
      return status < 256 ? status : status - 128;
    }
    const result = sh.system.wait(-1, false);
    if (typeof result === "object") {
      sh.jobs.record(result.pid, result.status);
      childEnded(sh);
    } else if (result !== -Errno.EINTR) return 127;
    else {
      const pending = sh.system.takeSignals();
      sh.interruptedBy = pending;
      if (isTrapped(sh, pending)) return interrupted(sh);
    }
  }
}

/** The job that `fg` or `bg` is asked for; under `set -m` only, for there is no terminal. */
function controlled(sh: Interpreter, name: string, args: string[]): Job | undefined {
  const spec = args[0] === "--" ? args[1] : args[0];
  if (!sh.state.set.monitor) sh.builtinError(name, "no job control");
  else if (args[0] !== "--" && spec?.startsWith("-")) sh.usage(name, spec.slice(0, 2), `${name} [job_spec]`);
  else {
    sh.jobs.poll();
    const job = spec === undefined ? (sh.jobs.current ?? "current: no such job") : sh.jobs.find(spec);
    if (typeof job !== "string") return job;
    sh.builtinError(name, job);
  }
  return undefined;
}

/** `fg [job]`: waits for it. */
export function fgBuiltin(sh: Interpreter, args: string[]): number {
  const job = controlled(sh, "fg", args);
  if (!job) return 1;
  sh.out(`${job.text}\n`, "fg");
  const status = waitFor(sh, job);
  if (status === undefined) return interrupted(sh);
  sh.jobs.tellSignal(job);
  sh.jobs.remove(job);
  return status;
}

/** `bg [job …]`: nothing ever stops here, so each is running already. */
export function bgBuiltin(sh: Interpreter, args: string[]): number {
  let status = 0;
  for (const spec of args.length > 0 ? args : [undefined]) {
    const job = controlled(sh, "bg", spec === undefined ? [] : [spec]);
    if (!job) status = 1;
    else sh.builtinError("bg", `job ${job.id} already in background`);
  }
  return status;
}

/** `suspend` */
export function suspendBuiltin(sh: Interpreter, args: string[]): number {
  if (args.length > 0 && !args[0]?.startsWith("-")) return tooMany(sh, "suspend");
  return sh.builtinError("suspend", "cannot suspend: no job control");
}
