import { Errno, encodeText } from "@shadowbox/vfs";
import { ShellError } from "../errors.ts";
import { lookUp, namedReference } from "../expand/parameter.ts";
import { expandFields, expandText } from "../expand/word.ts";
import type { Redirect } from "../parse/ast.ts";
import { OpenFlag } from "../system.ts";
import { assignText } from "./assign.ts";
import type { Interpreter } from "./interpreter.ts";
import { errorText } from "./messages.ts";

/** What redirections replaced, to be put back (or kept, for `exec`). */
export type Replaced = { fd: number; saved: number }[];

const { READ, WRITE, CREATE, TRUNCATE, APPEND } = OpenFlag;

/** Carries out redirections from left to right. After a failure, which is reported, everything is put back. */
export function redirect(sh: Interpreter, redirects: readonly Redirect[]): Replaced | undefined {
  const replaced: Replaced = [];
  for (const node of redirects) {
    let done = false;
    try {
      done = redirectOne(sh, node, replaced);
    } finally {
      if (!done) putBack(sh, replaced);
    }
    if (!done) return undefined;
  }
  return replaced;
}

export function putBack(sh: Interpreter, replaced: Replaced): void {
  for (let i = replaced.length - 1; i >= 0; i--) {
    const { fd, saved } = replaced[i] as Replaced[number];
    sh.fds.restore(fd, saved);
  }
  replaced.length = 0;
}

/** Makes redirections last (`exec >file`). */
export function keep(sh: Interpreter, replaced: Replaced): void {
  for (const { fd, saved } of replaced) sh.fds.keep(fd, saved);
  replaced.length = 0;
}

function replace(sh: Interpreter, fd: number, from: number, replaced: Replaced): void {
  if (fd === 1) sh.fds.materialize();
  const saved = sh.fds.save(fd);
  replaced.push({ fd, saved });
  if (from === fd) return;
  sh.system.dup2(from, fd);
}

/** Puts a newly opened descriptor in its place. */
function install(sh: Interpreter, node: Redirect, fd: number, opened: number, replaced: Replaced): boolean {
  if (node.fdVariable !== null) return installVariable(sh, node.fdVariable, opened);
  if (opened === fd) {
    // The place was free, and open(2) took it.
    replaced.push({ fd, saved: -1 });
    sh.system.setCloseOnExec(fd, false);
    return true;
  }
  replace(sh, fd, opened, replaced);
  sh.system.close(opened);
  return true;
}

/** `{name}>`: a descriptor ≥ 10 that stays open after the command. */
function installVariable(sh: Interpreter, name: string, opened: number): boolean {
  const fd = sh.system.dup(opened, 10);
  sh.system.close(opened);
  if (fd < 0) return complain(sh, name, fd);
  sh.fds.keep(fd, -1);
  try {
    assignText(sh, name, String(fd), false);
  } catch (error) {
    sh.error(sh.report(error).message);
    sh.error(`${name}: cannot assign fd to variable`);
    sh.system.close(fd);
    return false;
  }
  return true;
}

function complain(sh: Interpreter, what: string, errno: number): false {
  sh.error(`${what}: ${errorText(errno)}`);
  return false;
}

function redirectOne(sh: Interpreter, node: Redirect, replaced: Replaced): boolean {
  const fd = node.fd ?? (node.operator.startsWith("<") ? 0 : 1);
  switch (node.operator) {
    case "<<":
    case "<<-":
      return hereText(
        sh,
        node,
        fd,
        expandText(sh, (node.hereDocument as NonNullable<Redirect["hereDocument"]>).body),
        replaced,
      );
    case "<<<":
      return hereText(sh, node, fd, `${expandText(sh, node.target)}\n`, replaced);
    case "<&":
    case ">&":
      return duplicate(sh, node, fd, replaced);
    case "&>":
    case "&>>":
      return both(sh, node, node.operator === "&>>", targetOf(sh, node), replaced);
    default:
      return openFile(sh, node, fd, replaced);
  }
}

/** The one word that a target expands to. */
function targetOf(sh: Interpreter, node: Redirect): string {
  if (node.target.plain !== null) return node.target.plain;
  const fields = sh.posix ? [expandText(sh, node.target)] : expandFields(sh, [node.target]);
  if (fields.length !== 1) throw new ShellError("assignment", `${node.target.text}: ambiguous redirect`);
  return fields[0] as string;
}

const FLAGS: Record<string, number> = {
  "<": READ,
  ">": WRITE | CREATE | TRUNCATE,
  ">|": WRITE | CREATE | TRUNCATE,
  ">>": WRITE | CREATE | APPEND,
  "<>": READ | WRITE | CREATE,
};

