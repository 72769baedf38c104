import { printable } from "../expand/quote.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { errorText } from "../interp/messages.ts";
import { changeDirectory } from "./cd.ts";

function shorten(sh: Interpreter, path: string): string {
  const home = sh.vars.text("HOME");
  if (home && home !== "/" && (path === home || path.startsWith(`${home}/`)))
    return `~${path.slice(home.length)}`;
  return path;
}

function stack(sh: Interpreter): string[] {
  return [sh.state.cwd, ...sh.state.dirStack];
}

function printStack(sh: Interpreter): number {
  sh.out(
    `${stack(sh)
      .map((path) => shorten(sh, path))
      .join(" ")}\n`,
    "dirs",
  );
  return 0;
}

/** The place that `+n` or `-n` means; `undefined` when there is none. */
function position(sh: Interpreter, name: string, text: string): number | undefined {
  const size = stack(sh).length;
  const count = Number(text.slice(1));
  const index = text[0] === "+" ? count : size - 1 - count;
  if (index >= 0 && index < size) return index;
  const shown = name === "dirs" ? text.slice(1) : text;
  sh.builtinError(
    name,
    size === 1 ? "directory stack empty" : `${shown}: directory stack index out of range`,
  );
  return undefined;
}

/** `dirs [-clpv] [+n] [-n]` */
export function dirsBuiltin(sh: Interpreter, args: string[]): number {
  let style = "";
  let long = false;
  let only: number | undefined;
  for (const arg of args) {
    if (/^[-+]\d+$/.test(arg)) {
      only = position(sh, "dirs", arg);
      if (only === undefined) return 1;
    } else if (/^-[clpv]+$/.test(arg)) {
      if (arg.includes("c")) sh.state.dirStack = [];
      if (arg.includes("c")) return 0;
      if (arg.includes("l")) long = true;
      if (arg.includes("v")) style = "v";
      else if (arg.includes("p")) style = "p";
    } else {
      sh.builtinError("dirs", `${arg}: invalid ${/^[-+]/.test(arg) ? "number" : "option"}`);
      return sh.usage("dirs", undefined, "dirs [-clpv] [+N] [-N]");
    }
  }
  const shown = stack(sh).map((path) => (long ? path : shorten(sh, path)));
  const picked = only === undefined ? shown : [shown[only] as string];
  if (style === "v")
    sh.out(picked.map((path, i) => `${String(only ?? i).padStart(2)}  ${path}\n`).join(""), "dirs");
  else sh.out(`${picked.join(style === "p" ? "\n" : " ")}\n`, "dirs");
  return 0;
}

/** `pushd [-n] [dir | +n | -n]` */
export function pushdBuiltin(sh: Interpreter, args: string[]): number {
  let rest = args;
  let stay = false;
  if (rest[0] === "-n") {
    stay = true;
    rest = rest.slice(1);
  }
  if (rest[0] === "--") rest = rest.slice(1);
  else if (rest[0] && /^-[^\d]/.test(rest[0])) {
    sh.builtinError("pushd", `${rest[0]}: invalid number`);
    return sh.usage("pushd", undefined, "pushd [-n] [+N | -N | dir]");
  }
  if (rest.length > 1) return sh.builtinError("pushd", "too many arguments");
  const target = rest[0];
  const all = stack(sh);
  if (target === undefined) {
    if (all.length < 2) return sh.builtinError("pushd", "no other directory");
    return rotate(sh, [all[1] as string, all[0] as string, ...all.slice(2)], "pushd");
  }
  if (/^[-+]\d+$/.test(target)) {
    const index = position(sh, "pushd", target);
    if (index === undefined) return 1;
    return rotate(sh, [...all.slice(index), ...all.slice(0, index)], "pushd");
  }
  if (stay) {
    sh.state.dirStack = [target, ...sh.state.dirStack];
    return printStack(sh);
  }
  const result = changeDirectory(sh, target, sh.state.set.physical);
  if (result < 0) return sh.builtinError("pushd", `${printable(target)}: ${errorText(result)}`);
  sh.state.dirStack = all;
  return printStack(sh);
}

function rotate(sh: Interpreter, next: string[], name: string): number {
  const first = next[0] as string;
  const result = changeDirectory(sh, first, false);
  if (result < 0) return sh.builtinError(name, `${printable(first)}: ${errorText(result)}`);
  sh.state.dirStack = next.slice(1);
  return printStack(sh);
}

/** `popd [-n] [+n | -n]` */
export function popdBuiltin(sh: Interpreter, args: string[]): number {
  let rest = args;
  let stay = false;
  if (rest[0] === "-n") {
    stay = true;
    rest = rest.slice(1);
  }
  if (rest[0] === "--") rest = rest.slice(1);
  const target = rest[0];
  if (target !== undefined && !/^[-+]\d+$/.test(target)) {
    sh.builtinError("popd", `${target}: invalid ${target.startsWith("-") ? "number" : "argument"}`);
    return sh.usage("popd", undefined, "popd [-n] [+N | -N]");
  }
  const all = stack(sh);
  if (all.length < 2) return sh.builtinError("popd", "directory stack empty");
  const index = target === undefined ? 0 : position(sh, "popd", target);
  if (index === undefined) return 1;
  if (index > 0 || stay) {
    sh.state.dirStack = all.filter((_, i) => i !== (index || 1)).slice(1);
    return printStack(sh);
  }
  return rotate(sh, all.slice(1), "popd");
}
