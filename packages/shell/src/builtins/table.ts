import type { Interpreter } from "../interp/interpreter.ts";
import { aliasBuiltin, unaliasBuiltin } from "./alias.ts";
import { bindBuiltin } from "./bind.ts";
import { callerBuiltin } from "./caller.ts";
import { cdBuiltin, pwdBuiltin } from "./cd.ts";
import { builtinBuiltin, commandBuiltin, enableBuiltin, hashBuiltin, typeBuiltin } from "./command.ts";
import { compgenBuiltin } from "./compgen.ts";
import { completeBuiltin, compoptBuiltin } from "./complete.ts";
import { breakBuiltin, continueBuiltin, exitBuiltin, returnBuiltin } from "./control.ts";
import { declareBuiltin, exportBuiltin, localBuiltin, readonlyBuiltin } from "./declare.ts";
import { dirsBuiltin, popdBuiltin, pushdBuiltin } from "./dirs.ts";
import { echoBuiltin } from "./echo.ts";
import { evalBuiltin, execBuiltin, sourceBuiltin } from "./eval.ts";
import { getoptsBuiltin } from "./getopts.ts";
import { helpBuiltin } from "./help.ts";
import { fcBuiltin, historyBuiltin } from "./history.ts";
import { bgBuiltin, disownBuiltin, fgBuiltin, jobsBuiltin, suspendBuiltin, waitBuiltin } from "./jobs.ts";
import { killBuiltin } from "./kill.ts";
import { letBuiltin } from "./let.ts";
import { mapfileBuiltin } from "./mapfile.ts";
import { printfBuiltin } from "./printf.ts";
import { timesBuiltin, ulimitBuiltin, umaskBuiltin } from "./process.ts";
import { readBuiltin } from "./read.ts";
import { setBuiltin, shiftBuiltin } from "./set.ts";
import { shoptBuiltin } from "./shopt.ts";
import { testBuiltin } from "./test.ts";
import { trapBuiltin } from "./trap.ts";
import { unsetBuiltin } from "./unset.ts";

/** Runs a builtin: its arguments without the name, and the name it was called by. The exit status. */
export type BuiltinFunction = (sh: Interpreter, args: string[], name: string) => number;

export interface Builtin {
  run: BuiltinFunction;
  /** One of POSIX's special builtins. */
  special: boolean;
}

const SPECIAL: Record<string, BuiltinFunction> = {
  ":": () => 0,
  ".": sourceBuiltin,
  break: breakBuiltin,
  continue: continueBuiltin,
  eval: evalBuiltin,
  exec: execBuiltin,
  exit: exitBuiltin,
  export: exportBuiltin,
  readonly: readonlyBuiltin,
  return: returnBuiltin,
  set: setBuiltin,
  shift: shiftBuiltin,
  source: sourceBuiltin,
  times: timesBuiltin,
  trap: trapBuiltin,
  unset: unsetBuiltin,
};

const REGULAR: Record<string, BuiltinFunction> = {
  "[": testBuiltin,
  alias: aliasBuiltin,
  bg: bgBuiltin,
  bind: bindBuiltin,
  builtin: builtinBuiltin,
  caller: callerBuiltin,
  cd: cdBuiltin,
  command: commandBuiltin,
  compgen: compgenBuiltin,
  complete: completeBuiltin,
  compopt: compoptBuiltin,
  declare: declareBuiltin,
  dirs: dirsBuiltin,
  disown: disownBuiltin,
  echo: echoBuiltin,
  enable: enableBuiltin,
  false: () => 1,
  fc: fcBuiltin,
  fg: fgBuiltin,
  getopts: getoptsBuiltin,
  hash: hashBuiltin,
  help: helpBuiltin,
  history: historyBuiltin,
  jobs: jobsBuiltin,
  kill: killBuiltin,
  let: letBuiltin,
  local: localBuiltin,
  logout: (sh) => {
    sh.builtinError("logout", "not login shell: use `exit'");
    return 1;
  },
  mapfile: mapfileBuiltin,
  popd: popdBuiltin,
  printf: printfBuiltin,
  pushd: pushdBuiltin,
  pwd: pwdBuiltin,
  read: readBuiltin,
  readarray: mapfileBuiltin,
  shopt: shoptBuiltin,
  suspend: suspendBuiltin,
  test: testBuiltin,
  true: () => 0,
  type: typeBuiltin,
  typeset: declareBuiltin,
  ulimit: ulimitBuiltin,
  umask: umaskBuiltin,
  unalias: unaliasBuiltin,
  wait: waitBuiltin,
};

/** All builtins by name. */
export const BUILTINS: ReadonlyMap<string, Builtin> = new Map([
  ...Object.entries(SPECIAL).map(([name, run]): [string, Builtin] => [name, { run, special: true }]),
  ...Object.entries(REGULAR).map(([name, run]): [string, Builtin] => [name, { run, special: false }]),
]);