function openFile(sh: Interpreter, node: Redirect, fd: number, replaced: Replaced): boolean {
  const path = targetOf(sh, node);
  const opened = openPath(sh, path, node.operator);
  if (opened < 0) return opened === REPORTED ? false : complain(sh, path, opened);
  return install(sh, node, fd, opened, replaced);
}

const REPORTED = -100_000;

/** Opens a file as a redirection operator does. */
export function openPath(sh: Interpreter, path: string, operator: string): number {
  const special = /^\/dev\/(?:fd\/(\d+)|(stdin)|(stdout)|(stderr))$/.exec(path);
  if (special) {
    const number = special[1] !== undefined ? Number(special[1]) : special[2] ? 0 : special[3] ? 1 : 2;
    if (number === 1) sh.fds.materialize();
    return sh.system.dup(number, 10);
  }
  if (/^\/dev\/(tcp|udp)\/[^/]+\/[^/]+$/.test(path)) {
    sh.error(`${path}: network redirections are not available in the sandbox`);
    return REPORTED;
  }
  if (sh.state.restricted && operator !== "<") {
    sh.error(`${path}: restricted: cannot redirect output`);
    return REPORTED;
  }
  if (path === "") return -Errno.ENOENT;
  let flags = FLAGS[operator] as number;
  if (operator === ">" && sh.state.set.noclobber) {
    const stat = sh.system.stat(path, true);
    if (typeof stat !== "number" && (stat.mode & 0o170000) === 0o100000) {
      sh.error(`${path}: cannot overwrite existing file`);
      return REPORTED;
    }
    if (typeof stat === "number") flags |= OpenFlag.EXCLUSIVE;
  }
  const opened = sh.system.open(path, flags, 0o666);
  return opened;
}

function both(sh: Interpreter, node: Redirect, append: boolean, path: string, replaced: Replaced): boolean {
  const opened = openPath(sh, path, append ? ">>" : ">");
  if (opened < 0) return opened === REPORTED ? false : complain(sh, path, opened);
  replace(sh, 1, opened, replaced);
  replace(sh, 2, opened, replaced);
  if (opened > 2) sh.system.close(opened);
  void node;
  return true;
}

/** `n>&m`, `n>&m-`, `n>&-`, `>&file`. */
function duplicate(sh: Interpreter, node: Redirect, fd: number, replaced: Replaced): boolean {
  const fields = expandFields(sh, [node.target]);
  const text = fields[0];
  if (fields.length !== 1 || text === undefined)
    throw new ShellError("assignment", `${node.target.text}: ambiguous redirect`);
  if (text === "-") {
    if (node.fdVariable !== null) return closeVariable(sh, node.fdVariable);
    if (fd === 1) sh.fds.materialize();
    replaced.push({ fd, saved: sh.fds.save(fd) });
    sh.system.close(fd);
    return true;
  }
  const match = /^(\d+)(-?)$/.exec(text);
  if (!match) {
    if (node.operator === ">&" && (node.fd ?? 1) === 1 && node.fdVariable === null)
      return both(sh, node, false, text, replaced);
    throw new ShellError("assignment", `${text}: ambiguous redirect`);
  }
  const source = Number(match[1]);
  if (!sh.system.fdExists(source)) return complain(sh, node.target.text, Errno.EBADF);
  if (source === 1) sh.fds.materialize();
  if (node.fdVariable !== null) {
    const copy = sh.system.dup(source, 10);
    return copy < 0 ? complain(sh, text, copy) : installVariable(sh, node.fdVariable, copy);
  }
  replace(sh, fd, source, replaced);
  if (match[2] && source !== fd) {
    replaced.push({ fd: source, saved: sh.fds.save(source) });
    sh.system.close(source);
  }
  return true;
}

function closeVariable(sh: Interpreter, name: string): boolean {
  const value = lookUp(sh, namedReference(sh, name)).text;
  if (value === undefined || !/^\d+$/.test(value))
    throw new ShellError("assignment", `${name}: ambiguous redirect`);
  sh.fds.keep(Number(value));
  sh.system.close(Number(value));
  return true;
}

function hereText(sh: Interpreter, node: Redirect, fd: number, text: string, replaced: Replaced): boolean {
  const pipe = sh.system.capture();
  if (typeof pipe === "number") return complain(sh, "cannot create temp file for here-document", pipe);
  if (text) sh.system.write(pipe.writeEnd, encodeText(text));
  sh.system.close(pipe.writeEnd);
  return install(sh, node, fd, pipe.readEnd, replaced);
}
