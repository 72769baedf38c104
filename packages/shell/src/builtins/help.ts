import { matcherFor } from "../expand/matching.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { TOPICS } from "./help-topics.ts";
import { Options } from "./options.ts";

const USAGE = "help [-dms] [pattern ...]";

/** How a topic is shown: how it is called and what for, only the one (`-s`) or the other (`-d`), or as a manual page (`-m`). */
type Style = "" | "s" | "d" | "m";

/** `help [-dms] [pattern …]`: how builtins and constructs are called. */
export function helpBuiltin(sh: Interpreter, args: string[]): number {
  let style: Style = "";
  const options = new Options(args);
  for (const letter of options) {
    if (letter !== "d" && letter !== "m" && letter !== "s") return sh.usage("help", `-${letter}`, USAGE);
    style = letter;
  }
  const patterns = options.operands();
  if (patterns.length === 0) {
    const lines = [...TOPICS.values()].map(({ synopsis }) => ` ${synopsis}\n`);
    sh.out(`These shell commands are defined internally.\n\n${lines.join("")}`, "help");
    return 0;
  }
  if (patterns.some((pattern) => /[*?[]/.test(pattern) && !TOPICS.has(pattern)))
    sh.out(
      `Shell commands matching keyword${patterns.length > 1 ? "s" : ""} \`${patterns.join(", ")}'\n\n`,
      "help",
    );
  let found = false;
  for (const pattern of patterns) {
    const names = topicsOf(sh, pattern);
    found ||= names.length > 0;
    for (const name of names) sh.out(topicText(name, style), "help");
    if (names.length === 0)
      sh.builtinError(
        "help",
        `no help topics match \`${pattern}'.  Try \`help help' or \`man -k ${pattern}' or \`info ${pattern}'.`,
      );
  }
  return found ? 0 : 1;
}

/** Those of the name, else those that match the pattern, else those that begin so. */
function topicsOf(sh: Interpreter, pattern: string): string[] {
  if (TOPICS.has(pattern)) return [pattern];
  const names = [...TOPICS.keys()];
  const matcher = matcherFor(sh, pattern);
  const matching = names.filter((name) => matcher.test(name));
  return matching.length > 0 ? matching : names.filter((name) => name.startsWith(pattern));
}

/** What `help` prints of a topic. */
export function topicText(name: string, style: Style): string {
  const { synopsis, purpose } = TOPICS.get(name) ?? { synopsis: name, purpose: "" };
  switch (style) {
    case "s":
      return `${name}: ${synopsis}\n`;
    case "d":
      return `${name} - ${purpose}\n`;
    case "m":
      return `NAME\n    ${name} - ${purpose}\n\nSYNOPSIS\n    ${synopsis}\n\n`;
    default:
      return `${name}: ${synopsis}\n    ${purpose}\n`;
  }
}
