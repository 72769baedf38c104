import type { DecidedBy, Mode } from "../events.ts";
import { matchRules, printRule, type Rule } from "./rules.ts";

/**
 * What a call could do: `read` looks at the box; `shadow` changes the shadow, never the project; `network` leaves the machine;
 * `project` writes the user's files; `person` talks to the user and needs no permission.
 */
export type Effect = "read" | "shadow" | "network" | "project" | "person";

export interface Request {
  call: string;
  tool: string;
  effect: Effect;
  /** What rules are matched with, and what a person is shown. */
  subject: string;
  /** More for a person to see. */
  detail?: string;
}

export interface Decision {
  allowed: boolean;
  by: DecidedBy;
  /** For the log and, where it is a denial, for the model. */
  reason: string;
}

/** A person's answer. `always` makes a rule of it, for this session or for the project. */
export interface Answer {
  allowed: boolean;
  always?: "session" | "project";
  /** Told to the model. */
  reason?: string;
}

export type Ask = (request: Request) => Promise<Answer>;

export interface GateOptions {
  /** Default `accept-in-shadow`. */
  mode?: Mode;
  rules?: readonly Rule[];
  /** Absent: nobody is there to ask, what would be asked is denied. */
  ask?: Ask;
  /** Called with a rule that a person made for the project. */
  onProjectRule?(rule: Rule): void;
}

const BY_MODE: Readonly<Record<Mode, Readonly<Record<Effect, Rule["decision"]>>>> = {
  ask: { read: "allow", shadow: "ask", network: "ask", project: "ask", person: "allow" },
  "accept-in-shadow": { read: "allow", shadow: "allow", network: "ask", project: "ask", person: "allow" },
  plan: { read: "allow", shadow: "deny", network: "ask", project: "deny", person: "allow" },
  deny: { read: "allow", shadow: "deny", network: "deny", project: "deny", person: "allow" },
};

/** Decides whether a call may run. Deny rules win over everything; a rule never loosens `plan` or `deny` mode. */
export class Gate {
  readonly #rules: Rule[];
  readonly #ask: Ask | undefined;
  readonly #onProjectRule: ((rule: Rule) => void) | undefined;
  /** One question at a time: a person reads one after the other, and an answer may settle the next. */
  #asking: Promise<unknown> = Promise.resolve();
  mode: Mode;

  constructor({ mode = "accept-in-shadow", rules = [], ask, onProjectRule }: GateOptions = {}) {
    this.mode = mode;
    this.#rules = [...rules];
    this.#ask = ask;
    this.#onProjectRule = onProjectRule;
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  async decide(request: Request): Promise<Decision> {
    const known = this.#known(request);
    if (known) return known;
    const turn = this.#asking.then(() => this.#known(request) ?? this.#question(request));
    this.#asking = turn.catch(() => {});
    return turn;
  }

  /** A decision that needs no person. */
  #known({ tool, effect, subject }: Request): Decision | undefined {
    const rule = matchRules(this.#rules, tool, subject);
    if (rule?.decision === "deny")
      return {
        allowed: false,
        by: "rule",
        reason: rule.reason ?? `the rule "deny ${printRule(rule)}" forbids it`,
      };
    const byMode = BY_MODE[this.mode][effect];
    if (byMode === "deny") return { allowed: false, by: "mode", reason: modeReason(this.mode) };
    if (rule?.decision === "allow") return { allowed: true, by: "rule", reason: `allow ${printRule(rule)}` };
    if (rule === undefined && byMode === "allow") return { allowed: true, by: "mode", reason: this.mode };
    return undefined;
  }

  async #question(request: Request): Promise<Decision> {
    if (this.#ask === undefined)
      return {
        allowed: false,
        by: "default",
        reason: `it needs a person's yes and nobody is there to ask; a rule "allow ${request.tool}" would permit it`,
      };
    const answer = await this.#ask(request);
    if (answer.always) this.#remember(request, answer);
    const word = answer.allowed ? "a person allowed it" : "a person said no";
    return {
      allowed: answer.allowed,
      by: "person",
      reason: answer.reason ? `${word}: ${answer.reason}` : word,
    };
  }

  /** Forgets the rules that persons made since the gate was made, and takes `rules` instead of all others. */
  reset(rules: readonly Rule[]): void {
    this.#rules.splice(0, this.#rules.length, ...rules);
  }

  #remember({ tool, subject }: Request, { allowed, always }: Answer): void {
    const rule: Rule = { decision: allowed ? "allow" : "deny", tool, pattern: subject, exact: true };
    this.#rules.push(rule);
    if (always === "project") this.#onProjectRule?.(rule);
  }
}

function modeReason(mode: Mode): string {
  return mode === "plan"
    ? "plan mode is read-only: describe what you would do instead"
    : `the permission mode "${mode}" allows reading only`;
}
