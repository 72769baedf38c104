import { Errno } from "@shadowbox/vfs";
import { IndexedArray } from "../state/arrays.ts";
import type { Interpreter } from "./interpreter.ts";
import { SIGNAL_TEXTS } from "./messages.ts";

export interface Job {
  /** `%1`; 0 for children that are not jobs (process substitutions). */
  id: number;
  pid: number;
  text: string;
  /** As of wait(2): 256 + signal; `undefined` while it runs. */
  status: number | undefined;
  /** Its end was shown or waited for. */
  told: boolean;
  /** `wait -n` has told of it. */
  waited?: boolean;
  /** `disown -h`. */
  noHangup: boolean;
  /** Started by an earlier shell of the session: it cannot be waited for, only be seen and killed. */
  adopted?: boolean;
  /** Of a coprocess: its array, and this shell's ends of its pipes. */
  coproc?: { name: string; fds: readonly number[] };
}

/** What a later shell of a session is told of a job. */
export type RunningJob = Pick<Job, "id" | "pid" | "text">;

/** INT, PIPE and TERM: that they ended a job in the background is told by `jobs` only. */
const QUIET_SIGNALS: ReadonlySet<number> = new Set([2, 13, 15]);

/** Background children of the shell. */
export class Jobs {
  readonly #sh: Interpreter;
  #jobs: Job[] = [];
  readonly #outer: Job[][] = [];
  /** Statuses of children that are no longer jobs, for a later `wait PID`. */
  readonly #remembered = new Map<number, number>();

  constructor(sh: Interpreter) {
    this.#sh = sh;
  }

  get list(): readonly Job[] {
    return this.#jobs.filter((job) => job.id > 0);
  }

