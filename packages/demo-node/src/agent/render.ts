import type { AgentEvent } from "@shadowbox/agent";
import type { Style } from "../cli/terminal.ts";

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const OUTPUT_LINES = 6;

/** Draws a turn on a terminal as it happens: text as it streams, each tool call on a line with its time, folded output. */
export class TurnView {
  readonly #stream: NodeJS.WriteStream;
  readonly #style: Style;
  readonly #calls = new Map<string, { name: string; subject: string }>();
  #spinner: ReturnType<typeof setInterval> | undefined;
  #frame = 0;
  #label = "thinking";
  #atLineStart = true;

  constructor(stream: NodeJS.WriteStream, style: Style) {
    this.#stream = stream;
    this.#style = style;
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
      ? this.#style.dim(` [${event.changed.files} files, +${event.changed.added} -${event.changed.removed}]`)
      : "";
    const head = oneLine(subject, this.#width() - name.length - 34);
    this.#line(`${mark} ${this.#style.bold(name)} ${head} ${took}${changed}`);
    const lines = clean(event.output)
      .split("\n")
      .filter((line) => line.trim() !== "");
    for (const line of lines.slice(0, OUTPUT_LINES))
      this.#line(this.#style.dim(`  ${oneLine(line, this.#width() - 3)}`));
    if (lines.length > OUTPUT_LINES)
      this.#line(this.#style.dim(`  … ${lines.length - OUTPUT_LINES} more lines`));
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
    if (!this.#atLineStart) this.#line("");
    this.#spinner = setInterval(() => {
      this.#frame = (this.#frame + 1) % FRAMES.length;
      this.#stream.write(`\r\u001b[K${FRAMES[this.#frame]} ${oneLine(this.#label, this.#width() - 4)}`);
    }, 100);
  }

  #write(text: string): void {
    if (text === "") return;
    this.stop();
    this.#stream.write(text);
    this.#atLineStart = text.endsWith("\n");
  }

  #line(text: string): void {
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

function oneLine(text: string, width: number): string {
  const line = clean(text).replace(/\s+/g, " ").trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(1, width - 1))}…`;
}
