import { globPaths } from "../expand/glob.ts";
import { matcherFor } from "../expand/matching.ts";
import { quoteIfNeeded } from "../expand/quote.ts";
import { separatorsOf } from "../expand/sink.ts";
import { expandTilde } from "../expand/tilde.ts";
import { expandFields } from "../expand/word.ts";
import { callFunction } from "../interp/functions.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { signalName } from "../interp/messages.ts";
import { parseAssignment } from "../interp/reparse.ts";
import { runSubstitution } from "../interp/subshell.ts";
import { parseScript } from "../parse/parser.ts";
import { RESERVED_WORDS } from "../parse/reserved.ts";
import { IndexedArray } from "../state/arrays.ts";
import type { CompletionSpec } from "../state/completion.ts";
import { SET_NAMES, SHOPT_NAMES } from "../state/options.ts";
import { Attr } from "../state/variable.ts";
import { OpenFlag } from "../system.ts";
import { parseRequest } from "./complete-spec.ts";
import { TOPICS } from "./help-topics.ts";

/** `compgen [options] [word]`: the candidates that begin with the word. */
export function compgenBuiltin(sh: Interpreter, args: string[]): number {
  const request = parseRequest(sh, "compgen", args);
  if (typeof request === "number") return request;
  if (args.length === 0) return 0;
  const { spec, operands } = request;
  const word = operands[0] ?? "";
  if (spec.fn !== undefined) sh.builtinError("compgen", "warning: -F option may not work as you expect");
  if (spec.command !== undefined) sh.builtinError("compgen", "warning: -C option may not work as you expect");
  let found = generate(sh, spec, word);
  if (spec.filter !== undefined) found = filtered(sh, found, spec.filter, word);
  found = found.map((text) => `${spec.prefix}${text}${spec.suffix}`);
  if (found.length === 0 && spec.options.includes("default")) found = paths(sh, word, false);
  if (spec.options.includes("plusdirs") || (found.length === 0 && spec.options.includes("dirnames")))
    found.push(...paths(sh, word, true));
  if (found.length === 0) return 1;
  return sh.out(found.map((text) => `${text}\n`).join(""), "compgen") ? 0 : 1;
}

function generate(sh: Interpreter, spec: CompletionSpec, word: string): string[] {
  const found: string[] = [];
  for (const action of [...spec.actions].sort()) found.push(...candidates(sh, action, word));
  if (spec.glob !== undefined) found.push(...globPaths(sh, spec.glob));
  if (spec.words !== undefined)
    found.push(...splitWords(sh, spec.words).filter((text) => text.startsWith(word)));
  if (spec.fn !== undefined) found.push(...fromFunction(sh, spec.fn, word));
  if (spec.command !== undefined) found.push(...fromCommand(sh, spec.command, word));
  return found;
}

/** `-X`: removes what the pattern matches, or with `!` what it does not; `&` in it is the word. */
function filtered(sh: Interpreter, found: string[], filter: string, word: string): string[] {
  const negated = filter.startsWith("!") && !(sh.state.shopt.extglob && filter[1] === "(");
  const pattern = (negated ? filter.slice(1) : filter).replace(/(?<!\\)&/g, word);
  const matcher = matcherFor(sh, pattern);
  return found.filter((text) => matcher.test(text) === negated);
}

/** `-W`: the list is split by IFS outside quotes, then each word is expanded. */
function splitWords(sh: Interpreter, list: string): string[] {
  const words: string[] = [];
  for (const piece of pieces(list, separatorsOf(sh.vars.text("IFS")).ifs)) {
    const value = parseAssignment(`x=(${piece})`)?.value;
    if (value?.type === "ArrayLiteral" && value.elements.every(({ subscript }) => subscript === null))
      words.push(
        ...expandFields(
          sh,
          value.elements.map((element) => element.value),
        ),
      );
    else words.push(piece);
  }
  return words;
}

/** Parts a list of words at separators that stand outside quotes and substitutions. */
function pieces(list: string, separators: string): string[] {
  const found: string[] = [];
  let current = "";
  let depth = 0;
  for (let at = 0; at < list.length; at++) {
    const ch = list[at] as string;
    if (depth === 0 && separators.includes(ch)) {
      if (current !== "") found.push(current);
      current = "";
      continue;
    }
    const quoted = ch === "\\" ? 2 : ch === "'" || ch === '"' ? quoteLength(list, at) : 1;
    if (ch === "$" && /[({]/.test(list[at + 1] ?? "")) depth++;
    else if (depth > 0 && /[)}]/.test(ch)) depth--;
    current += list.slice(at, at + quoted);
    at += quoted - 1;
  }
  if (current !== "") found.push(current);
  return found;
}

function quoteLength(text: string, at: number): number {
  const end = text.indexOf(text[at] as string, at + 1);
  return (end < 0 ? text.length : end + 1) - at;
}

function fromFunction(sh: Interpreter, name: string, word: string): string[] {
  const fn = sh.state.functions.read.get(name);
  if (!fn) {
    sh.error(`completion: function \`${name}' not found`);
    return [];
  }
  callFunction(sh, fn, ["compgen", word, ""]);
  const value = sh.vars.get("COMPREPLY")?.value;
  return value instanceof IndexedArray ? value.values() : [];
}

