import * as fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { diskFiles, type Files } from "./files.ts";

/** Thrown where the process dies; every later call throws it, too. */
export class Crash extends Error {}

/** How a {@link crashingDisk} fails. */
export interface CrashPlan {
  /** The call before which the process dies, counted from 0; absent: it lives, and calls are counted. */
  at?: number;
  /** The power fails as well: what was not synced is lost in part. Decides with numbers from 0 to 1. */
  random?: () => number;
  /** What somebody else does before the call of this number, counted from 0, which is to put something at `place`. */
  meanwhile?: (call: { number: number; name: string; place?: string }) => void;
}

/** Bytes of a file that were written over, and not synced since. */
interface Overwritten {
  path: string;
  at: number;
  old: Uint8Array;
}

type Undo = { dir: string; undo(): void };

const CALLS = [
  ...[
    "chmodSync",
    "fchmodSync",
    "fdatasyncSync",
    "fsyncSync",
    "ftruncateSync",
    "futimesSync",
    "linkSync",
    "mkdirSync",
    "openSync",
  ],
  ...["renameSync", "rmdirSync", "rmSync", "symlinkSync", "unlinkSync", "writeSync", "syncAll"],
] as const;

/**
 * A disk that dies before a given call that changes something. With `random`, directories keep only a beginning of
 * their changes since they were last synced, each its own, and files lose or garble what was written since.
 */
export class CrashingDisk {
  /** Calls so far. */
  count = 0;
  readonly files: Files;
  readonly #plan: CrashPlan;
  #dead = false;
  #pending: Undo[] = [];
  /** Files with unsynced bytes: path and the length that is safe. */
  readonly #unsynced = new Map<string, number>();
  #overwritten: Overwritten[] = [];

  constructor(plan: CrashPlan = {}) {
    this.#plan = plan;
    const files = { ...diskFiles } as Record<string, unknown>;
    for (const name of CALLS) {
      const real = (diskFiles as unknown as Record<string, (...args: unknown[]) => unknown>)[name] as (
        ...args: unknown[]
      ) => unknown;
      files[name] = (...args: unknown[]) => {
        this.#meanwhile(name, args);
        this.#tick();
        return this.#follow(name, args, () => real(...args));
      };
    }
    this.files = files as unknown as Files;
  }

