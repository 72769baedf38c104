import { singleQuote } from "../expand/quote.ts";
import type { Interpreter } from "../interp/interpreter.ts";

/** Whether a text may be an alias: no quotes, blanks or operators in it. */
export function isAliasName(text: string): boolean {
  return !/[\s$`'"\\/&;()<>|]/.test(text);
}

function show(name: string, value: string): string {
  return `alias ${name.startsWith("-") ? "-- " : ""}${name}=${singleQuote(value)}\n`;
}

/** `alias [-p] [name[=value] …]` */
export function aliasBuiltin(sh: Interpreter, args: string[]): number {
  let rest = args;
  let all = args.length === 0;
  if (rest[0] === "-p") {
    all = true;
    rest = rest.slice(1);
  } else if (rest[0] === "--") rest = rest.slice(1);
  else if (rest[0]?.startsWith("-") && rest[0] !== "-")
    return sh.usage("alias", rest[0].slice(0, 2), "alias [-p] [name[=value] ... ]");
  const aliases = sh.state.aliases;
  if (all) {
    const names = [...aliases.read.keys()].sort();
    sh.out(names.map((name) => show(name, aliases.read.get(name) as string)).join(""), "alias");
  }
  let status = 0;
  for (const arg of rest) {
    const equals = arg.indexOf("=");
    if (equals > 0) {
      const name = arg.slice(0, equals);
      if (!isAliasName(name)) {
        sh.builtinError("alias", `\`${name}': invalid alias name`);
        status = 1;
      } else aliases.write.set(name, arg.slice(equals + 1));
      continue;
    }
    const value = aliases.read.get(arg);
    if (value === undefined) status = sh.builtinError("alias", `${arg}: not found`);
    else sh.out(show(arg, value), "alias");
  }
  return status;
}

/** `unalias [-a] name …` */
export function unaliasBuiltin(sh: Interpreter, args: string[]): number {
  let rest = args;
  if (rest[0] === "-a") {
    sh.state.aliases.write.clear();
    return 0;
  }
  if (rest[0] === "--") rest = rest.slice(1);
  else if (rest[0]?.startsWith("-"))
    return sh.usage("unalias", rest[0].slice(0, 2), "unalias [-a] name [name ...]");
  if (rest.length === 0) return sh.usage("unalias", undefined, "unalias [-a] name [name ...]");
  let status = 0;
  for (const name of rest)
    if (!sh.state.aliases.write.delete(name)) status = sh.builtinError("unalias", `${name}: not found`);
  return status;
}