  add(pid: number, text: string): Job {
    const id = Math.max(0, ...this.#jobs.map((job) => job.id)) + 1;
    const job: Job = { id, pid, text, status: undefined, told: false, noHangup: false };
    this.#jobs.push(job);
    return job;
  }

  /** Takes over the jobs that another shell left running. */
  adopt(jobs: readonly RunningJob[]): void {
    for (const { id, pid, text } of jobs)
      this.#jobs.push({ id, pid, text, status: undefined, told: false, noHangup: true, adopted: true });
  }

  addDetached(pid: number): void {
    this.#jobs.push({ id: 0, pid, text: "", status: undefined, told: true, noHangup: true });
  }

  beginSubshell(): void {
    this.#outer.push(this.#jobs);
    this.#jobs = [];
  }

  endSubshell(): void {
    this.#jobs = this.#outer.pop() as Job[];
  }

  /** Jobs to show: those of the shell around when a subshell has none. */
  get visible(): readonly Job[] {
    if (this.#jobs.length || !this.#outer.length) return this.list;
    return (this.#outer[this.#outer.length - 1] as Job[]).filter((job) => job.id > 0);
  }

  /** The current (`%+`) and the previous (`%-`) job. */
  get current(): Job | undefined {
    return this.visible.at(-1);
  }

  get previous(): Job | undefined {
    return this.visible.at(-2) ?? this.visible.at(-1);
  }

  /** Looks which children have ended, without waiting. */
  poll(): void {
    for (const job of this.#jobs) {
      if (job.status !== undefined) continue;
      if (job.adopted) {
        if (this.#sh.system.kill(job.pid, 0) < 0) job.status = 0;
        continue;
      }
      const result = this.#sh.system.wait(job.pid, true);
      if (typeof result === "object") this.ended(job, result.status);
      else if (result === -Errno.ECHILD) job.status = 127;
    }
  }

  /** After a program in the foreground: children that a signal ended are told, and `bash -c` without job control forgets what ended. */
  afterForeground(): void {
    if (this.#jobs.length === 0) return;
    this.poll();
    const forgets = this.#sh.state.how === "c" && !this.#sh.state.set.monitor;
    for (const job of [...this.#jobs])
      if (job.status !== undefined && (this.tell(job) || (forgets && job.id > 0))) this.remove(job);
  }

  /** Tells of a job that has ended what is told without being asked; whether that was anything. */
  tell(job: Job): boolean {
    return this.tellSignal(job) || this.#tellEnd(job);
  }

  /** Under job control `bash -c` tells of every job's end, a script of those that a signal brought about. */
  #tellEnd(job: Job): boolean {
    const { set, how } = this.#sh.state;
    const isSignal = job.status !== undefined && job.status >= 256;
    if (!set.monitor || job.told || job.id === 0 || job.adopted || !(how === "c" || isSignal)) return false;
    this.#sh.errorText(this.describe(job, false));
    job.told = true;
    return true;
  }

  /** Tells of a job that a signal ended, but for the usual ones; whether it did. */
  tellSignal(job: Job): boolean {
    if (job.told || job.status === undefined || job.status < 256) return false;
    const text = QUIET_SIGNALS.has(job.status - 256) ? undefined : SIGNAL_TEXTS[job.status - 256];
    if (text === undefined) return false;
    const { prefix } = this.#sh;
    this.#sh.errorText(`${prefix}${String(job.pid).padStart(5)} ${text.padEnd(23)} ${job.text}\n`);
    job.told = true;
    return true;
  }

  /** Notes the end of a job. What names a coprocess goes with it. */
  ended(job: Job, status: number): void {
    job.status = status;
    if (!job.coproc) return;
    const { vars, system } = this.#sh;
    const { name, fds } = job.coproc;
    const array = vars.get(name)?.value;
    const values = array instanceof IndexedArray ? array.values() : [];
    for (const fd of fds) if (values.includes(String(fd))) system.close(fd);
    vars.unset(name);
    vars.unset(`${name}_PID`);
  }

  /** Notes that a child has ended, whichever shell of this thread it belongs to. */
  record(pid: number, status: number): void {
    for (const jobs of [this.#jobs, ...this.#outer]) {
      const job = jobs.find((other) => other.pid === pid);
      if (job) this.ended(job, status);
    }
  }

  byPid(pid: number): Job | undefined {
    return this.#jobs.find((job) => job.pid === pid);
  }

  /** The job that `%n`, `%%`, `%+`, `%-`, `%text`, `%?text` names; a text is why there is none. */
  find(spec: string): Job | string {
    const body = spec.startsWith("%") ? spec.slice(1) : spec;
    const jobs = this.visible;
    if (body === "" || body === "%" || body === "+") return this.current ?? `${spec}: no such job`;
    if (body === "-") return this.previous ?? `${spec}: no such job`;
    if (/^\d+$/.test(body)) return jobs.find((job) => job.id === Number(body)) ?? `${spec}: no such job`;
    const matches = jobs.filter((job) =>
      body.startsWith("?") ? job.text.includes(body.slice(1)) : job.text.startsWith(body),
    );
    if (matches.length > 1) return `${body}: ambiguous job spec`;
    return matches[0] ?? `${spec}: no such job`;
  }

  /** A status that is known already. */
  takeStatus(pid: number): number | undefined {
    const job = this.byPid(pid);
    if (job?.status !== undefined) return job.status < 256 ? job.status : job.status - 128;
    return this.#remembered.get(pid);
  }

  remove(job: Job): void {
    this.#jobs = this.#jobs.filter((other) => other !== job);
    if (job.status !== undefined)
      this.#remembered.set(job.pid, job.status < 256 ? job.status : job.status - 128);
  }

  /** All children that are waited for by `wait` without arguments. */
  get running(): Job[] {
    return this.#jobs.filter((job) => job.status === undefined && job.id > 0);
  }

  get all(): readonly Job[] {
    return this.#jobs;
  }

  /** One line of `jobs`. */
  describe(job: Job, long: boolean): string {
    const mark = job === this.current ? "+" : job === this.previous ? "-" : " ";
    const pid = long ? ` ${job.pid} ` : "  ";
    const state = stateText(job);
    const running = job.status === undefined ? " &" : "";
    return `[${job.id}]${mark}${pid}${state.padEnd(24)}${job.text}${running}\n`;
  }
}

function stateText(job: Job): string {
  if (job.status === undefined) return "Running";
  if (job.status === 0) return "Done";
  if (job.status < 256) return `Exit ${job.status}`;
  const signal = job.status - 256;
  return SIGNAL_TEXTS[signal] ?? UNSAID_TEXTS[signal] ?? `Signal ${signal}`;
}

/** Signals that the shell says nothing of when they end what it waits for, but when it tells of a job. */
const UNSAID_TEXTS: Record<number, string> = { 2: "Interrupt", 13: "Broken pipe" };
