import { createHash, randomBytes } from "node:crypto";
import {
  closeSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { basename, dirname, join, sep } from "node:path";
import { WorkspaceError } from "../errors.ts";
import { systemReason } from "./reason.ts";

/** Of the layout of a state folder; a newer one is refused. */
export const STATE_VERSION = 1;

/** Where a project's shadow is kept between runs. */
export interface StateFolder {
  /** Absolute path; holds `journal`, `commits/`, `log.jsonl`, `lock`. */
  path: string;
  /** Real path of the project. */
  project: string;
  release(): void;
}

interface Meta {
  version: number;
  project: string;
}

/**
 * Opens the folder of `project` below `root` (both absolute), making it the first time. Throws WorkspaceError `state` (a newer
 * format, state inside the project or the other way round) or `locked` (another process writes; the message names it).
 */
export function openState(root: string, project: string, options: { readOnly?: boolean } = {}): StateFolder {
  const real = realpathSync(project);
  // Before anything is made: it might be made in the project.
  refuseNesting(realOf(root), real);
  const name = `${basename(real).replace(/[^\w.-]/g, "_") || "root"}-${createHash("sha256").update(real).digest("hex").slice(0, 16)}`;
  const path = makeFolder(root, name);
  checkMeta(path, real);
  const release = options.readOnly ? () => {} : takeLock(join(path, "lock"), real);
  return { path, project: real, release };
}

/** Makes `root/name`; its real path. */
function makeFolder(root: string, name: string): string {
  try {
    mkdirSync(root, { recursive: true, mode: 0o700 });
    const path = join(realpathSync(root), name);
    mkdirSync(path, { recursive: true, mode: 0o700 });
    return path;
  } catch (cause) {
    throw new WorkspaceError(
      "state",
      `make state folder "${root}": ${systemReason(cause)}, or choose another place with --state`,
      { cause },
    );
  }
}

/** The real path of what may not be there yet. */
function realOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : join(realOf(above), basename(path));
  }
}

function refuseNesting(state: string, project: string): void {
  const inside = (inner: string, outer: string) =>
    inner === outer || inner.startsWith(outer.endsWith(sep) ? outer : outer + sep);
  if (inside(state, project))
    throw new WorkspaceError(
      "state",
      `open state "${state}": it lies inside the project "${project}"; choose another place with --state`,
    );
  if (inside(project, state))
    throw new WorkspaceError(
      "state",
      `open project "${project}": it lies inside the state folder "${state}"; choose another project or --state`,
    );
}

function checkMeta(path: string, project: string): void {
  const file = join(path, "meta.json");
  let meta: Meta;
  try {
    meta = JSON.parse(readFileSync(file, "utf8")) as Meta;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT" && !(error instanceof SyntaxError)) throw error;
    meta = { version: STATE_VERSION, project };
    writeFileSync(`${file}.new`, `${JSON.stringify(meta)}\n`, { mode: 0o600 });
    renameSync(`${file}.new`, file);
  }
  if (meta.version > STATE_VERSION)
    throw new WorkspaceError(
      "state",
      `open state "${path}": expected format ${STATE_VERSION} or older, got ${meta.version}; use the newer shadowbox that wrote it, or another --state`,
    );
}

interface Owner {
  pid: number;
  /** Start of the process in clock ticks since boot, where the system tells: a pid alone may be somebody else's by now. */
  started: string;
}

function takeLock(file: string, project: string): () => void {
  const mine: Owner = { pid: process.pid, started: startOf(process.pid) };
  for (let attempt = 0; attempt < 5; attempt++) {
    const owner = readOwner(file);
    if (owner !== undefined && isAlive(owner)) {
      throw new WorkspaceError(
        "locked",
        `open state of "${project}": process ${owner.pid} is working on it; wait for it to end, or stop it`,
      );
    }
    if (owner !== undefined) unlinkSync(file);
    if (createLock(file, mine)) return () => rmSync(file, { force: true });
  }
  throw new WorkspaceError("locked", `open state of "${project}": other processes keep taking its lock`);
}

/** The lock appears complete, or not at all: a full file is linked into place. */
function createLock(file: string, owner: Owner): boolean {
  const fresh = `${file}.${process.pid}-${randomBytes(4).toString("hex")}`;
  const fd = openSync(fresh, "wx", 0o600);
  writeSync(fd, JSON.stringify(owner));
  closeSync(fd);
  try {
    linkSync(fresh, file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw error;
  } finally {
    unlinkSync(fresh);
  }
}

function readOwner(file: string): Owner | undefined {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as Owner;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    return { pid: 0, started: "" };
  }
}

function isAlive(owner: Owner): boolean {
  if (owner.pid <= 0) return false;
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ESRCH") return false;
  }
  return startOf(owner.pid) === owner.started;
}

function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    // One that ended and that nobody has asked about yet (a container without an init) is still listed.
    return fields[0] === "Z" ? "ended" : (fields[19] ?? "");
  } catch {
    return "";
  }
}
