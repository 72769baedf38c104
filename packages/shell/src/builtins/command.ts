import { findProgram, runProgram, searchPath } from "../interp/external.ts";
import { printFunction } from "../interp/function-text.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { refused } from "../interp/restricted.ts";
import { runBuiltin } from "../interp/simple.ts";
import { Options } from "./options.ts";

const RESERVED = new Set([
  "if",
  "then",
  "elif",
  "else",
  "fi",
  "time",
  "for",
  "in",
  "until",
  "while",
  "do",
  "done",
  "case",
  "esac",
  "coproc",
  "select",
  "function",
  "{",
  "}",
  "!",
  "[[",
  "]]",
]);
const STANDARD_PATH = "/bin:/usr/bin:/sbin:/usr/sbin";

function builtinNamed(sh: Interpreter, name: string) {
  return sh.disabled.has(name) ? undefined : sh.builtins.get(name);
}

/** `builtin name [args]` */
export function builtinBuiltin(sh: Interpreter, args: string[]): number {
  if (/^-[^-]/.test(args[0] ?? ""))
    return sh.usage("builtin", (args[0] as string).slice(0, 2), "builtin [shell-builtin [arg ...]]");
  const rest = args[0] === "--" ? args.slice(1) : args;
  const name = rest[0];
  if (name === undefined) return 0;
  const builtin = builtinNamed(sh, name);
  if (!builtin) return sh.builtinError("builtin", `${name}: not a shell builtin`);
  shiftAssignments(sh, args.length - rest.length + 1);
  return runBuiltin(sh, builtin, rest);
}

/** The assignments among the arguments move up when words in front are taken away. */
function shiftAssignments(sh: Interpreter, count: number): void {
  sh.assignmentArguments &&= sh.assignmentArguments.slice(count);
}

/** `command [-pVv] name [args]` */
export function commandBuiltin(sh: Interpreter, args: string[]): number {
  let verbose = "";
  let standard = false;
  const options = new Options(args);
  for (const letter of options) {
    if (letter === "v" || letter === "V") verbose = letter;
    else if (letter === "p") standard = true;
    else return sh.usage("command", `-${letter}`, "command [-pVv] command [arg ...]");
  }
  const rest = options.operands();
  if (standard && refused(sh, "command", "-p")) return 1;
  if (rest.length === 0) return 0;
  if (verbose) {
    let status = 1;
    for (const name of rest) {
      if (
        describe(
          sh,
          name,
          verbose === "v" ? "short" : "long",
          false,
          false,
          false,
          standard ? STANDARD_PATH : undefined,
        )
      )
        status = 0;
      else if (verbose === "V") sh.builtinError("command", `${name}: not found`);
    }
    return status;
  }
  const name = rest[0] as string;
  const builtin = builtinNamed(sh, name);
  shiftAssignments(sh, args.length - rest.length + 1);
  if (builtin) {
    const kept = sh.byCommand;
    sh.byCommand = true;
    try {
      return runBuiltin(sh, builtin, rest);
    } finally {
      sh.byCommand = kept;
    }
  }
  sh.fds.materialize();
  if (!standard) return runProgram(sh, rest, true);
  const path = searchPath(sh, name, STANDARD_PATH)[0];
  return runProgram(sh, [path ?? name, ...rest.slice(1)], true);
}

type Style = "short" | "long" | "type" | "path";

/** Prints what a name is; false if it is nothing. `all`: everything it could be. */
function describe(
  sh: Interpreter,
  name: string,
  style: Style,
  all: boolean,
  noFunctions: boolean,
  forcePath = false,
  path = sh.vars.text("PATH") ?? "",
): boolean {
  let found = false;
  const say = (short: string, long: string, type: string) => {
    found = true;
    if (style === "type") sh.out(`${type}\n`, "type");
    else if (style === "short") sh.out(`${short}\n`, "type");
    else if (style === "long") sh.out(`${long}\n`, "type");
  };
  const more = () => !found || all;
  if (!forcePath) {
    const alias = sh.state.aliases.read.get(name);
    if (alias !== undefined && sh.state.shopt.expand_aliases) {
      if (style === "short") say(`alias ${name}='${alias.replaceAll("'", "'\\''")}'`, "", "alias");
      else say("", `${name} is aliased to \`${alias}'`, "alias");
    }
    if (more() && RESERVED.has(name)) say(name, `${name} is a shell keyword`, "keyword");
    const fn = noFunctions ? undefined : sh.state.functions.read.get(name);
    if (more() && fn) say(name, `${name} is a function\n${printFunction(fn)}`, "function");
    const builtin = builtinNamed(sh, name);
    if (more() && builtin)
      say(name, `${name} is a ${sh.posix && builtin.special ? "special " : ""}shell builtin`, "builtin");
  }
  if (more())
    describeFiles(sh, name, path, all, forcePath, (path, hashed) => {
      found = true;
      if (style === "type") sh.out("file\n", "type");
      else if (style === "long")
        sh.out(hashed ? `${name} is hashed (${path})\n` : `${name} is ${path}\n`, "type");
      else sh.out(`${path}\n`, "type");
    });
  return found;
}

function describeFiles(
  sh: Interpreter,
  name: string,
  searched: string,
  all: boolean,
  forced: boolean,
  say: (path: string, hashed: boolean) => void,
): void {
  if (name.includes("/")) {
    const stat = sh.system.stat(name, true);
    if (typeof stat !== "number" && (stat.mode & 0o170000) !== 0o040000 && sh.system.access(name, 1) >= 0)
      say(name, false);
    return;
  }
  const hashed = sh.state.hash.read.get(name);
  if (hashed && (!all || forced)) {
    findProgram(sh, name, false);
    const still = sh.state.hash.read.get(name);
    if (still) {
      say(still.path, true);
      return;
    }
  }
  const paths = searchPath(sh, name, searched).filter((path) => sh.system.access(path, 1) >= 0);
  for (const path of all ? paths : paths.slice(0, 1)) say(path, false);
}