/** `-C`: the lines that a command prints that is given the command's name, the word and the one before. */
function fromCommand(sh: Interpreter, command: string, word: string): string[] {
  const script = parseScript(`${command} compgen ${word === "" ? "''" : quoteIfNeeded(word)} ''`);
  if (script.type === "SyntaxError") return [];
  const output = runSubstitution(sh, script);
  return output === "" ? [] : output.split("\n");
}

function candidates(sh: Interpreter, action: string, word: string): string[] {
  const begins = (names: Iterable<string>) => [...names].filter((name) => name.startsWith(word));
  const sorted = (names: Iterable<string>) => begins(names).sort();
  const variables = (attrs: number) =>
    sorted(sh.vars.names().filter((name) => (sh.vars.get(name)?.attrs ?? 0) & attrs));
  switch (action) {
    case "alias":
      return sorted(sh.state.aliases.read.keys());
    case "arrayvar":
      return variables(Attr.INDEXED | Attr.ASSOC);
    case "builtin":
      return sorted(sh.builtins.keys());
    case "enabled":
      return sorted([...sh.builtins.keys()].filter((name) => !sh.disabled.has(name)));
    case "disabled":
      return sorted(sh.disabled);
    case "helptopic":
      return begins(TOPICS.keys());
    case "command":
      return commands(sh, word);
    case "directory":
      return paths(sh, word, true);
    case "file":
      return paths(sh, word, false);
    case "export":
      return variables(Attr.EXPORT);
    case "function":
      return sorted(sh.state.functions.read.keys());
    case "job":
    case "running":
      return begins(sh.jobs.list.map((job) => job.text.split(" ")[0] as string));
    case "keyword":
      return begins(RESERVED_WORDS);
    case "setopt":
      return begins(SET_NAMES);
    case "shopt":
      return begins(SHOPT_NAMES);
    case "signal":
      return begins(["EXIT", ...signals(), "DEBUG", "ERR", "RETURN"]);
    case "user":
      return begins(new Set([sh.system.user.name, ...table(sh, "/etc/passwd", /^([^:#]+):/)]));
    case "group":
      return begins(table(sh, "/etc/group", /^([^:#]+):/));
    case "service":
      return begins(table(sh, "/etc/services", /^([\w.+-]+)\s/));
    case "hostname":
      return begins(table(sh, "/etc/hosts", /^[^#\s]+\s+(\S+)/));
    case "variable":
      return sorted(sh.vars.names().filter((name) => isSet(sh, name)));
    default:
      return [];
  }
}

function isSet(sh: Interpreter, name: string): boolean {
  const variable = sh.vars.get(name);
  return variable?.scalar !== undefined || variable?.value !== undefined;
}

function signals(): string[] {
  const names: string[] = [];
  for (let number = 1; number <= 64; number++) {
    const name = signalName(number);
    if (name) names.push(`SIG${name}`);
  }
  return names;
}

/** Everything that can stand as a command: names of the shell, then programs in PATH. */
function commands(sh: Interpreter, word: string): string[] {
  if (word.includes("/")) return paths(sh, word, false).filter((path) => isProgram(sh, path));
  const own = [
    ...sh.state.aliases.read.keys(),
    ...RESERVED_WORDS,
    ...sh.state.functions.read.keys(),
    ...[...sh.builtins.keys()].filter((name) => !sh.disabled.has(name)),
  ];
  const found = new Set(own.filter((name) => name.startsWith(word)).sort());
  for (const directory of (sh.vars.text("PATH") ?? "").split(":")) {
    const entries = sh.system.readdir(directory || ".");
    if (typeof entries === "number") continue;
    for (const { name } of entries)
      if (name.startsWith(word) && isProgram(sh, `${directory || "."}/${name}`)) found.add(name);
  }
  return [...found];
}

function isProgram(sh: Interpreter, path: string): boolean {
  const stat = sh.system.stat(path, true);
  return typeof stat !== "number" && (stat.mode & 0o170000) !== 0o040000 && sh.system.access(path, 1) >= 0;
}

/** The first group of a pattern in each line of a file where it matches. */
function table(sh: Interpreter, path: string, line: RegExp): string[] {
  const fd = sh.system.open(path, OpenFlag.READ, 0);
  if (fd < 0) return [];
  const text = sh.fds.readAll(fd);
  sh.system.close(fd);
  return text.split("\n").flatMap((one) => line.exec(one)?.[1] ?? []);
}

/** Paths that begin so; a tilde in front stays as it was written. */
function paths(sh: Interpreter, word: string, directories: boolean): string[] {
  const tilde = word.startsWith("~") && word.includes("/") ? expandTilde(sh, word, false, true) : undefined;
  const start = tilde ? tilde.text + word.slice(tilde.length) : word;
  const escaped = start.replace(/[*?[\]\\]/g, "\\$&");
  const found = globPaths(sh, `${escaped}*`).filter((path) => {
    if (!directories) return true;
    const stat = sh.system.stat(path, true);
    return typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000;
  });
  return tilde ? found.map((path) => word.slice(0, tilde.length) + path.slice(tilde.text.length)) : found;
}
