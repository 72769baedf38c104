import { type Mode, printRule, printTodos, run } from "@shadowbox/agent";
import type { Sandbox } from "@shadowbox/sandbox/node";
import { helpColumns, wrap } from "../cli/help.ts";
import type { NetPerson } from "../cli/net-ask.ts";
import { type Parsed, projectPath } from "../cli/options.ts";
import { choose } from "../cli/questions.ts";
import { styleOf, writeAll } from "../cli/terminal.ts";
import { clean, oneLine } from "../cli/text.ts";
import { runLine, SLASH_NAMES, slash, slashCompletions, slashHelp } from "../commands/slash.ts";
import { askPeople, typistAt } from "./ask.ts";
import { Lines } from "./lines.ts";
import { netThroughGate, recordingOf } from "./net.ts";
import { lastTurn, said } from "./recall.ts";
import { drawingOn, TurnView } from "./render.ts";
import { type Agent, openAgent, sessionFolder } from "./setup.ts";

const HELP = "Talk to the agent; it works in the box, on a shadow of the project.";
const BEFORE = [["! COMMAND", "run a shell command in the box yourself"]] as const;
const AFTER = [
  ["/mode [MODE]", "permissions: ask, accept-in-shadow, plan, deny"],
  ["/rules [forget]", "what is allowed or forbidden for good"],
  ["/todos", "the agent's list"],
  ["/output [N]", "all that the last call printed, or the Nth from the end"],
  ["/resume [ID]", "go on with another session of this project"],
] as const;
const LAST = "A line that ends in \\ goes on. Ctrl-C interrupts the turn; twice leaves.";

const MODES: readonly Mode[] = ["ask", "accept-in-shadow", "plan", "deny"];

/** Commands that only a prompt with an agent has, and what may follow them. */
const OWN: Readonly<Record<string, readonly string[]>> = {
  "/mode": MODES,
  "/rules": ["forget"],
  "/todos": [],
  "/output": [],
  "/resume": [],
};

/** Milliseconds within which a second Ctrl-C leaves. */
const TWICE_MS = 1500;

/** The agent at a terminal, until the person leaves. */
export async function runChat(values: Parsed["values"], box: Sandbox, net: NetPerson): Promise<number> {
  const lines = new Lines({
    history: saidBefore(values),
    complete: (line) => completions(box, line),
  });
  try {
    return await talk(values, box, net, lines);
  } finally {
    lines.close();
  }
}

async function talk(values: Parsed["values"], box: Sandbox, net: NetPerson, lines: Lines): Promise<number> {
  const style = styleOf(process.stdout);
  const view = new TurnView(process.stdout, style, {
    textOf: (path) => textOf(() => box.fs.readFile(path)),
    patchOf: (path) => textOf(() => box.diff([path])),
    ...(await drawingOn(process.stdout)),
    input: lines,
  });
  let chat: Chat | undefined;
  const agent = await openAgent(
    values,
    box,
    askPeople(lines, view, () => chat?.isInterrupted === true),
  );
  net.answer = netThroughGate(agent);
  net.recorder = recordingOf(agent, values);
  const label = agent.modelName.startsWith("scripted:")
    ? `a recorded script, not a model: ${agent.modelName}`
    : agent.modelName;
  const intro = `with ${label}\nThe agent works on a shadow copy; nothing is written until you /commit. /help`;
  const rows = intro.split("\n").map((line) => wrap(line, helpColumns()));
  process.stdout.write(`${style.bold("shadowbox")} on ${projectPath(values)}\n${rows.join("\n")}\n`);
  chat = new Chat(agent, box, view, lines, values);
  lines.onInterrupt(() => chat.interrupt());
  if (agent.session.turn > 0) chat.recall();
  else if (values.resume === "") await chat.take("/resume");
  try {
    for (;;) {
      const line = await lines.next(`${style.cyan(agent.options.gate.mode === "plan" ? "plan" : "you")} > `);
      if (line === undefined || line.trim() === "/quit" || line.trim() === "/exit") break;
      if (line.trim() !== "") await chat.take(line);
    }
  } finally {
    await agent.close();
  }
  const { id, events } = agent.session;
  if (events.length > 1) process.stdout.write(style.dim(`go on with --resume ${id}\n`));
  return 0;
}

/** Whole lines that the beginning of a /command may become. */
function completions(box: Sandbox, line: string): string[] {
  if (!line.startsWith("/")) return [];
  const [name = "", ...words] = line.split(" ");
  const wanted = OWN[name];
  if (wanted !== undefined && words.length > 0)
    return wanted.map((word) => `${name} ${word}`).filter((whole) => whole.startsWith(line));
  return [...Object.keys(OWN).filter((own) => own.startsWith(line)), ...slashCompletions(box, line)];
}

/** Bytes of the box as text; undefined if they cannot be read. */
function textOf(read: () => Uint8Array): string | undefined {
  try {
    return new TextDecoder().decode(read());
  } catch {
    return undefined;
  }
}

/** What the person said in the session that goes on, or in the project's newest, the newest first. */
function saidBefore(values: Parsed["values"]): string[] {
  const folder = sessionFolder(values);
  try {
    const id = (values.resume as string | undefined) || folder.list().sessions[0]?.id;
    return id === undefined ? [] : said(folder.read(id));
  } catch {
    // Whoever opens the session says what is wrong with it.
    return [];
  }
}

