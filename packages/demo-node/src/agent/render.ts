import type { AgentEvent } from "@shadowbox/agent";
import type { Style } from "../cli/terminal.ts";
import { editedLines } from "./edited.ts";
import { Wrapper } from "./wrap.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const OUTPUT_LINES = 6;
const EDIT_LINES = 20;

/** Draws a turn on a terminal as it happens: text as it streams, each tool call on a line with its time, folded output. */
export class TurnView {
  readonly #stream: NodeJS.WriteStream;
  readonly #style: Style;
  readonly #calls = new Map<string, { name: string; subject: string }>();
  /** What the model wrote, by call. */
  readonly #inputs = new Map<string, string>();
  readonly #wrapper: Wrapper;
  #spinner: ReturnType<typeof setInterval> | undefined;
  #frame = 0;
  #label = "thinking";
  #atLineStart = true;

  readonly #textOf: (path: string) => string | undefined;

  /** `textOf` reads a file of the box, to show where an edit was made. */
  constructor(
    stream: NodeJS.WriteStream,
    style: Style,
    textOf: (path: string) => string | undefined = () => undefined,
  ) {
    this.#stream = stream;
    this.#style = style;
    this.#textOf = textOf;
    this.#wrapper = new Wrapper(() => this.#width());
  }

  show(event: AgentEvent): void {
    switch (event.type) {
      case "user-message":
        this.#spin("thinking");
        break;
      case "text-delta":
        this.#write(clean(event.text));
        break;
      case "tool-input":
        if (event.inputBytes === 0) this.#spin(`${event.name} …`);
        break;
      case "assistant-message":
        for (const part of event.content)
          if (part.type === "tool-call") this.#inputs.set(part.id, part.input);
        break;
      case "tool-start":
        this.#calls.set(event.call, { name: event.name, subject: event.subject });
        this.#spin(`${event.name} ${oneLine(event.subject, this.#width() - 20)}`);
        break;
      case "permission":
        if (!event.allowed) this.#line(this.#style.yellow(`  denied: ${event.tool}: ${event.reason}`));
        break;
      case "tool-end":
        this.#toolEnd(event);
        this.#spin("thinking");
        break;
      case "retry":
        this.#line(
          this.#style.yellow(`  ${event.reason}; trying again in ${(event.waitMs / 1000).toFixed(1)} s`),
        );
        break;
      case "summary":
        this.#line(this.#style.dim("  the conversation was summed up to make room"));
        break;
      case "notice":
        this.#line(this.#style.yellow(`  ${event.message}`));
        break;
      case "turn-end":
        this.#turnEnd(event);
        break;
    }
  }

  #toolEnd(event: Extract<AgentEvent, { type: "tool-end" }>): void {
    const { name, subject } = this.#calls.get(event.call) ?? { name: event.name, subject: "" };
    const mark = event.isError ? this.#style.red("✗") : this.#style.green("✓");
    const took = this.#style.dim(event.durationMs >= 100 ? `${(event.durationMs / 1000).toFixed(1)} s` : "");
    const changed = event.changed
      ? this.#style.dim(
          ` [${event.changed.files} file${event.changed.files === 1 ? "" : "s"}, +${event.changed.added} -${event.changed.removed}]`,
        )
      : "";
    const head = oneLine(subject, this.#width() - name.length - 34);
    this.#line(`${mark} ${this.#style.bold(name)} ${head} ${took}${changed}`);
    if (!event.isError && this.#edited(event.call)) return;
    const lines = clean(event.output)
      .split("\n")
      .filter((line) => line.trim() !== "");
    for (const line of lines.slice(0, OUTPUT_LINES))
      this.#line(this.#style.dim(`  ${fitted(line, this.#width() - 3)}`));
    if (lines.length > OUTPUT_LINES)
      this.#line(this.#style.dim(`  … ${lines.length - OUTPUT_LINES} more lines`));
  }

  /** The lines that an Edit took and put; false for another call. */
  #edited(call: string): boolean {
    const lines = editedLines(this.#inputs.get(call) ?? "", this.#textOf);
    const digits = String(Math.max(0, ...lines.map(({ number = 0 }) => number))).length;
    for (const { mark, number, text } of lines.slice(0, EDIT_LINES)) {
      const paint = mark === "+" ? this.#style.green : this.#style.red;
      const place = number === undefined ? "" : `${String(number).padStart(digits)} `;
      const line = fitted(text, this.#width() - place.length - 5);
      this.#line(`  ${this.#style.dim(place)}${paint(`${mark} ${line}`)}`);
    }
    if (lines.length > EDIT_LINES) this.#line(this.#style.dim(`  … ${lines.length - EDIT_LINES} more lines`));
    return lines.length > 0;
  }

  #turnEnd(event: Extract<AgentEvent, { type: "turn-end" }>): void {
    this.stop();
    if (event.reason !== "done")
      this.#line(this.#style.yellow(`[${event.reason}${event.error ? `: ${clean(event.error)}` : ""}]`));
    const { inputTokens, outputTokens } = event.usage;
    const cost = event.costUsd === undefined ? "" : `, $${event.costUsd.toFixed(4)}`;
    this.#line(this.#style.dim(`${inputTokens} tokens in, ${outputTokens} out${cost}`));
  }

  /** Takes the spinner away. */
  stop(): void {
    if (this.#spinner === undefined) return;
    clearInterval(this.#spinner);
    this.#spinner = undefined;
    this.#stream.write("\r\u001b[K");
  }

  #spin(label: string): void {
    this.#label = label;
    if (this.#stream.isTTY !== true || this.#spinner !== undefined) return;
    this.#put(this.#wrapper.end());
    if (!this.#atLineStart) this.#line("");
    this.#spinner = setInterval(() => {
      this.#frame = (this.#frame + 1) % FRAMES.length;
      this.#stream.write(`\r\u001b[K${FRAMES[this.#frame]} ${oneLine(this.#label, this.#width() - 4)}`);
    }, 100);
  }

  #write(text: string): void {
    this.#put(this.#stream.isTTY === true ? this.#wrapper.add(text) : text);
  }

  #put(text: string): void {
    if (text === "") return;
    this.stop();
    this.#stream.write(text);
    this.#atLineStart = text.endsWith("\n");
  }

  #line(text: string): void {
    this.#put(this.#wrapper.end());
    this.stop();
    this.#stream.write(`${this.#atLineStart ? "" : "\n"}${text}\n`);
    this.#atLineStart = true;
  }

  #width(): number {
    return Math.max(40, this.#stream.columns ?? 80);
  }
}

/** What a model or a program says must not drive the terminal. */
export function clean(text: string): string {
  return text
    .replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}

/** A text of any number of lines as one. */
function oneLine(text: string, width: number): string {
  return fitted(clean(text).replace(/\s+/g, " ").trim(), width);
}

/** A line cut to `width`, its indentation kept. */
function fitted(text: string, width: number): string {
  const line = clean(text).replaceAll("\t", "    ").trimEnd();
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
