import type { Interpreter } from "../interp/interpreter.ts";
import { SET_NAMES, type SetOption, SHOPT_NAMES, type Shopt } from "../state/options.ts";
import { Options } from "./options.ts";
import { setOption } from "./set.ts";

const USAGE = "shopt [-pqsu] [-o] [optname ...]";

/** `shopt [-pqsu] [-o] [name …]` */
export function shoptBuiltin(sh: Interpreter, args: string[]): number {
  const flags = new Set<string>();
  const options = new Options(args);
  for (const letter of options) {
    if (!"pqsuo".includes(letter)) return sh.usage("shopt", `-${letter}`, USAGE);
    flags.add(letter);
  }
  if (flags.has("s") && flags.has("u"))
    return sh.builtinError("shopt", "cannot set and unset shell options simultaneously");
  const names = options.operands();
  const table = flags.has("o") ? (SET_NAMES as readonly string[]) : (SHOPT_NAMES as readonly string[]);
  const isOn = (name: string) =>
    flags.has("o") ? sh.state.set[name as SetOption] : sh.state.shopt[name as Shopt];
  if (names.length === 0) {
    const shown = table.filter((name) => (flags.has("s") ? isOn(name) : flags.has("u") ? !isOn(name) : true));
    if (!flags.has("q")) sh.out(shown.map((name) => line(name, isOn(name), flags)).join(""), "shopt");
    return 0;
  }
  let status = 0;
  for (const name of names) {
    if (!table.includes(name)) {
      status = sh.builtinError(
        "shopt",
        `${name}: invalid ${flags.has("o") ? "option name" : "shell option name"}`,
      );
      continue;
    }
    if (flags.has("s") || flags.has("u")) {
      const on = flags.has("s");
      if (flags.has("o")) setOption(sh, name as SetOption, on);
      else sh.state.shopt[name as Shopt] = on;
      // The debugger's mode lets functions see the traps of their caller.
      if (name === "extdebug" && !flags.has("o")) {
        setOption(sh, "functrace", on);
        setOption(sh, "errtrace", on);
      }
      continue;
    }
    if (!isOn(name)) status = 1;
    if (!flags.has("q")) sh.out(line(name, isOn(name), flags), "shopt");
  }
  return status;
}

function line(name: string, on: boolean, flags: ReadonlySet<string>): string {
  if (flags.has("p"))
    return flags.has("o") ? `set ${on ? "-" : "+"}o ${name}\n` : `shopt -${on ? "s" : "u"} ${name}\n`;
  return `${name.padEnd(15)}\t${on ? "on" : "off"}\n`;
}
