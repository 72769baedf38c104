// What `help` knows: how each builtin and each construct of the language is called, and what it is for.

export interface Topic {
  synopsis: string;
  purpose: string;
}

const TABLE: Record<string, [synopsis: string, purpose: string]> = {
  "%": ["job_spec [&]", "Names a job of the shell."],
  "(( ... ))": ["(( expression ))", "Evaluates an arithmetic expression; true where it is not 0."],
  ".": [". filename [arguments]", "Runs the commands of a file in this shell."],
  ":": [":", "Does nothing, successfully."],
  "[": ["[ arg... ]", "Tests a condition, as test does, up to a closing ]."],
  "[[ ... ]]": ["[[ expression ]]", "Tests a condition."],
  alias: ["alias [-p] [name[=value] ... ]", "Defines or shows aliases."],
  bg: ["bg [job_spec ...]", "Moves jobs to the background."],
  bind: [
    "bind [-lpsvPSVX] [-m keymap] [-f filename] [-q name] [-u name] [-r keyseq] [-x keyseq:shell-command] [keyseq:readline-function or readline-command]",
    "Sets keys of the line editor.",
  ],
  break: ["break [n]", "Leaves loops."],
  builtin: ["builtin [shell-builtin [arg ...]]", "Runs a builtin, whatever functions there are."],
  caller: ["caller [expr]", "Shows where the running function was called."],
  case: [
    "case WORD in [PATTERN [| PATTERN]...) COMMANDS ;;]... esac",
    "Runs what belongs to the first pattern that matches a word.",
  ],
  cd: ["cd [-L|[-P [-e]] [-@]] [dir]", "Changes the working directory."],
  command: [
    "command [-pVv] command [arg ...]",
    "Runs a command, not a function; with -v or -V tells what a name is.",
  ],
  compgen: [
    "compgen [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]",
    "Shows candidates for a completion.",
  ],
  complete: [
    "complete [-abcdefgjksuv] [-pr] [-DEI] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [name ...]",
    "Says how arguments are completed.",
  ],
  compopt: ["compopt [-o|+o option] [-DEI] [name ...]", "Changes options of completions."],
  continue: ["continue [n]", "Goes on with the next round of a loop."],
  coproc: [
    "coproc [NAME] command [redirections]",
    "Runs a command beside the shell, with pipes to and from it.",
  ],
  declare: [
    "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
    "Sets variables and their attributes, or shows them.",
  ],
  dirs: ["dirs [-clpv] [+N] [-N]", "Shows the stack of directories."],
  disown: ["disown [-h] [-ar] [jobspec ... | pid ...]", "Takes jobs out of the table of jobs."],
  echo: ["echo [-neE] [arg ...]", "Writes its arguments."],
  enable: ["enable [-a] [-dnps] [-f filename] [name ...]", "Turns builtins on and off."],
  eval: ["eval [arg ...]", "Runs its arguments as a command."],
  exec: [
    "exec [-cl] [-a name] [command [argument ...]] [redirection ...]",
    "Puts a program in the place of the shell, or keeps redirections.",
  ],
  exit: ["exit [n]", "Ends the shell."],
  export: [
    "export [-fn] [name[=value] ...] or export -p",
    "Gives variables to the programs that the shell runs.",
  ],
  false: ["false", "Fails."],
  fc: [
    "fc [-e ename] [-lnr] [first] [last] or fc -s [pat=rep] [command]",
    "Lists commands of the history or runs one again.",
  ],
  fg: ["fg [job_spec]", "Waits for a job in the foreground."],
  for: ["for NAME [in WORDS ... ] ; do COMMANDS; done", "Runs commands for each of a list of words."],
  "for ((": [
    "for (( exp1; exp2; exp3 )); do COMMANDS; done",
    "Runs commands while an arithmetic expression is not 0.",
  ],
  function: ["function name { COMMANDS ; } or name () { COMMANDS ; }", "Defines a function."],
  getopts: ["getopts optstring name [arg ...]", "Takes options from arguments, one by one."],
  hash: ["hash [-lr] [-p pathname] [-dt] [name ...]", "Remembers or shows where programs were found."],
  help: ["help [-dms] [pattern ...]", "Shows how builtins are called."],
  history: [
    "history [-c] [-d offset] [n] or history -anrw [filename] or history -ps arg [arg...]",
    "Shows or changes the history of commands.",
  ],
  if: [
    "if COMMANDS; then COMMANDS; [ elif COMMANDS; then COMMANDS; ]... [ else COMMANDS; ] fi",
    "Runs commands when others succeed.",
  ],
  jobs: ["jobs [-lnprs] [jobspec ...] or jobs -x command [args]", "Lists jobs."],
  kill: [
    "kill [-s sigspec | -n signum | -sigspec] pid | jobspec ... or kill -l [sigspec]",
    "Sends a signal to processes or jobs.",
  ],
  let: ["let arg [arg ...]", "Evaluates arithmetic expressions."],
  local: ["local [option] name[=value] ...", "Makes variables of a function."],
  logout: ["logout [n]", "Ends a login shell."],
  mapfile: [
    "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
    "Reads lines into an array.",
  ],
  popd: ["popd [-n] [+N | -N]", "Takes directories off the stack and goes to the one on top."],
  printf: ["printf [-v var] format [arguments]", "Writes its arguments by a format."],
  pushd: ["pushd [-n] [+N | -N | dir]", "Puts a directory onto the stack and goes there."],
  pwd: ["pwd [-LP]", "Writes the working directory."],
  read: [
    "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]",
    "Reads a line and splits it into variables.",
  ],
  readarray: [
    "readarray [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]",
    "Reads lines into an array, as mapfile does.",
  ],
  readonly: ["readonly [-aAf] [name[=value] ...] or readonly -p", "Makes variables that cannot be changed."],
  return: ["return [n]", "Leaves a function or a sourced file."],
  select: ["select NAME [in WORDS ... ;] do COMMANDS; done", "Lets one choose of a list of words."],
  set: [
    "set [-abefhkmnptuvxBCEHPT] [-o option-name] [--] [-] [arg ...]",
    "Sets options and positional parameters, or shows variables.",
  ],
  shift: ["shift [n]", "Moves the positional parameters down."],
  shopt: ["shopt [-pqsu] [-o] [optname ...]", "Sets options of the shell."],
  source: ["source filename [arguments]", "Runs the commands of a file in this shell."],
  suspend: ["suspend [-f]", "Stops the shell, where there is job control."],
  test: ["test [expr]", "Tests a condition."],
  time: ["time [-p] pipeline", "Tells how long a pipeline took."],
  times: ["times", "Shows the processor's time used so far."],
  trap: ["trap [-lp] [[arg] signal_spec ...]", "Says what is to run upon signals and other events."],
  true: ["true", "Succeeds."],
  type: ["type [-afptP] name [name ...]", "Tells what a name would run."],
  typeset: [
    "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
    "Sets variables and their attributes, as declare does.",
  ],
  ulimit: ["ulimit [-SHabcdefiklmnpqrstuvxPRT] [limit]", "Shows or sets limits."],
  umask: ["umask [-p] [-S] [mode]", "Shows or sets the mode mask of new files."],
  unalias: ["unalias [-a] name [name ...]", "Removes aliases."],
  unset: ["unset [-f] [-v] [-n] [name ...]", "Removes variables and functions."],
  until: ["until COMMANDS; do COMMANDS-2; done", "Runs commands while others fail."],
  variables: [
    "variables - Names and meanings of some shell variables",
    "Variables that the shell sets or uses.",
  ],
  wait: ["wait [-fn] [-p var] [id ...]", "Waits for jobs and tells their status."],
  while: ["while COMMANDS; do COMMANDS-2; done", "Runs commands while others succeed."],
  "{ ... }": ["{ COMMANDS ; }", "Runs commands as one unit."],
};

/** The topics of `help`, sorted by name. */
export const TOPICS: ReadonlyMap<string, Topic> = new Map(
  Object.entries(TABLE).map(([name, [synopsis, purpose]]) => [name, { synopsis, purpose }]),
);