class Chat {
  readonly #agent: Agent;
  readonly #values: Parsed["values"];
  readonly #box: Sandbox;
  readonly #view: TurnView;
  readonly #lines: Lines;
  #stop: AbortController | undefined;
  #interruptedAt = Number.NEGATIVE_INFINITY;

  constructor(agent: Agent, box: Sandbox, view: TurnView, lines: Lines, values: Parsed["values"]) {
    this.#agent = agent;
    this.#values = values;
    this.#box = box;
    this.#view = view;
    this.#lines = lines;
  }

  /** Whether the turn that runs is to end. */
  get isInterrupted(): boolean {
    return this.#stop?.signal.aborted === true;
  }

  interrupt(): void {
    const now = performance.now();
    if (now - this.#interruptedAt < TWICE_MS) this.#lines.close();
    else if (this.#stop === undefined) process.stdout.write("\n(Ctrl-C again or /quit to leave)\n");
    this.#interruptedAt = now;
    if (this.#stop === undefined) return;
    this.#stop.abort();
    this.#lines.dropQuestions();
  }

  /** One line of the person: a command of ours, a shell command, or a turn. */
  async take(line: string): Promise<void> {
    const text = line.trim();
    if (text === "/help")
      process.stdout.write(`${slashHelp(HELP, BEFORE, AFTER)}${wrap(LAST, helpColumns())}\n`);
    else if (text === "/todos")
      process.stdout.write(`${printTodos(this.#agent.options.memory?.todos ?? []) || "nothing noted"}\n`);
    else if (text === "/rules" || text === "/rules forget") this.#rules(text.endsWith("forget"));
    else if (/^\/output( +\d+)?$/.test(text)) await this.#output(Number(text.slice(7) || 1));
    else if (/^\/resume(\s|$)/.test(text)) await this.#resume(text.slice(7).trim());
    else if (text.startsWith("/mode")) this.#mode(text.slice(5).trim());
    else if (text.startsWith("/") && SLASH_NAMES.includes(text.split(/\s+/)[0] as string))
      await this.#slash(text);
    else if (/^\/[a-z]+$/.test(text)) process.stdout.write(`there is no ${text}; /help lists the commands\n`);
    else if (text.startsWith("!"))
      await this.#interruptible((signal) => runLine(this.#box, text.slice(1), { signal }));
    else await this.#interruptible((signal) => this.#turn(line, signal));
  }

  async #interruptible(action: (signal: AbortSignal) => Promise<unknown>): Promise<void> {
    this.#stop = new AbortController();
    // From outside, and from the keyboard once its line editor is closed.
    const onSignal = () => this.interrupt();
    process.on("SIGINT", onSignal);
    try {
      await action(this.#stop.signal);
    } finally {
      process.off("SIGINT", onSignal);
      this.#stop = undefined;
    }
  }

  async #turn(input: string, signal: AbortSignal): Promise<void> {
    for await (const event of run(this.#agent.session, input, { ...this.#agent.options, signal }))
      this.#view.show(event);
  }

  async #slash(text: string): Promise<void> {
    try {
      const committed = await slash(this.#box, text, typistAt(this.#lines));
      if (committed === undefined) return;
      const { session } = this.#agent;
      session.append({ type: "commit", turn: session.turn, ...committed });
      session.sync();
    } catch (error) {
      process.stdout.write(`${(error as Error).message}\n`);
    }
  }

  /** Shows how the session stands. */
  recall(): void {
    const { session } = this.#agent;
    process.stdout.write(lastTurn(session.id, session.events, styleOf(process.stdout)));
  }

  async #resume(given: string): Promise<void> {
    const others = sessionFolder(this.#values)
      .list()
      .sessions.filter(({ id }) => id !== this.#agent.session.id);
    if (others.length === 0) return void process.stdout.write("there is no other session on this project\n");
    const choices = others.slice(0, 50).map(({ id, started, title, turns }) => ({
      value: id,
      label: `${started.slice(0, 16).replace("T", " ")} ${oneLine(title, 40)}`,
      hint: `${turns} turn${turns === 1 ? "" : "s"}`,
    }));
    const id = given || (await this.#lines.aside(() => choose("go on with", choices)));
    if (id === undefined) return;
    try {
      this.#agent.resume(id);
      this.recall();
    } catch (error) {
      process.stdout.write(`${(error as Error).message}\n`);
    }
  }

  /** What the `nth` call from the end printed, as the model got it. */
  async #output(nth: number): Promise<void> {
    const ends = this.#agent.session.events.filter((event) => event.type === "tool-end");
    const end = ends.at(-nth);
    const text = end === undefined ? `${ends.length} calls were made` : clean(end.output).trimEnd();
    await writeAll(process.stdout, `${text}\n`);
  }

  #rules(forget: boolean): void {
    const forgotten = forget ? `${this.#agent.forgetRules()} rules of the project forgotten\n` : "";
    const lines = this.#agent.options.gate.rules.map(
      (rule) => `${rule.decision} ${clean(printRule(rule))}\n`,
    );
    process.stdout.write(forgotten + (lines.join("") || "no rules\n"));
  }

  #mode(name: string): void {
    const { gate } = this.#agent.options;
    const mode = MODES.find((one) => one === name);
    if (mode !== undefined) gate.mode = mode;
    else if (name !== "") process.stdout.write(`there is no mode ${name}\n`);
    process.stdout.write(`permissions: ${gate.mode} (${MODES.join(", ")})\n`);
  }
}
