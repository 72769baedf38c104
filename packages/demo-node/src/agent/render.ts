import type { AgentEvent, TurnEnd } from "@shadowbox/agent";
import type { Style } from "../cli/terminal.ts";
import { clean, fitted, oneLine } from "../cli/text.ts";
import { editedLines } from "./edited.ts";
import { type Drawing, Scroll } from "./scroll.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const EDIT_LINES = 20;
/** Of an output that is folded: how many lines are shown of its beginning and of its end, where the verdict is. */
const HEAD_LINES = 2;
const TAIL_LINES = 4;
/** Lines of a call's output that are shown while it runs. */
const RUNNING_LINES = 3;

/** Ends of a turn that say too little by their name. */
const WHY: Partial<Record<TurnEnd, string>> = {
  refused: "the model or its provider declined to answer",
  length: "the answer was cut off at the model's own limit; say go on",
  timeout: "the turn took the time that --timeout allows; say go on",
  "max-steps": "as many model calls as --max-turns allows; say go on",
  "max-tokens": "the turn used the tokens that --max-tokens allows; say go on",
  "max-cost": "the turn cost what --max-cost allows; say go on",
};

interface Running {
  name: string;
  subject: string;
  since: number;
  /** The end of its output. */
  output: string;
}

export interface TurnViewOptions {
  /** A file of the box, to show where an edit was made. */
  textOf?(path: string): string | undefined;
  /** What a file of the box has that the project has not, as a patch. */
  patchOf?(path: string): string | undefined;
  /** Draws what goes on; absent where nothing can be drawn. */
  drawing?: Drawing;
  /** Where the person types: what they do meanwhile is drawn below what goes on. */
  input?: { readonly typed: string; hide(hidden: boolean): void };
}

type Of<T extends AgentEvent["type"]> = Extract<AgentEvent, { type: T }>;

/** Shows a turn as it happens: text as it streams, each tool call on a line with its time, folded output. */
export class TurnView {
  readonly #style: Style;
  readonly #options: TurnViewOptions;
  readonly #scroll: Scroll;
  readonly #running = new Map<string, Running>();
  /** What the model wrote, by call. */
  readonly #inputs = new Map<string, string>();
  #label = "thinking";
  #since = 0;
  #isGoing = false;
  /** What happened while a question has the terminal. */
  #held: AgentEvent[] | undefined;

  constructor(stream: NodeJS.WriteStream, style: Style, options: TurnViewOptions = {}) {
    this.#style = style;
    this.#options = options;
    this.#scroll = new Scroll(stream, options.drawing, () => this.#going());
  }

