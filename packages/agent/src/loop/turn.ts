import type { LanguageModelV3CallOptions, LanguageModelV3FunctionTool } from "@ai-sdk/provider";
import {
  type AgentEvent,
  type AssistantPart,
  addUsage,
  NO_USAGE,
  type TurnEnd,
  type Usage,
} from "../events.ts";
import { messagesOf } from "../session/messages.ts";
import type { Session } from "../session/session.ts";
import { inputSchemaOf, type Tool, type ToolMemory } from "../tools/tool.ts";
import { summarize, windowTokens } from "./compact.ts";
import { type ModelStep, modelStep } from "./model-step.ts";
import type { RunOptions, TurnLimits } from "./options.ts";
import { describeError, isRetryable, retryWait, sleep } from "./retry.ts";
import { costOf } from "./run.ts";
import { runCalls } from "./tool-call.ts";

type End = { reason: TurnEnd; error?: string };

interface TurnContext {
  session: Session;
  number: number;
  options: RunOptions;
  limits: TurnLimits;
  tools: ReadonlyMap<string, Tool>;
  memory: ToolMemory;
  system: string;
  signal: AbortSignal;
  emit(event: AgentEvent): void;
}

/** Model call, tool calls, and again. */
export class Turn {
  readonly #context: TurnContext;
  readonly #definitions: LanguageModelV3FunctionTool[];
  #usage: Usage = NO_USAGE;
  #lastCall = "";
  #repeats = 0;

  constructor(context: TurnContext) {
    this.#context = context;
    this.#definitions = [...context.tools.values()].map((tool) => ({
      type: "function",
      name: tool.name,
      description: tool.description,
      inputSchema: inputSchemaOf(tool) as LanguageModelV3FunctionTool["inputSchema"],
    }));
  }

  async run(): Promise<End> {
    const { limits, signal } = this.#context;
    for (let step = 1; step <= limits.maxSteps; step++) {
      if (signal.aborted) return { reason: "aborted" };
      await this.#compact();
      const result = await this.#ask(step);
      if ("reason" in result) return result;
      const end = await this.#act(result, step);
      if (end) return end;
    }
    return { reason: "max-steps" };
  }

  /** What follows from one answer; undefined: go on. */
  async #act({ content, usage, finish }: ModelStep, step: number): Promise<End | undefined> {
    const { session, number: turn, options, limits, signal, emit } = this.#context;
    emit({ type: "assistant-message", turn, step, model: modelName(options), content, usage, finish });
    this.#usage = addUsage(this.#usage, usage);
    const calls = content.filter((part) => part.type === "tool-call");
    if (calls.length === 0) return endOf(finish, content);
    const context = { ...this.#context, session: session.id, turn, outputChars: limits.outputChars };
    await runCalls(calls, context);
    if (signal.aborted) return { reason: "aborted" };
    if (this.#isRepeating(calls))
      return {
        reason: "repeating",
        error: `the model made the same call ${limits.maxRepeats} times in a row`,
      };
    const { inputTokens, outputTokens } = this.#usage;
    if (inputTokens + outputTokens > limits.maxTokens) return { reason: "max-tokens" };
    if ((costOf(this.#usage, options.prices).costUsd ?? 0) > limits.maxCostUsd) return { reason: "max-cost" };
    return undefined;
  }

  #isRepeating(calls: readonly Extract<AssistantPart, { type: "tool-call" }>[]): boolean {
    const key = JSON.stringify(calls.map(({ name, input }) => [name, input]));
    this.#repeats = key === this.#lastCall ? this.#repeats + 1 : 1;
    this.#lastCall = key;
    return this.#repeats >= this.#context.limits.maxRepeats;
  }

  /** A model call with retries; an end when it cannot be had. */
  async #ask(step: number): Promise<ModelStep | End> {
    const { number: turn, limits, options, signal, emit } = this.#context;
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#stream();
      } catch (error) {
        if (signal.aborted) return { reason: "aborted" };
        if (attempt >= limits.maxAttempts || !isRetryable(error))
          return {
            reason: "error",
            error: `${describeError(error)}${attempt > 1 ? ` (after ${attempt} tries)` : ""}`,
          };
        const waitMs = Math.round(retryWait(error, attempt));
        emit({ type: "retry", turn, step, attempt, waitMs, reason: describeError(error) });
        await (options.sleep ?? sleep)(waitMs, signal);
      }
    }
  }

  async #stream(): Promise<ModelStep> {
    const { session, system, number, options, signal, emit } = this.#context;
    const call: LanguageModelV3CallOptions = {
      prompt: messagesOf(session.events, system),
      tools: this.#definitions,
      abortSignal: signal,
    };
    const stream = modelStep(options.model, call, number);
    for (;;) {
      const { done, value } = await abortable(stream.next(), signal);
      if (done) return value;
      emit(value);
    }
  }

  /**
   * Sums the earlier turns up when the window gets full. The turn that runs stays as it is, so that its calls and results are
   * whole.
   */
  async #compact(): Promise<void> {
    const { session, system, number, options, limits, signal, emit } = this.#context;
    if (number < 2 || windowTokens(session.events) < limits.compactAtTokens) return;
    const earlier = session.events.filter((event) => !("turn" in event) || event.turn < number);
    if (earlier.some((event) => event.type === "summary" && event.throughTurn === number - 1)) return;
    try {
      const { text, usage } = await summarize(options.model, messagesOf(earlier, system), signal);
      this.#usage = addUsage(this.#usage, usage);
      emit({ type: "summary", turn: number, text, throughTurn: number - 1 });
    } catch (error) {
      if (signal.aborted) return;
      emit({
        type: "notice",
        turn: number,
        message: `the conversation could not be summed up: ${describeError(error)}`,
      });
    }
  }
}

function modelName({ model }: RunOptions): string {
  return `${model.provider}:${model.modelId}`;
}

function endOf(finish: string, content: readonly AssistantPart[]): End {
  if (finish === "length") return { reason: "length" };
  if (finish === "content-filter") return { reason: "refused" };
  if (finish === "error") return { reason: "error", error: "the provider ended its answer with an error" };
  const empty = !content.some((part) => part.type === "text");
  return empty ? { reason: "error", error: "the model's answer was empty" } : { reason: "done" };
}

/** Rejects when the signal aborts, whatever the provider does about it. */
function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) return Promise.reject(new Error("aborted"));
  return new Promise((resolve, reject) => {
    const abort = () => reject(new Error("aborted"));
    signal.addEventListener("abort", abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener("abort", abort));
  });
}