  #meanwhile(name: string, [first, second]: unknown[]): void {
    const last = (name === "renameSync" ? second : first) as string | Buffer | number;
    const place = typeof last === "number" ? {} : { place: realPlace(last) };
    this.#plan.meanwhile?.({ number: this.count, name, ...place });
  }

  #tick(): void {
    if (this.#dead) throw new Crash("after the crash");
    if (this.count++ !== this.#plan.at) return;
    this.#dead = true;
    if (this.#plan.random) this.#lose(this.#plan.random);
    throw new Crash(`before call ${this.#plan.at}`);
  }

  #follow(name: string, args: unknown[], act: () => unknown): unknown {
    if (this.#plan.random === undefined) return act();
    const [first, second] = args as [string | Buffer | number, string | Buffer];
    if (typeof first === "number") return this.#onDescriptor(name, args, act);
    if (name === "syncAll") {
      this.#pending = [];
      this.#unsynced.clear();
      this.#overwritten = [];
      return act();
    }
    const place = realPlace(name === "symlinkSync" || name === "linkSync" ? second : first);
    if (name === "renameSync") return this.#renamed(place, realPlace(second), act);
    const restore = name === "unlinkSync" || name === "rmdirSync" ? saved(place) : undefined;
    const existed = fs.lstatSync(place, { throwIfNoEntry: false }) !== undefined;
    const made = act();
    if (restore) this.#pending.push({ dir: dirname(place), undo: restore });
    else if (!existed && name !== "rmSync" && fs.lstatSync(place, { throwIfNoEntry: false }))
      this.#pending.push({
        dir: dirname(place),
        undo: () => fs.rmSync(place, { recursive: true, force: true }),
      });
    return made;
  }

  #renamed(from: string, to: string, act: () => unknown): unknown {
    const restore = saved(to);
    const done = act();
    const length = this.#unsynced.get(from);
    this.#unsynced.delete(from);
    if (length !== undefined) this.#unsynced.set(to, length);
    this.#pending.push({
      dir: dirname(to),
      undo: () => {
        if (fs.lstatSync(to, { throwIfNoEntry: false })) fs.renameSync(to, from);
        restore();
      },
    });
    return done;
  }

  #onDescriptor(name: string, args: unknown[], act: () => unknown): unknown {
    const fd = args[0] as number;
    const path = fs.readlinkSync(`/proc/self/fd/${fd}`);
    if (name === "writeSync") this.#notePlace(path, args);
    const done = act();
    if (name !== "fsyncSync" && name !== "fdatasyncSync") return done;
    this.#unsynced.delete(path);
    this.#overwritten = this.#overwritten.filter((one) => one.path !== path);
    if (name === "fsyncSync") this.#pending = this.#pending.filter(({ dir }) => dir !== path);
    return done;
  }

  /** Remembers what a write may lose: what it adds, and what it writes over. */
  #notePlace(path: string, [fd, bytes, , length, at]: unknown[]): void {
    const { size } = fs.fstatSync(fd as number);
    if (!this.#unsynced.has(path)) this.#unsynced.set(path, size);
    if (typeof at !== "number" || at >= size) return;
    const old = fs.readFileSync(path).subarray(at, at + ((length as number) ?? (bytes as Uint8Array).length));
    this.#overwritten.push({ path, at, old });
  }

  #lose(random: () => number): void {
    const kept = new Map<string, number>();
    for (const { dir } of this.#pending) kept.set(dir, (kept.get(dir) ?? 0) + 1);
    for (const [dir, count] of kept) kept.set(dir, Math.floor(random() * (count + 1)));
    const lost: Undo[] = [];
    for (const change of this.#pending) {
      const left = kept.get(change.dir) as number;
      if (left > 0) kept.set(change.dir, left - 1);
      else lost.push(change);
    }
    for (const one of this.#overwritten.reverse()) restorePart(one, random);
    for (const { undo } of lost.reverse()) undo();
    for (const [path, safe] of this.#unsynced) tear(path, safe, random);
  }
}

/** A beginning or an end of what was written over is as it was. */
function restorePart({ path, at, old }: Overwritten, random: () => number): void {
  const cut = Math.floor(random() * (old.length + 1));
  const [from, to] = random() < 0.5 ? [0, cut] : [cut, old.length];
  if (!fs.existsSync(path)) return;
  const fd = fs.openSync(path, "r+");
  fs.writeSync(fd, old, from, to - from, at + from);
  fs.closeSync(fd);
}

/** The unsynced end of a file is cut, or reads as zeros. */
function tear(path: string, safe: number, random: () => number): void {
  const size = fs.lstatSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size <= safe) return;
  const left = safe + Math.floor(random() * (size - safe + 1));
  fs.truncateSync(path, left);
  if (random() < 0.3) fs.truncateSync(path, size);
}

/** Where a path through a descriptor leads now; its last name is not followed. */
function realPlace(path: string | Buffer): string {
  const text = path.toString();
  const dir = fs.existsSync(dirname(text)) ? fs.realpathSync(dirname(text)) : dirname(text);
  return join(dir, basename(text));
}

/** Puts back what stands at a path now. */
function saved(path: string): () => void {
  const facts = fs.lstatSync(path, { throwIfNoEntry: false });
  if (facts === undefined) return () => {};
  const inFolder = (restore: () => void) => () => {
    if (fs.existsSync(dirname(path))) restore();
  };
  if (facts.isDirectory()) return inFolder(() => fs.mkdirSync(path));
  if (facts.isSymbolicLink()) {
    const target = fs.readlinkSync(path);
    return inFolder(() => fs.symlinkSync(target, path));
  }
  const bytes = fs.readFileSync(path);
  return inFolder(() => fs.writeFileSync(path, bytes, { mode: facts.mode & 0o777 }));
}
