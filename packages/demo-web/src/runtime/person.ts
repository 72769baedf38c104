import type { Ask, AskUser, Gate, Rule, Session } from "@shadowbox/agent";
import type { NetAnswer, NetQuestion, SandboxEvent } from "@shadowbox/sandbox/browser";
import { appendValue, type Lines, openLines, readValues, replaceValues } from "./kept.ts";
import type { AuditEvent, BoxSettings, Message, Question, Reply } from "./protocol.ts";

/** Audit events that are kept at least; twice as many at most. */
const KEPT_EVENTS = 2000;

/** Bytes of output that may be on their way to the terminal. */
const UNSHOWN_BYTES = 128 << 10;

/** The page behind the worker: it gets messages and has a person who answers. */
export class Page {
  readonly #waiting = new Map<number, (reply: Reply) => void>();
  #asked = 0;
  /** Bytes of output that are on their way, and who waits until they are few. */
  #unshown = 0;
  #wake: (() => void) | undefined;

  post(message: Message): void {
    self.postMessage(message);
  }

  /** Shows output; where the page does not keep up, what comes next has to wait. */
  show(bytes: Uint8Array): void | Promise<void> {
    this.#unshown += bytes.length;
    this.post({ type: "output", bytes });
    if (this.#unshown > UNSHOWN_BYTES)
      return new Promise((resolve) => {
        this.#wake = resolve;
      });
  }

  shown(bytes: number): void {
    this.#unshown -= bytes;
    if (this.#unshown > UNSHOWN_BYTES) return;
    this.#wake?.();
    this.#wake = undefined;
  }

  ask(question: Question): Promise<Reply> {
    const id = ++this.#asked;
    this.post({ type: "question", id, question });
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  answer(id: number, reply: Reply): void {
    this.#waiting.get(id)?.(reply);
    this.#waiting.delete(id);
  }
}

/** Who may do what in one box: asks the person, remembers for the project, and keeps what an audit wants to see. */
export class Permissions {
  readonly #page: Page;
  readonly #ruleLines: Lines;
  readonly #auditLines: Lines;
  #rules: Rule[];
  #audit: AuditEvent[];
  #gate: Promise<Gate> | undefined;
  #settings: BoxSettings;
  #asked = 0;
  /** The agent's, when there is one: what its turn was allowed is not asked about again. */
  session: Session | undefined;

  private constructor(page: Page, ruleLines: Lines, auditLines: Lines, settings: BoxSettings) {
    this.#page = page;
    this.#ruleLines = ruleLines;
    this.#auditLines = auditLines;
    this.#rules = readValues(ruleLines);
    this.#audit = readValues(auditLines);
    this.#forgetOldest();
    this.#settings = settings;
  }

  static async open(page: Page, state: string, settings: BoxSettings): Promise<Permissions> {
    const [rules, audit] = await Promise.all([openLines(state, "rules"), openLines(state, "audit")]);
    return new Permissions(page, rules, audit, settings);
  }

  get rules(): readonly Rule[] {
    return this.#rules;
  }

  get audit(): readonly AuditEvent[] {
    return this.#audit;
  }

  /** Made when it is needed first: the agent's code is no part of a page's start. */
  gate(): Promise<Gate> {
    this.#gate ??= import("./gate.ts").then(
      ({ Gate }) =>
        new Gate({
          mode: this.#settings.mode,
          rules: this.#rules,
          ask: this.#askPermission,
          onProjectRule: (rule) => {
            this.#rules.push(rule);
            appendValue(this.#ruleLines, rule);
          },
        }),
    );
    return this.#gate;
  }

  async configure(settings: BoxSettings): Promise<void> {
    this.#settings = settings;
    if (this.#gate !== undefined) (await this.#gate).mode = settings.mode;
  }

  /** What was decided for the session is asked again, too. */
  forget(rule: Rule): void {
    const same = (one: Rule) =>
      one.tool === rule.tool && one.pattern === rule.pattern && one.decision === rule.decision;
    this.#rules = this.#rules.filter((one) => !same(one));
    replaceValues(this.#ruleLines, this.#rules);
    this.#gate = undefined;
  }

  readonly #askPermission: Ask = async (request) => {
    const reply = await this.#page.ask({ type: "permission", ...request });
    return typeof reply === "object" ? reply : { allowed: false };
  };

  readonly askUser: AskUser = async (question, options) => {
    const reply = await this.#page.ask({ type: "choice", question, options });
    return typeof reply === "string" ? reply : undefined;
  };

  /** Whether a path that can run code later may be committed. */
  async allowsRisk(path: string, why: string): Promise<boolean> {
    const reply = await this.#page.ask({ type: "risk", path, why });
    return typeof reply === "object" && reply.allowed;
  }

  /** What programs want to fetch, as a question of the gate; the gate remembers. */
  readonly askNet = async (question: NetQuestion): Promise<NetAnswer> => {
    const { session } = this;
    const { decidedInTurn, fetchRequest } = await import("./gate.ts");
    const request = fetchRequest(question, `net${++this.#asked}`);
    const { tool, subject } = request;
    const known = session?.isIdle === false && decidedInTurn(session.events, session.turn, subject);
    if (known) return { ...known, once: true };
    const { allowed, reason } = await (await this.gate()).decide(request);
    this.note({ type: "permission", time: now(), tool, subject, allowed, reason });
    return { allowed, reason, once: true };
  };

  readonly onEvent = (event: SandboxEvent): void => {
    if (event.type === "net-request") this.note(event);
    else if (event.type === "net-response" || event.type === "limit" || event.type === "notice")
      this.note({ ...event, time: now() });
  };

  note(event: AuditEvent): void {
    this.#audit.push(event);
    try {
      appendValue(this.#auditLines, event);
      this.#forgetOldest();
    } catch {
      // Storage is full, which the call itself says; the page has the event.
    }
    this.#page.post({ type: "audit", event });
  }

  #forgetOldest(): void {
    if (this.#audit.length < 2 * KEPT_EVENTS) return;
    this.#audit = this.#audit.slice(-KEPT_EVENTS);
    replaceValues(this.#auditLines, this.#audit);
  }

  close(): void {
    this.#ruleLines.close();
    this.#auditLines.close();
  }
}

function now(): string {
  return new Date().toISOString();
}
