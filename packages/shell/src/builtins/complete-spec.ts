import { singleQuote } from "../expand/quote.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import type { CompletionSpec } from "../state/completion.ts";
import { Options } from "./options.ts";

/** The actions in bash's order, each with its letter where it has one. */
const ACTIONS: readonly (readonly [string, string])[] = [
  ["alias", "a"],
  ["builtin", "b"],
  ["command", "c"],
  ["directory", "d"],
  ["export", "e"],
  ["file", "f"],
  ["group", "g"],
  ["job", "j"],
  ["keyword", "k"],
  ["service", "s"],
  ["user", "u"],
  ["variable", "v"],
  ["arrayvar", ""],
  ["binding", ""],
  ["disabled", ""],
  ["enabled", ""],
  ["function", ""],
  ["helptopic", ""],
  ["hostname", ""],
  ["running", ""],
  ["setopt", ""],
  ["shopt", ""],
  ["signal", ""],
  ["stopped", ""],
];
const ACTION_NAMES = new Set(ACTIONS.map(([name]) => name));
const BY_LETTER = new Map(
  ACTIONS.filter(([, letter]) => letter !== "").map(([name, letter]) => [letter, name]),
);

/** What `-o` and `compopt` switch. */
export const COMPLETION_OPTIONS: readonly string[] = [
  "bashdefault",
  "default",
  "dirnames",
  "filenames",
  "noquote",
  "nosort",
  "nospace",
  "plusdirs",
];

const SHARED =
  "[-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix]";
const USAGES: Readonly<Record<string, string>> = {
  compgen: `compgen [-abcdefgjksuv] ${SHARED} [word]`,
  complete: `complete [-abcdefgjksuv] [-pr] [-DEI] ${SHARED} [name ...]`,
};

/** What follows `complete` or `compgen`. */
export interface Request {
  spec: CompletionSpec;
  /** `-p`, `-r`, and the places `-D -E -I`. */
  flags: Set<string>;
  operands: string[];
}

function emptySpec(): CompletionSpec {
  return {
    ...{ options: [], actions: [], glob: undefined, words: undefined, prefix: "", suffix: "" },
    ...{ filter: undefined, command: undefined, fn: undefined },
  };
}

/** Reads the options of `complete` or `compgen`; a status after an error. */
export function parseRequest(sh: Interpreter, name: string, args: readonly string[]): Request | number {
  const request: Request = { spec: emptySpec(), flags: new Set(), operands: [] };
  const flags = name === "complete" ? "prDEI" : "";
  const options = new Options(args);
  for (const letter of options) {
    const action = BY_LETTER.get(letter);
    if (action) request.spec.actions.push(action);
    else if (flags.includes(letter)) request.flags.add(letter);
    else {
      const failed = setField(sh, name, request.spec, letter, options.value());
      if (failed) return failed;
    }
  }
  request.operands = options.operands();
  return request;
}

/** Sets what a letter with a value stands for; a status after an error. */
function setField(
  sh: Interpreter,
  name: string,
  spec: CompletionSpec,
  letter: string,
  value: string | undefined,
): number {
  if (!"AGWXPSFCo".includes(letter)) return sh.usage(name, `-${letter}`, USAGES[name] as string);
  if (value === undefined) {
    sh.builtinError(name, `-${letter}: option requires an argument`);
    return sh.usage(name, undefined, USAGES[name] as string);
  }
  if (letter === "A") {
    if (!ACTION_NAMES.has(value)) return sh.builtinError(name, `${value}: invalid action name`) + 1;
    spec.actions.push(value);
  } else if (letter === "o") {
    if (!COMPLETION_OPTIONS.includes(value))
      return sh.builtinError(name, `${value}: invalid option name`) + 1;
    spec.options.push(value);
  } else if (letter === "F") {
    if (/[\s;&|()<>$`\\"']/.test(value))
      return sh.builtinError(name, `\`${value}': not a valid identifier`) + 1;
    spec.fn = value;
  } else if (letter === "G") spec.glob = value;
  else if (letter === "W") spec.words = value;
  else if (letter === "X") spec.filter = value;
  else if (letter === "P") spec.prefix = value;
  else if (letter === "S") spec.suffix = value;
  else spec.command = value;
  return 0;
}

/** The places of `-D`, `-E` and `-I`, as the specifications are kept and named. */
export const PLACES: Readonly<Record<string, string>> = {
  D: "_DefaultCmD_",
  E: "_EmptycmD_",
  I: "_InitialWorD_",
};

/** A specification as the `complete` command that makes it. */
export function specText(name: string, spec: CompletionSpec): string {
  const pieces = ["complete"];
  const quoted = (letter: string, value: string | undefined) => {
    if (value) pieces.push(`-${letter} ${singleQuote(value)}`);
  };
  for (const option of COMPLETION_OPTIONS) if (spec.options.includes(option)) pieces.push(`-o ${option}`);
  for (const [action, letter] of ACTIONS)
    if (spec.actions.includes(action)) pieces.push(letter ? `-${letter}` : `-A ${action}`);
  quoted("G", spec.glob);
  quoted("W", spec.words);
  quoted("P", spec.prefix);
  quoted("S", spec.suffix);
  quoted("X", spec.filter);
  quoted("C", spec.command);
  if (spec.fn) pieces.push(`-F ${spec.fn}`);
  const place = Object.keys(PLACES).find((letter) => PLACES[letter] === name);
  return `${pieces.join(" ")} ${place ? `-${place}` : name}\n`;
}
