import { matcherFor } from "../expand/matching.ts";
import type { Interpreter } from "../interp/interpreter.ts";

/** How each builtin is called. */
const SYNOPSES: Record<string, string> = {
  ":": ":",
  ".": ". filename [arguments]",
  "[": "[ arg... ]",
  alias: "alias [-p] [name[=value] ... ]",
  break: "break [n]",
  builtin: "builtin [shell-builtin [arg ...]]",
  caller: "caller [expr]",
  cd: "cd [-L|[-P [-e]] [-@]] [dir]",
  command: "command [-pVv] command [arg ...]",
  compgen:
    "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]",
  complete:
    "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]",
  continue: "continue [n]",
  declare: "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
  dirs: "dirs [-clpv] [+N] [-N]",
  disown: "disown [-h] [-ar] [jobspec ... | pid ...]",
  echo: "echo [-neE] [arg ...]",
  enable: "enable [-a] [-dnps] [-f filename] [name ...]",
  eval: "eval [arg ...]",
  exec: "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
  exit: "exit [n]",
  export: "export [-fn] [name[=value] ...] or export -p",
  false: "false",
  getopts: "getopts optstring name [arg ...]",
  hash: "hash [-lr] [-p pathname] [-dt] [name ...]",
  help: "help [-dms] [pattern ...]",
  jobs: "jobs [-lnprs] [jobspec ...] or jobs -x command [args]",
  kill: "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
  let: "let arg [arg ...]",
  local: "local [option] name[=value] ...",
  mapfile:
    "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
  popd: "popd [-n] [+N | -N]",
  printf: "printf [-v var] format [arguments]",
  pushd: "pushd [-n] [+N | -N | dir]",
  pwd: "pwd [-LP]",
  read: "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
  readarray:
    "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
  readonly: "readonly [-aAf] [name[=value] ...] or readonly -p",
  return: "return [n]",
  set: "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
  shift: "shift [n]",
  shopt: "shopt [-pqsu] [-o] [optname ...]",
  source: "source filename [arguments]",
  test: "test [expr]",
  times: "times",
  trap: "trap [-lp] [[arg] signal_spec ...]",
  true: "true",
  type: "type [-afptP] name [name ...]",
  typeset: "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
  ulimit: "ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]",
  umask: "umask [-p] [-S] [mode]",
  unalias: "unalias [-a] name [name ...]",
  unset: "unset [-f] [-v] [-n] [name ...]",
  wait: "wait [-fn] [-p var] [id ...]",
};

/** `help [-dms] [pattern …]`: how builtins are called. */
export function helpBuiltin(sh: Interpreter, args: string[]): number {
  let at = 0;
  while (/^-[dms]+$/.test(args[at] ?? "")) at++;
  if (/^-./.test(args[at] ?? "") && args[at] !== "--")
    return sh.usage("help", (args[at] as string).slice(0, 2), "help [-dms] [pattern ...]");
  if (args[at] === "--") at++;
  const patterns = args.slice(at);
  if (patterns.length === 0) {
    sh.out(
      `These shell commands are defined internally.\n\n${Object.values(SYNOPSES)
        .map((text) => ` ${text}\n`)
        .join("")}`,
      "help",
    );
    return 0;
  }
  let status = 1;
  for (const pattern of patterns) {
    const matcher = matcherFor(sh, pattern);
    let names = Object.keys(SYNOPSES).filter((name) => name === pattern || matcher.test(name));
    if (names.length === 0) names = Object.keys(SYNOPSES).filter((name) => name.startsWith(pattern));
    if (names.length === 0) {
      sh.builtinError(
        "help",
        `no help topics match \`${pattern}'.  Try \`help help' or \`man -k ${pattern}' or \`info ${pattern}'.`,
      );
    } else status = 0;
    for (const name of names) sh.out(`${name}: ${SYNOPSES[name]}\n`, "help");
  }
  return status;
}
