import type { Interpreter } from "../interp/interpreter.ts";

/** `getopts optstring name [arg …]` */
export function getoptsBuiltin(sh: Interpreter, args: string[]): number {
  let rest = args;
  if (rest[0] === "--") rest = rest.slice(1);
  else if (rest[0] && /^-./.test(rest[0]))
    return sh.usage("getopts", rest[0].slice(0, 2), "getopts optstring name [arg ...]");
  if (rest.length < 2) return sh.usage("getopts", undefined, "getopts optstring name [arg ...]");
  const [spec, name] = rest as [string, string];
  const words = rest.length > 2 ? rest.slice(2) : sh.state.positional;
  const silent = spec.startsWith(":");
  const optind = sh.vars.text("OPTIND") ?? "1";
  // Someone set OPTIND, or made it local: a new run begins.
  if (optind !== sh.getopts.text || !sh.vars.get("OPTIND")?.onAssign) sh.getopts = { index: 0, text: optind };
  let at = Math.max(1, Number.parseInt(optind, 10) || 1);
  if (at > words.length) return ended(sh, name, words.length + 1);
  if (sh.getopts.index === 0) {
    const word = words[at - 1] as string;
    if (!word.startsWith("-") || word === "-") return ended(sh, name, at);
    if (word === "--") return ended(sh, name, at + 1);
    sh.getopts = { index: 1, text: sh.getopts.text };
  }
  const word = words[at - 1] ?? "";
  const letter = word[sh.getopts.index] ?? "";
  sh.getopts = { index: sh.getopts.index + 1, text: sh.getopts.text };
  const last = sh.getopts.index >= word.length;
  const where = letter === ":" || letter === "" ? -1 : spec.indexOf(letter, silent ? 1 : 0);
  let value = letter;
  let optarg: string | undefined;
  if (where < 0) {
    value = "?";
    optarg = silent ? letter : undefined;
    if (!silent) complain(sh, `illegal option -- ${letter}`);
  } else if (spec[where + 1] === ":") {
    if (!last) optarg = word.slice(sh.getopts.index);
    else if (words[at] !== undefined) optarg = words[at++];
    else {
      value = silent ? ":" : "?";
      optarg = silent ? letter : undefined;
      if (!silent) complain(sh, `option requires an argument -- ${letter}`);
    }
    sh.getopts.index = word.length;
  }
  if (last || sh.getopts.index >= word.length) {
    at++;
    sh.getopts.index = 0;
  }
  setIndex(sh, at);
  if (optarg === undefined) sh.vars.unset("OPTARG");
  else sh.assignByName("OPTARG", optarg, "getopts");
  return store(sh, name, value) ? 0 : 1;
}

function complain(sh: Interpreter, message: string): void {
  const wanted = sh.vars.text("OPTERR") || "1";
  if (Number.parseInt(wanted, 10) || 0) sh.errorText(`${sh.state.argv0}: ${message}\n`);
}

function setIndex(sh: Interpreter, at: number): void {
  const variable = sh.vars.writable("OPTIND");
  variable.value = String(at);
  variable.onAssign = () => {
    sh.getopts = { index: 0, text: "" };
  };
  sh.getopts = { index: sh.getopts.index, text: String(at) };
}

function ended(sh: Interpreter, name: string, at: number): number {
  sh.getopts.index = 0;
  setIndex(sh, at);
  sh.vars.unset("OPTARG");
  store(sh, name, "?");
  return 1;
}

function store(sh: Interpreter, name: string, value: string): boolean {
  if (!sh.isAssignable(name)) {
    sh.builtinError("getopts", `\`${name}': not a valid identifier`);
    return false;
  }
  return sh.assignByName(name, value, "getopts");
}
