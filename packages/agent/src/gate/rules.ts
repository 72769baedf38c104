import { AgentError } from "../errors.ts";

/**
 * A rule of the gate. `pattern` is matched with a call's subject (Bash: the command; file tools: the path; WebFetch:
 * the host): `*` stands for any text, everything else for itself. Without it the rule covers the whole tool.
 */
export interface Rule {
  decision: "allow" | "deny" | "ask";
  /** Name of a tool, or `*`. */
  tool: string;
  pattern?: string;
  /** `pattern` is the subject itself: a `*` in it stands for itself too. */
  exact?: boolean;
  /** Of a rule that denies: what the model is told instead of the rule. */
  reason?: string;
}

/**
 * Reads a rule as people write it: `Bash(git status*)`, `WebFetch(*.example.org)`, `Write`. Throws AgentError `invalid`.
 */
export function parseRule(text: string, decision: Rule["decision"]): Rule {
  const match = /^([A-Za-z*][\w-]*|\*)(?:\((.+)\))?$/s.exec(text.trim());
  if (!match)
    throw new AgentError(
      "invalid",
      `read rule "${text}": expected Tool or Tool(pattern), such as Bash(npm test*)`,
    );
  return { decision, tool: match[1] as string, ...(match[2] !== undefined && { pattern: match[2] }) };
}

export function printRule({ tool, pattern }: Rule): string {
  return pattern === undefined ? tool : `${tool}(${pattern})`;
}

/**
 * The strictest rule that covers the call: deny before ask before allow. An allowing Bash rule covers a command only
 * if all of it is covered: a command that holds `;`, `&`, `|`, a line end or a substitution needs a rule without pattern.
 */
export function matchRules(rules: readonly Rule[], tool: string, subject: string): Rule | undefined {
  const found = rules.filter((rule) => covers(rule, tool, subject));
  for (const decision of ["deny", "ask", "allow"] as const) {
    const rule = found.find((one) => one.decision === decision);
    if (rule) return rule;
  }
  return undefined;
}

const CHAINS = /[;&|\n`<>]|\$\(/;

function covers({ decision, tool, pattern, exact }: Rule, name: string, subject: string): boolean {
  if (tool !== "*" && tool !== name) return false;
  if (pattern === undefined) return true;
  if (exact) return pattern === subject;
  if (name === "Bash" && decision === "deny")
    return subject.split(/[;&|\n]+/).some((part) => globMatches(pattern, part.trim()));
  if (name === "Bash" && CHAINS.test(subject) && pattern !== subject) return false;
  return globMatches(pattern, subject);
}

/** `*` is any run of characters; linear time. */
export function globMatches(pattern: string, text: string): boolean {
  const parts = pattern.split("*");
  if (parts.length === 1) return pattern === text;
  const first = parts.shift() as string;
  const last = parts.pop() as string;
  if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length)
    return false;
  let at = first.length;
  for (const part of parts) {
    const next = text.indexOf(part, at);
    if (next < 0) return false;
    at = next + part.length;
  }
  return at <= text.length - last.length;
}
