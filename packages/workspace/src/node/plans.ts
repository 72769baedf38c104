import { createHash, randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { concat } from "@shadowbox/vfs";
import { WorkspaceError } from "../errors.ts";
import { diskFiles, type Files, replaceFile, syncFolder, writeAll } from "./files.ts";
import { type Standing, standingAt } from "./stamps.ts";

/** What stands at a path, with its bytes (a link's target). */
export interface Content {
  kind: "file" | "symlink" | "directory";
  mode: number;
  bytes: Uint8Array;
  /** Of a file: when it was written last, if that is to stay; nanoseconds. */
  mtimeNs?: bigint;
}

/** What is to stand at a path; read when it is written. */
export interface Proposed extends Omit<Content, "bytes"> {
  /** `into`: where the bytes may be put, if the caller has done with them before it uses that again. */
  read(into?: Uint8Array): Uint8Array;
}

export type Operation = "commit" | "undo" | "redo";

/** What the box sees at a path of a transaction: what stood in the project before, what stands after, or its own. */
export type BoxSees = "before" | "after" | "own";

/**
 * A transaction as it is kept: one folder with `plan.json`, `data` (contents), `before-N` (old files of the project, linked) and a
 * mark for each state it reached. Of many paths the new contents are in the project from the start, beside their places, and
 * `begun.json` names them before there is a plan.
 */
export interface Plan extends Begun {
  /** 2: without links; 3: without staged contents. */
  version: 2 | 3 | 4;
  id: string;
  time: string;
  operation: Operation;
  /** The commit that is undone or done again. */
  of?: string;
  steps: PlannedStep[];
}

/** What a transaction may have written beside places in the project. */
export interface Begun {
  /** Part of the names of files that are written beside others. */
  token: string;
  steps: readonly Pick<PlannedStep, "path">[];
}

export interface PlannedStep {
  /** Bytes as latin-1. */
  path: string;
  before?: Kept;
  after?: Kept;
  box: BoxSees;
}

/** A content: its place in `data`, the project's own old file, or what is written beside its place. */
export interface Kept {
  kind: Content["kind"];
  mode: number;
  at: number;
  size: number;
  mtimeNs?: string;
  link?: KeptLink;
  staged?: Staged;
}

/** A new content that is only in the project: beside its place, until it is put there. */
export interface Staged {
  /** So many names of the path lead to the folder that it is in. */
  depth: number;
  /** {@link digestOf} it. */
  digest: string;
}

/** What a content is known by that is not kept. */
export function digestOf(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

/** A file in the transaction's folder that is the project's old one by another name; until that is replaced both are one. */
export interface KeptLink {
  name: string;
  /** When it was written last, as it was linked; nanoseconds. */
  mtimeNs: string;
}

/**
 * How far a transaction is. `ready`: everything needed is on the disk, the project may be half changed. `applied`: the project
 * has all of it. `done`: the shadow knows, too. `refused`: it is being taken back.
 */
export type PlanState = "ready" | "refused" | "applied" | "done";

/** The transactions of one state folder. */
export class PlanStore {
  readonly #folder: string;
  readonly #files: Files;

  constructor(folder: string, files: Files = diskFiles) {
    this.#folder = folder;
    this.#files = files;
    if (files.mkdirSync(folder, { recursive: true, mode: 0o700 }) !== undefined)
      syncFolder(files, dirname(folder));
  }

  /** Makes the next transaction's folder. */
  begin(): { id: string; pack: PackWriter } {
    const id = String(Number(this.ids().at(-1) ?? 0) + 1).padStart(6, "0");
    this.#files.mkdirSync(this.folderOf(id), { mode: 0o700 });
    return { id, pack: new PackWriter(this.folderOf(id), this.#files) };
  }

  /** The plan is on the disk, or not at all. */
  write(plan: Plan): void {
    this.#write(plan.id, PLAN, plan);
  }

  /** What comes before the plan: after a crash the next start takes away what was written beside places. */
  announce(id: string, begun: Begun): void {
    this.#write(id, BEGUN, begun);
  }

  #write(id: string, name: string, what: Plan | Begun): void {
    const folder = this.folderOf(id);
    replaceFile(this.#files, join(folder, name), Buffer.from(JSON.stringify(what)));
    syncFolder(this.#files, folder);
    syncFolder(this.#files, this.#folder);
  }

  mark(id: string, state: Exclude<PlanState, "ready">): void {
    const folder = this.folderOf(id);
    this.#files.closeSync(this.#files.openSync(join(folder, state), "w", 0o600));
    syncFolder(this.#files, folder);
  }

  /** Absent: it never got ready, or is forgotten. */
  read(id: string): Plan | undefined {
    const plan = this.#read<Plan>(id, PLAN);
    if (plan === undefined || (plan.version >= 2 && plan.version <= 4)) return plan;
    throw new WorkspaceError("state", `read commit "${id}": expected format 2 to 4, got ${plan.version}`);
  }

  /** What a transaction without a plan has announced. */
  readBegun(id: string): Begun | undefined {
    return this.#read<Begun>(id, BEGUN);
  }

  #read<T>(id: string, name: string): T | undefined {
    try {
      return JSON.parse(this.#files.readFileSync(join(this.folderOf(id), name), "utf8")) as T;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
      throw error;
    }
  }

  stateOf(id: string): PlanState {
    const names = this.#files.readdirSync(this.folderOf(id));
    return (["done", "applied", "refused"] as const).find((state) => names.includes(state)) ?? "ready";
  }

  open(id: string): Pack {
    return new Pack(this.folderOf(id), this.#files);
  }

  drop(id: string): void {
    // Without its plan it counts as never begun, however much of the rest is gone.
    this.#files.rmSync(join(this.folderOf(id), PLAN), { force: true });
    syncFolder(this.#files, this.folderOf(id));
    this.#files.rmSync(this.folderOf(id), { recursive: true, force: true });
  }

  /** All of them, oldest first. */
  ids(): string[] {
    return this.#files
      .readdirSync(this.#folder)
      .filter((name) => /^\d{6,}$/.test(name))
      .sort((a, b) => Number(a) - Number(b));
  }

  /** Puts somebody's file aside, for good; where. */
  putAside(id: string, bytes: Uint8Array): string {
    // Not in the transaction's folder, which goes when it is forgotten.
    const file = join(this.#folder, `rescued-${id}-${randomBytes(4).toString("hex")}`);
    replaceFile(this.#files, file, bytes);
    syncFolder(this.#files, this.#folder);
    return file;
  }

  folderOf(id: string): string {
    return join(this.#folder, id);
  }
}

const [DATA, PLAN, BEGUN] = ["data", "plan.json", "begun.json"];

/** Writes the contents of a transaction, one after the other. */
export class PackWriter {
  readonly #files: Files;
  readonly #fd: number;
  #at = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;

  constructor(folder: string, files: Files) {
    this.#files = files;
    this.#fd = files.openSync(join(folder, DATA), "wx", 0o600);
  }

  keep({ kind, mode, bytes, mtimeNs }: Content): Kept {
    const time = mtimeNs !== undefined && { mtimeNs: String(mtimeNs) };
    const kept = { kind, mode, at: this.#at, size: bytes.length, ...time };
    this.#at += bytes.length;
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes > 1 << 20) this.#flush();
    return kept;
  }

  #flush(): void {
    writeAll(this.#files, this.#fd, concat(this.#waiting));
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Makes all of it durable. */
  finish(): void {
    this.#flush();
    this.#files.fsyncSync(this.#fd);
  }

  close(): void {
    this.#files.closeSync(this.#fd);
  }
}

/** Bytes of a transaction's contents that are read ahead. */
const AHEAD = 1 << 20;

/** The contents of a transaction. */
export class Pack {
  readonly #files: Files;
  readonly #folder: string;
  readonly #fd: number;
  /** What was read last, from `#from` on. */
  #window: Uint8Array = new Uint8Array();
  #from = 0;

  constructor(folder: string, files: Files) {
    this.#files = files;
    this.#folder = folder;
    this.#fd = files.openSync(join(folder, DATA), "r");
  }

  load({ kind, mode, at, size, mtimeNs, link, staged }: Kept): Content {
    const facts = { kind, mode, ...(mtimeNs !== undefined && { mtimeNs: BigInt(mtimeNs) }) };
    if (staged)
      throw new WorkspaceError("state", "read a commit's data: this content is in the project only");
    if (link) return { ...facts, bytes: this.#files.readFileSync(this.placeOf(link)) };
    if (at < this.#from || at + size > this.#from + this.#window.length) {
      this.#window = this.#read(at, Math.max(size, AHEAD));
      this.#from = at;
    }
    const bytes = this.#window.subarray(at - this.#from, at - this.#from + size);
    if (bytes.length === size) return { ...facts, bytes };
    throw new WorkspaceError("state", `read a commit's data: it ends at ${at + bytes.length} bytes`);
  }

  /** Whether it is still what it was when the transaction began: a linked file may have been written to before it was replaced. */
  isUntouched({ link }: Kept): boolean {
    if (link === undefined) return true;
    return String(this.standing(link)?.mtimeNs) === link.mtimeNs;
  }

  placeOf({ name }: KeptLink): string {
    return join(this.#folder, name);
  }

  standing(link: KeptLink): Standing | undefined {
    return standingAt(this.#files, this.placeOf(link));
  }

  #read(at: number, size: number): Uint8Array {
    const bytes = new Uint8Array(size);
    let done = 0;
    while (done < size) {
      const count = this.#files.readSync(this.#fd, bytes, done, size - done, at + done);
      if (count === 0) break;
      done += count;
    }
    return bytes.subarray(0, done);
  }

  close(): void {
    this.#files.closeSync(this.#fd);
  }
}
