/** `set -o` options in the order of `set -o`, with the letter of `set -x` where there is one. */
export const SET_OPTIONS = {
  allexport: "a",
  braceexpand: "B",
  emacs: "",
  errexit: "e",
  errtrace: "E",
  functrace: "T",
  hashall: "h",
  histexpand: "H",
  history: "",
  ignoreeof: "",
  "interactive-comments": "",
  keyword: "k",
  monitor: "m",
  noclobber: "C",
  noexec: "n",
  noglob: "f",
  nolog: "",
  notify: "b",
  nounset: "u",
  onecmd: "t",
  physical: "P",
  pipefail: "",
  posix: "",
  privileged: "p",
  verbose: "v",
  vi: "",
  xtrace: "x",
} as const;

export type SetOption = keyof typeof SET_OPTIONS;
export type SetOptions = Record<SetOption, boolean>;

/** `shopt` options of bash 5.2, in its order. */
export const SHOPT_NAMES = [
  "autocd",
  "assoc_expand_once",
  "cdable_vars",
  "cdspell",
  "checkhash",
  "checkjobs",
  "checkwinsize",
  "cmdhist",
  "compat31",
  "compat32",
  "compat40",
  "compat41",
  "compat42",
  "compat43",
  "compat44",
  "complete_fullquote",
  "direxpand",
  "dirspell",
  "dotglob",
  "execfail",
  "expand_aliases",
  "extdebug",
  "extglob",
  "extquote",
  "failglob",
  "force_fignore",
  "globasciiranges",
  "globskipdots",
  "globstar",
  "gnu_errfmt",
  "histappend",
  "histreedit",
  "histverify",
  "hostcomplete",
  "huponexit",
  "inherit_errexit",
  "interactive_comments",
  "lastpipe",
  "lithist",
  "localvar_inherit",
  "localvar_unset",
  "login_shell",
  "mailwarn",
  "no_empty_cmd_completion",
  "nocaseglob",
  "nocasematch",
  "noexpand_translation",
  "nullglob",
  "patsub_replacement",
  "progcomp",
  "progcomp_alias",
  "promptvars",
  "restricted_shell",
  "shift_verbose",
  "sourcepath",
  "varredir_close",
  "xpg_echo",
] as const;

export type Shopt = (typeof SHOPT_NAMES)[number];
export type Shopts = Record<Shopt, boolean>;

const SHOPT_ON = new Set<Shopt>([
  "checkwinsize",
  "cmdhist",
  "complete_fullquote",
  "extquote",
  "force_fignore",
  "globasciiranges",
  "globskipdots",
  "hostcomplete",
  "interactive_comments",
  "patsub_replacement",
  "progcomp",
  "promptvars",
  "sourcepath",
]);

export const SET_NAMES = Object.keys(SET_OPTIONS) as SetOption[];

export function defaultSetOptions(): SetOptions {
  const options = Object.fromEntries(SET_NAMES.map((name) => [name, false])) as SetOptions;
  options.braceexpand = true;
  options.hashall = true;
  options["interactive-comments"] = true;
  return options;
}

export function defaultShopts(): Shopts {
  return Object.fromEntries(SHOPT_NAMES.map((name) => [name, SHOPT_ON.has(name)])) as Shopts;
}

const BY_LETTER = new Map<string, SetOption>(SET_NAMES.map((name) => [SET_OPTIONS[name], name]));

/** The option that a letter of `set -…` names. */
export function optionOfLetter(letter: string): SetOption | undefined {
  return letter === "" ? undefined : BY_LETTER.get(letter);
}

/** The letters of `$-`; `how` is `c` or `s`, the way the shell was started. */
export function flagLetters(options: SetOptions, restricted: boolean, how: string): string {
  const order = "abefhkmnprtuvxBCEHPT";
  let letters = "";
  for (const letter of order)
    if (letter === "r" ? restricted : options[BY_LETTER.get(letter) as SetOption]) letters += letter;
  return letters + how;
}
