import type { Interpreter } from "../interp/interpreter.ts";
import { COMPLETION_OPTIONS, PLACES, parseRequest, specText } from "./complete-spec.ts";

/** `complete [-pr] [-DEI] [options] [name …]`: kept for `complete -p`; completion itself is the prompt's. */
export function completeBuiltin(sh: Interpreter, args: string[]): number {
  const request = parseRequest(sh, "complete", args);
  if (typeof request === "number") return request;
  const { spec, flags, operands } = request;
  const places = Object.keys(PLACES).filter((letter) => flags.has(letter));
  const names = places.length ? places.map((letter) => PLACES[letter] as string) : operands;
  if (flags.has("r")) return remove(sh, names);
  if (flags.has("p") || args.length === 0) return print(sh, names);
  if (names.length === 0)
    return sh.usage(
      "complete",
      undefined,
      "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]",
    );
  for (const name of names) sh.completions.set(name, spec);
  return 0;
}

function missing(sh: Interpreter, builtin: string, name: string): number {
  return sh.builtinError(builtin, `${name}: no completion specification`);
}

function print(sh: Interpreter, names: readonly string[]): number {
  let status = 0;
  for (const name of names.length ? names : sh.completions.keys()) {
    const spec = sh.completions.get(name);
    if (spec) sh.out(specText(name, spec), "complete");
    else status = missing(sh, "complete", name);
  }
  return status;
}

function remove(sh: Interpreter, names: readonly string[]): number {
  if (names.length === 0) sh.completions.clear();
  for (const name of names) sh.completions.delete(name);
  return 0;
}

const COMPOPT_USAGE = "compopt [-o|+o option] [-DEI] [name ...]";

/** `compopt [-o|+o option] [-DEI] [name …]`: without a name it means something only while a completion function runs at a prompt. */
export function compoptBuiltin(sh: Interpreter, args: string[]): number {
  const changes: { option: string; on: boolean }[] = [];
  const names: string[] = [];
  let at = 0;
  for (; at < args.length && /^[-+]./.test(args[at] as string) && args[at] !== "--"; at++) {
    const arg = args[at] as string;
    const place = arg[0] === "-" ? PLACES[arg.slice(1)] : undefined;
    if (place) names.push(place);
    else if (arg[1] === "o") {
      const option = arg.length > 2 ? arg.slice(2) : (args[++at] ?? "");
      if (!COMPLETION_OPTIONS.includes(option))
        return sh.builtinError("compopt", `${option}: invalid option name`) + 1;
      changes.push({ option, on: arg[0] === "-" });
    } else return sh.usage("compopt", arg.slice(0, 2), COMPOPT_USAGE);
  }
  names.push(...args.slice(args[at] === "--" ? at + 1 : at));
  if (names.length === 0) return sh.builtinError("compopt", "not currently executing completion function");
  let status = 0;
  for (const name of names) if (!changeOptions(sh, name, changes)) status = 1;
  return status;
}

function changeOptions(
  sh: Interpreter,
  name: string,
  changes: readonly { option: string; on: boolean }[],
): boolean {
  const spec = sh.completions.get(name);
  if (!spec) {
    missing(sh, "compopt", name);
    return false;
  }
  if (changes.length === 0) {
    const shown = COMPLETION_OPTIONS.map(
      (option) => `${spec.options.includes(option) ? "-" : "+"}o ${option}`,
    );
    return sh.out(`compopt ${shown.join(" ")} ${name}\n`, "compopt");
  }
  const options = new Set(spec.options);
  for (const { option, on } of changes) {
    if (on) options.add(option);
    else options.delete(option);
  }
  sh.completions.set(name, { ...spec, options: [...options] });
  return true;
}
