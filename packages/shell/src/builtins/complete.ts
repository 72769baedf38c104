import { globPaths } from "../expand/glob.ts";
import { matcherFor } from "../expand/matching.ts";
import { FieldSink, separatorsOf } from "../expand/sink.ts";
import { callFunction } from "../interp/functions.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { SIGNAL_NAMES } from "../interp/messages.ts";
import { expandLikeHereDocument } from "../interp/reparse.ts";
import { IndexedArray } from "../state/arrays.ts";
import { SET_NAMES, SHOPT_NAMES } from "../state/options.ts";
import { Attr } from "../state/variable.ts";

const KEYWORDS = [
  "if",
  "then",
  "else",
  "elif",
  "fi",
  "case",
  "esac",
  "for",
  "select",
  "while",
  "until",
  "do",
  "done",
  "in",
  "function",
  "time",
  "{",
  "}",
  "!",
  "[[",
  "]]",
  "coproc",
];
const ACTIONS = new Set([
  "alias",
  "arrayvar",
  "binding",
  "builtin",
  "command",
  "directory",
  "disabled",
  "enabled",
  "export",
  "file",
  "function",
  "group",
  "helptopic",
  "hostname",
  "job",
  "keyword",
  "running",
  "service",
  "setopt",
  "shopt",
  "signal",
  "stopped",
  "user",
  "variable",
]);
const LETTERS: Record<string, string> = {
  a: "alias",
  b: "builtin",
  c: "command",
  d: "directory",
  e: "export",
  f: "file",
  g: "group",
  j: "job",
  k: "keyword",
  s: "service",
  u: "user",
  v: "variable",
};

interface Spec {
  actions: string[];
  glob: string | undefined;
  words: string | undefined;
  filter: string | undefined;
  prefix: string;
  suffix: string;
  fn: string | undefined;
  command: string | undefined;
  options: string[];
}

/** Index of the first operand, or a status after an error. */
function parseSpec(sh: Interpreter, name: string, args: string[], spec: Spec): number | { status: number } {
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") return at + 1;
    if (!/^-./.test(arg)) break;
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] as string;
      const action = LETTERS[letter];
      if (action) {
        spec.actions.push(action);
        continue;
      }
      if (!"AGWXPSFCoV".includes(letter))
        return {
          status: sh.usage(
            name,
            `-${letter}`,
            `${name} [-abcdefgjksuv] [-o option] [-A action] [-G globpat] [-W wordlist] [-F function] [-C command] [-X filterpat] [-P prefix] [-S suffix] [word]`,
          ),
        };
      const value = i + 1 < arg.length ? arg.slice(i + 1) : args[++at];
      if (value === undefined)
        return { status: sh.builtinError(name, `-${letter}: option requires an argument`) + 1 };
      if (letter === "A" && !ACTIONS.has(value))
        return { status: sh.builtinError(name, `${value}: invalid action name`) + 1 };
      setField(spec, letter, value);
      break;
    }
  }
  return at;
}

function setField(spec: Spec, letter: string, value: string): void {
  if (letter === "A") spec.actions.push(value);
  else if (letter === "G") spec.glob = value;
  else if (letter === "W") spec.words = value;
  else if (letter === "X") spec.filter = value;
  else if (letter === "P") spec.prefix = value;
  else if (letter === "S") spec.suffix = value;
  else if (letter === "F") spec.fn = value;
  else if (letter === "C") spec.command = value;
  else if (letter === "o") spec.options.push(value);
}

function emptySpec(): Spec {
  return {
    actions: [],
    glob: undefined,
    words: undefined,
    filter: undefined,
    prefix: "",
    suffix: "",
    fn: undefined,
    command: undefined,
    options: [],
  };
}

/** `compgen [options] [word]`: the candidates that begin with the word. */
export function compgenBuiltin(sh: Interpreter, args: string[]): number {
  const spec = emptySpec();
  const at = parseSpec(sh, "compgen", args, spec);
  if (typeof at === "object") return at.status;
  const word = args[at] ?? "";
  let found: string[] = [];
  for (const action of spec.actions) found.push(...candidates(sh, action, word));
  if (spec.glob !== undefined) found.push(...globPaths(sh, spec.glob));
  if (spec.words !== undefined)
    found.push(...splitWords(sh, spec.words).filter((text) => text.startsWith(word)));
  if (spec.fn !== undefined) found.push(...fromFunction(sh, spec.fn, word));
  if (spec.filter !== undefined) found = filtered(sh, found, spec.filter, word);
  if (found.length === 0) return 1;
  return sh.out(found.map((text) => `${spec.prefix}${text}${spec.suffix}\n`).join(""), "compgen") ? 0 : 1;
}

function filtered(sh: Interpreter, found: string[], filter: string, word: string): string[] {
  const negated = filter.startsWith("!");
  const pattern = (negated ? filter.slice(1) : filter).replace(/(?<!\\)&/g, word);
  const matcher = matcherFor(sh, pattern);
  return found.filter((text) => matcher.test(text) === negated);
}