/** `type [-afptP] name …` */
export function typeBuiltin(sh: Interpreter, args: string[]): number {
  let style: Style = "long";
  let all = false;
  let noFunctions = false;
  let forcePath = false;
  const options = new Options(args);
  for (const letter of options) {
    if (letter === "t") style = "type";
    else if (letter === "p") style = "path";
    else if (letter === "P") {
      style = "path";
      forcePath = true;
    } else if (letter === "a") all = true;
    else if (letter === "f") noFunctions = true;
    else return sh.usage("type", `-${letter}`, "type [-afptP] name [name ...]");
  }
  let status = 0;
  for (const name of options.operands()) {
    if (describe(sh, name, style, all, noFunctions, forcePath)) continue;
    status = 1;
    if (style === "long") sh.builtinError("type", `${name}: not found`);
  }
  return status;
}

/** `hash [-lr] [-p path] [-dt] [name …]` */
export function hashBuiltin(sh: Interpreter, args: string[]): number {
  const flags = new Set<string>();
  let path: string | undefined;
  const options = new Options(args);
  for (const letter of options) {
    if (!"lrpdt".includes(letter))
      return sh.usage("hash", `-${letter}`, "hash [-lr] [-p pathname] [-dt] [name ...]");
    flags.add(letter);
    if (letter === "p") path = options.value();
  }
  if (path?.includes("/") && refused(sh, "hash", path)) return 1;
  if (!sh.state.set.hashall) return sh.builtinError("hash", "hashing disabled");
  const names = options.operands();
  const { hash } = sh.state;
  if (flags.has("r")) {
    hash.write.clear();
    return 0;
  }
  if (names.length === 0 && flags.has("t")) return sh.builtinError("hash", "-t: option requires an argument");
  if (names.length === 0 && !flags.has("p") && !flags.has("d") && !flags.has("t")) {
    if (hash.read.size === 0) {
      if (!flags.has("l")) sh.out("hash: hash table empty\n", "hash");
      return 0;
    }
    if (flags.has("l"))
      sh.out(
        [...hash.read].map(([name, entry]) => `builtin hash -p ${entry.path} ${name}\n`).join(""),
        "hash",
      );
    else
      sh.out(
        `hits\tcommand\n${[...hash.read.values()].map((entry) => `${String(entry.hits).padStart(4)}\t${entry.path}\n`).join("")}`,
        "hash",
      );
    return 0;
  }
  let status = 0;
  for (const name of names) if (!hashOne(sh, name, flags, path, names.length > 1)) status = 1;
  return status;
}

function hashOne(
  sh: Interpreter,
  name: string,
  flags: ReadonlySet<string>,
  path: string | undefined,
  many: boolean,
): boolean {
  const { hash } = sh.state;
  if (flags.has("p") && path !== undefined) {
    sh.hashedPath = sh.vars.text("PATH");
    hash.write.set(name, { path, hits: 0 });
    return true;
  }
  if (flags.has("d") || flags.has("t")) {
    const entry = hash.read.get(name);
    if (!entry) {
      sh.builtinError("hash", `${name}: not found`);
      return false;
    }
    if (flags.has("d")) hash.write.delete(name);
    else
      sh.out(
        flags.has("l")
          ? `builtin hash -p ${entry.path} ${name}\n`
          : many
            ? `${name}\t${entry.path}\n`
            : `${entry.path}\n`,
        "hash",
      );
    return true;
  }
  if (name.includes("/") || sh.state.functions.read.has(name) || builtinNamed(sh, name)) return true;
  hash.write.delete(name);
  const found = findProgram(sh, name);
  const entry = hash.read.get(name);
  if (entry) hash.write.set(name, { ...entry, hits: 0 });
  if (found !== undefined) return true;
  sh.builtinError("hash", `${name}: not found`);
  return false;
}

/** `enable [-a] [-nps] [name …]` */
export function enableBuiltin(sh: Interpreter, args: string[]): number {
  const flags = new Set<string>();
  let at = 0;
  for (; at < args.length && /^-./.test(args[at] as string); at++)
    for (const letter of (args[at] as string).slice(1)) {
      if (!"anpsdf".includes(letter))
        return sh.usage("enable", `-${letter}`, "enable [-a] [-dnps] [-f filename] [name ...]");
      flags.add(letter);
    }
  const names = args.slice(at);
  if ((flags.has("f") || flags.has("d")) && refused(sh, "enable")) return 1;
  if (names.length === 0) {
    const all = [...sh.builtins.keys()].sort();
    for (const name of all) {
      if (flags.has("s") && !sh.builtins.get(name)?.special) continue;
      const off = sh.disabled.has(name);
      if (flags.has("a") || off === flags.has("n")) sh.out(`enable ${off ? "-n " : ""}${name}\n`, "enable");
    }
    return 0;
  }
  let status = 0;
  // There are no shared objects to load builtins from.
  if (flags.has("f")) {
    const [object] = names;
    const why = `${object}: cannot open shared object file: No such file or directory`;
    return sh.builtinError("enable", `cannot open shared object ${object}: ${why}`);
  }
  for (const name of names) {
    if (flags.has("d") && sh.builtins.has(name))
      status = sh.builtinError("enable", `${name}: not dynamically loaded`);
    else if (!sh.builtins.has(name)) status = sh.builtinError("enable", `${name}: not a shell builtin`);
    else if (flags.has("n")) sh.disabled.add(name);
    else sh.disabled.delete(name);
  }
  return status;
}