  show(event: AgentEvent): void {
    if (this.#held) this.#held.push(event);
    else this.#show(event);
  }

  /** Leaves the terminal to a question, also one that comes between turns. */
  pause(): void {
    this.#held ??= [];
    this.#stop();
  }

  resume(): void {
    const held = this.#held ?? [];
    this.#held = undefined;
    if (this.#isGoing) this.#start();
    for (const event of held) this.#show(event);
  }

  #start(): void {
    if (this.#options.drawing) this.#options.input?.hide(true);
    this.#scroll.start();
  }

  #stop(): void {
    this.#scroll.stop();
    this.#options.input?.hide(false);
  }

  #show(event: AgentEvent): void {
    const { yellow, dim } = this.#style;
    switch (event.type) {
      case "user-message":
        this.#wait("thinking");
        this.#isGoing = true;
        this.#start();
        break;
      case "text-delta":
        this.#scroll.text(clean(event.text));
        break;
      case "tool-input":
        if (event.inputBytes === 0) this.#wait(`writing ${event.name}`);
        break;
      case "assistant-message":
        for (const part of event.content)
          if (part.type === "tool-call") this.#inputs.set(part.id, part.input);
        break;
      case "tool-start":
        this.#running.set(event.call, { ...event, since: performance.now(), output: "" });
        break;
      case "tool-output":
        this.#toolOutput(event);
        break;
      case "tool-end":
        this.#toolEnd(event);
        this.#wait("thinking");
        break;
      case "retry":
        this.#wait("waiting for the provider");
        this.#scroll.line(
          yellow(`  ${clean(event.reason)}; trying again in ${(event.waitMs / 1000).toFixed(1)} s`),
        );
        break;
      case "summary":
        this.#scroll.line(dim("  the conversation was summed up to make room"));
        break;
      case "notice":
        this.#scroll.line(yellow(`  ${clean(event.message)}`));
        break;
      case "turn-end":
        this.#turnEnd(event);
        break;
    }
  }

  #wait(label: string): void {
    this.#label = label;
    this.#since = performance.now();
  }

  /** What goes on: each call with the end of its output, or what is waited for; and what is typed meanwhile. */
  #going(): string[] {
    const { dim, cyan } = this.#style;
    const now = performance.now();
    const frame = cyan(FRAMES[Math.floor(now / 100) % FRAMES.length] as string);
    const { width } = this.#scroll;
    const row = (text: string, since: number) =>
      `${frame} ${oneLine(text, width - 30)} ${dim(`${Math.floor((now - since) / 1000)} s, Ctrl-C interrupts`)}`;
    const rows = [...this.#running.values()].flatMap(({ name, subject, since, output }) => [
      row(`${name} ${subject}`, since),
      ...linesOf(output)
        .slice(-RUNNING_LINES)
        .map((line) => dim(`  ${fitted(line, width - 3)}`)),
    ]);
    const typed = this.#options.input?.typed ?? "";
    return [
      ...(rows.length === 0 ? [row(this.#label, this.#since)] : rows),
      ...(typed === "" ? [] : [`${cyan("next >")} ${oneLine(typed, width - 8)}`]),
    ];
  }

  #toolOutput({ call, text }: Of<"tool-output">): void {
    const running = this.#running.get(call);
    if (running) running.output = (running.output + text).slice(-RUNNING_LINES * 1000);
  }

  #toolEnd(event: Of<"tool-end">): void {
    const { green, red, bold, dim } = this.#style;
    const { name, subject } = this.#running.get(event.call) ?? { name: event.name, subject: "" };
    this.#running.delete(event.call);
    const mark = event.isError ? red("✗") : green("✓");
    const took = dim(event.durationMs >= 100 ? `${(event.durationMs / 1000).toFixed(1)} s` : "");
    const head = oneLine(subject, this.#scroll.width - name.length - 34);
    this.#scroll.line(`${mark} ${bold(name)} ${head} ${took}${dim(changedText(event))}`);
    if (!event.isError && (this.#edited(event.call) || this.#written(event.name, subject))) return;
    const hint = this.#options.input === undefined ? "" : ", /output shows all";
    for (const line of folded(linesOf(event.output), hint))
      this.#scroll.line(dim(`  ${fitted(line, this.#scroll.width - 3)}`));
  }

  /** The lines that an Edit took and put; false for another call. */
  #edited(call: string): boolean {
    const lines = editedLines(this.#inputs.get(call) ?? "", this.#options.textOf ?? (() => undefined));
    const digits = String(Math.max(0, ...lines.map(({ number = 0 }) => number))).length;
    for (const { mark, number, text } of lines.slice(0, EDIT_LINES)) {
      const paint = mark === "+" ? this.#style.green : this.#style.red;
      const place = number === undefined ? "" : `${String(number).padStart(digits)} `;
      const line = fitted(text, this.#scroll.width - place.length - 5);
      this.#scroll.line(`  ${this.#style.dim(place)}${paint(`${mark} ${line}`)}`);
    }
    this.#more(lines.length - EDIT_LINES);
    return lines.length > 0;
  }

  /** What a file has now that was written whole; false for another call. */
  #written(name: string, path: string): boolean {
    const patch = name === "Write" ? clean(this.#options.patchOf?.(path) ?? "") : "";
    const lines = patch.slice(patch.search(/^@@/m)).trimEnd().split("\n");
    if (!patch.includes("\n@@")) return false;
    for (const line of lines.slice(0, EDIT_LINES)) {
      const paint = { "+": this.#style.green, "-": this.#style.red }[line.slice(0, 1)] ?? this.#style.dim;
      this.#scroll.line(`  ${paint(fitted(line, this.#scroll.width - 3))}`);
    }
    this.#more(lines.length - EDIT_LINES);
    return true;
  }

  #more(lines: number): void {
    if (lines > 0) this.#scroll.line(this.#style.dim(`  … ${lines} more lines`));
  }

  #turnEnd({ reason, error = WHY[reason], usage, costUsd }: Of<"turn-end">): void {
    this.#running.clear();
    this.#isGoing = false;
    this.#stop();
    if (reason !== "done")
      this.#scroll.line(this.#style.yellow(`[${reason}${error ? `: ${clean(error)}` : ""}]`));
    const cost = costUsd === undefined ? "" : `, $${costUsd.toFixed(4)}`;
    this.#scroll.line(this.#style.dim(`${usage.inputTokens} tokens in, ${usage.outputTokens} out${cost}`));
  }
}

/** What draws on a terminal, loaded where there is one. */
export async function drawingOn(stream: NodeJS.WriteStream): Promise<{ drawing?: Drawing }> {
  if (stream.isTTY !== true || process.env.TERM === "dumb") return {};
  const { createLogUpdate } = await import("../cli/drawing.ts");
  return { drawing: createLogUpdate(stream) };
}

function changedText({ changed }: Of<"tool-end">): string {
  if (changed === undefined) return "";
  const files = `${changed.files} file${changed.files === 1 ? "" : "s"}`;
  return ` [${files}, +${changed.added} -${changed.removed}]`;
}

/** The lines of an output that say something. */
function linesOf(output: string): string[] {
  return clean(output)
    .split("\n")
    .filter((line) => line.trim() !== "");
}

/** The beginning and the end of many lines. */
function folded(lines: readonly string[], hint: string): readonly string[] {
  const hidden = lines.length - HEAD_LINES - TAIL_LINES;
  if (hidden < 2) return lines;
  return [...lines.slice(0, HEAD_LINES), `… ${hidden} more lines${hint}`, ...lines.slice(-TAIL_LINES)];
}
