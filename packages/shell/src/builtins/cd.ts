import { Errno } from "@shadowbox/vfs";
import { printable } from "../expand/quote.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { errorText } from "../interp/messages.ts";
import { refused } from "../interp/restricted.ts";
import { Options } from "./options.ts";

const CD_USAGE = "cd [-L|[-P [-e]] [-@]] [dir]";

/** `cd [-L|-P] [dir]` */
export function cdBuiltin(sh: Interpreter, args: string[]): number {
  let physical = sh.state.set.physical;
  const options = new Options(args, /^-[A-Za-z@]/);
  for (const letter of options) {
    if (letter === "L") physical = false;
    else if (letter === "P") physical = true;
    else if (letter !== "e") return sh.usage("cd", `-${letter}`, CD_USAGE);
  }
  const rest = options.operands();
  if (refused(sh, "cd")) return 1;
  if (rest.length > 1) return sh.builtinError("cd", "too many arguments");
  let target: string | undefined = rest[0];
  let show = false;
  if (target === undefined) {
    const home = sh.vars.text("HOME");
    if (home === undefined) return sh.builtinError("cd", "HOME not set");
    target = home || ".";
  } else if (target === "-") {
    const old = sh.vars.text("OLDPWD");
    if (old === undefined) return sh.builtinError("cd", "OLDPWD not set");
    target = old;
    show = true;
  }
  return goTo(sh, target, physical, show, rest[0]);
}

function goTo(
  sh: Interpreter,
  target: string,
  physical: boolean,
  show: boolean,
  given: string | undefined,
): number {
  const cdpath = sh.vars.text("CDPATH");
  if (cdpath && given !== undefined && given !== "-" && !/^(\/|\.\.?(\/|$))/.test(target)) {
    for (const directory of cdpath.split(":")) {
      const path = directory === "" ? target : `${directory.replace(/\/$/, "")}/${target}`;
      if (changeDirectory(sh, path, physical) < 0) continue;
      if (directory !== "" && directory !== ".") sh.out(`${sh.state.cwd}\n`, "cd");
      return 0;
    }
  }
  let result = changeDirectory(sh, target, physical);
  if (result < 0 && sh.state.shopt.cdable_vars && sh.vars.text(target) !== undefined) {
    result = changeDirectory(sh, sh.vars.text(target) as string, physical);
    show = result >= 0;
  }
  if (result < 0) return sh.builtinError("cd", `${printable(target)}: ${errorText(result)}`);
  if (show) sh.out(`${sh.state.cwd}\n`, "cd");
  return 0;
}

/** Changes the directory and PWD, OLDPWD; a negated errno on failure. */
export function changeDirectory(sh: Interpreter, target: string, physical: boolean): number {
  const { state, system } = sh;
  if (target === "") return 0;
  const logical = parentsExist(sh, target) ? logicalPath(state.cwd, target) : target;
  let result = physical ? system.chdir(target) : system.chdir(logical);
  if (result < 0 && !physical && result !== -Errno.ENOENT) result = system.chdir(target);
  else if (result < 0 && !physical) result = system.chdir(target) < 0 ? result : 0;
  if (result < 0) return result;
  const next = physical ? system.getcwd() || logical : logical;
  setDirectory(sh, next);
  return 0;
}

/** `x/..` is `.` only if there is an x. */
function parentsExist(sh: Interpreter, target: string): boolean {
  for (let at = target.indexOf("/.."); at > 0; at = target.indexOf("/..", at + 1)) {
    const stat = sh.system.stat(logicalPath(sh.state.cwd, target.slice(0, at)), true);
    if (typeof stat === "number" || (stat.mode & 0o170000) !== 0o040000) return false;
  }
  return true;
}

function setDirectory(sh: Interpreter, path: string): void {
  const old = sh.state.cwd;
  sh.state.cwd = path;
  sh.movedTo = path;
  sh.vars.set("OLDPWD", old);
  sh.vars.set("PWD", path);
}

/** Joins and removes `.` and `..` by text. */
export function logicalPath(cwd: string, target: string): string {
  const joined = target.startsWith("/") ? target : `${cwd === "/" ? "" : cwd}/${target}`;
  const out: string[] = [];
  for (const part of joined.split("/")) {
    if (part === "" || part === ".") continue;
    if (part === "..") out.pop();
    else out.push(part);
  }
  const lead = /^\/\/(?!\/)/.test(joined) ? "//" : "/";
  return lead + out.join("/");
}

/** `pwd [-LP]` */
export function pwdBuiltin(sh: Interpreter, args: string[]): number {
  let physical = sh.state.set.physical;
  for (const arg of args) {
    if (arg === "--") break;
    if (!arg.startsWith("-") || arg === "-") break;
    for (const letter of arg.slice(1)) {
      if (letter === "P") physical = true;
      else if (letter === "L") physical = false;
      else return sh.usage("pwd", `-${letter}`, "pwd [-LP]");
    }
  }
  const path = physical ? sh.system.getcwd() : sh.state.cwd;
  return sh.out(`${path}\n`, "pwd") ? 0 : 1;
}