/** `-W`: the list is expanded and split by IFS. */
function splitWords(sh: Interpreter, list: string): string[] {
  const sink = new FieldSink(separatorsOf(sh.vars.text("IFS")));
  sink.split(expandLikeHereDocument(sh, list));
  return sink.end().map((field) => field.text);
}

function fromFunction(sh: Interpreter, name: string, word: string): string[] {
  const fn = sh.state.functions.read.get(name);
  if (!fn) return [];
  callFunction(sh, fn, ["compgen", word, ""]);
  const value = sh.vars.get("COMPREPLY")?.value;
  return value instanceof IndexedArray ? value.values() : [];
}

function candidates(sh: Interpreter, action: string, word: string): string[] {
  const begins = (names: Iterable<string>) => [...names].filter((name) => name.startsWith(word)).sort();
  switch (action) {
    case "alias":
      return begins(sh.state.aliases.read.keys());
    case "arrayvar":
      return begins(sh.vars.names().filter((name) => (sh.vars.get(name)?.attrs ?? 0) & Attr.INDEXED));
    case "builtin":
    case "enabled":
    case "helptopic":
      return begins(sh.builtins.keys());
    case "disabled":
      return begins(sh.disabled);
    case "command":
      return begins(
        new Set([
          ...sh.state.aliases.read.keys(),
          ...KEYWORDS,
          ...sh.state.functions.read.keys(),
          ...sh.builtins.keys(),
          ...sh.system.commandNames(),
        ]),
      );
    case "directory":
      return paths(sh, word, true);
    case "file":
      return paths(sh, word, false);
    case "export":
      return begins(sh.vars.names().filter((name) => (sh.vars.get(name)?.attrs ?? 0) & Attr.EXPORT));
    case "function":
      return begins(sh.state.functions.read.keys());
    case "job":
    case "running":
      return begins(sh.jobs.list.map((job) => job.text.split(" ")[0] as string));
    case "keyword":
      return KEYWORDS.filter((name) => name.startsWith(word));
    case "setopt":
      return SET_NAMES.filter((name) => name.startsWith(word));
    case "shopt":
      return SHOPT_NAMES.filter((name) => name.startsWith(word));
    case "signal":
      return SIGNAL_NAMES.flatMap((name, i) => (i > 0 && name ? [`SIG${name}`] : [])).filter((name) =>
        name.startsWith(word),
      );
    case "user":
      return [sh.system.user.name].filter((name) => name.startsWith(word));
    case "variable":
      return begins(
        sh.vars
          .names()
          .filter(
            (name) => sh.vars.get(name)?.scalar !== undefined || sh.vars.get(name)?.value !== undefined,
          ),
      );
    default:
      return [];
  }
}

function paths(sh: Interpreter, word: string, directories: boolean): string[] {
  const escaped = word.replace(/[*?[\]\\]/g, "\\$&");
  return globPaths(sh, `${escaped}*`).filter((path) => {
    if (!directories) return true;
    const stat = sh.system.stat(path, true);
    return typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000;
  });
}

/** `complete [-pr] [options] name …`: kept for `complete -p`; completion itself is the prompt's. */
export function completeBuiltin(sh: Interpreter, args: string[]): number {
  if (args[0] === "-p" || args.length === 0) {
    const names = args.length > 1 ? args.slice(1) : [...sh.completions.keys()];
    let status = 0;
    for (const name of names) {
      const words = sh.completions.get(name);
      if (!words) status = sh.builtinError("complete", `${name}: no completion specification`);
      else sh.out(`complete ${[...words, name].join(" ")}\n`, "complete");
    }
    return status;
  }
  if (args[0] === "-r") {
    if (args.length === 1) sh.completions.clear();
    const status = 0;
    for (const name of args.slice(1))
      if (!sh.completions.delete(name)) sh.builtinError("complete", `${name}: no completion specification`);
    return status;
  }
  const spec = emptySpec();
  const flags: string[] = args.filter((arg) => arg === "-D" || arg === "-E" || arg === "-I");
  const rest = args.filter((arg) => !flags.includes(arg));
  const at = parseSpec(sh, "complete", rest, spec);
  if (typeof at === "object") return at.status;
  for (const name of [...flags, ...rest.slice(at)]) sh.completions.set(name, quoteValues(rest.slice(0, at)));
  return 0;
}

/** Values of the options that take text are shown quoted. */
function quoteValues(words: readonly string[]): string[] {
  return words.map((word, i) =>
    /^-[GWXPSC]$/.test(words[i - 1] ?? "") ? `'${word.replaceAll("'", "'\\''")}'` : word,
  );
}

/** `compopt`: means something only while a completion function runs at a prompt. */
export function compoptBuiltin(sh: Interpreter, args: string[]): number {
  if (args.some((arg) => !arg.startsWith("-") && !arg.startsWith("+") && sh.completions.has(arg))) return 0;
  return sh.builtinError("compopt", "not currently executing completion function");
}
