import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
  LanguageModelV3Usage,
} from "@ai-sdk/provider";
import { JSONParseError, TypeValidationError } from "@ai-sdk/provider";
import type { AssistantPart, StreamEvent, Usage } from "../events.ts";
import { NO_USAGE } from "../events.ts";
import { StreamCutError } from "./retry.ts";

/** What one model call gave. */
export interface ModelStep {
  content: AssistantPart[];
  usage: Usage;
  finish: string;
}

/**
 * One model call. Yields what is shown while it streams and returns the whole. Throws what the provider throws, and
 * StreamCutError when the stream ends without a finish.
 */
export async function* modelStep(
  model: LanguageModelV3,
  call: LanguageModelV3CallOptions,
  turn: number,
): AsyncGenerator<StreamEvent, ModelStep> {
  const { stream } = await model.doStream(call);
  const reader = stream.getReader();
  const step = new StepBuilder(turn);
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      const event = step.take(value);
      if (event) yield event;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
  return step.result();
}

class StepBuilder {
  readonly #turn: number;
  readonly #parts = new Map<string, AssistantPart & { type: "text" | "reasoning" }>();
  readonly #content: AssistantPart[] = [];
  readonly #inputs = new Map<string, { name: string; bytes: number }>();
  #usage: Usage = NO_USAGE;
  #finish: string | undefined;

  constructor(turn: number) {
    this.#turn = turn;
  }

  take(part: LanguageModelV3StreamPart): StreamEvent | undefined {
    switch (part.type) {
      case "text-delta":
        this.#grow("text", part.id, part.delta);
        return { type: "text-delta", turn: this.#turn, text: part.delta };
      case "reasoning-delta":
        this.#grow("reasoning", part.id, part.delta);
        return { type: "reasoning-delta", turn: this.#turn, text: part.delta };
      case "reasoning-end":
        this.#sign(part.id, part.providerMetadata);
        return undefined;
      case "tool-input-start":
        this.#inputs.set(part.id, { name: part.toolName, bytes: 0 });
        return { type: "tool-input", turn: this.#turn, call: part.id, name: part.toolName, inputBytes: 0 };
      case "tool-input-delta":
        return this.#input(part.id, part.delta.length);
      case "tool-call":
        this.#content.push({
          type: "tool-call",
          id: part.toolCallId,
          name: part.toolName,
          input: part.input,
        });
        return undefined;
      case "finish":
        this.#usage = usageOf(part.usage);
        this.#finish = finishOf(part.finishReason);
        return undefined;
      case "error":
        throw errorOf(part.error);
      default:
        return undefined;
    }
  }

  #grow(type: "text" | "reasoning", id: string, delta: string): void {
    const key = `${type} ${id}`;
    const part = this.#parts.get(key);
    if (part) part.text += delta;
    else {
      const fresh = { type, text: delta } as const;
      this.#parts.set(key, fresh);
      this.#content.push(fresh);
    }
  }

  /** Some providers sign their reasoning and want the signature back. */
  #sign(id: string, metadata: unknown): void {
    const part = this.#parts.get(`reasoning ${id}`);
    if (part?.type === "reasoning" && metadata)
      part.providerOptions = metadata as Record<string, Record<string, unknown>>;
  }

  #input(id: string, length: number): StreamEvent | undefined {
    const input = this.#inputs.get(id);
    if (input === undefined) return undefined;
    input.bytes += length;
    return { type: "tool-input", turn: this.#turn, call: id, name: input.name, inputBytes: input.bytes };
  }

  result(): ModelStep {
    if (this.#finish === undefined) throw new StreamCutError("the provider's answer was cut off");
    const content = this.#content.filter((part) => part.type === "tool-call" || part.text !== "");
    return { content, usage: this.#usage, finish: this.#finish };
  }
}

function usageOf({ inputTokens, outputTokens }: LanguageModelV3Usage): Usage {
  return {
    inputTokens: inputTokens.total ?? 0,
    cachedInputTokens: inputTokens.cacheRead ?? 0,
    outputTokens: outputTokens.total ?? 0,
  };
}

/** Undefined: the provider gave no reason, its answer ended early and the library around it made one up. */
function finishOf({ unified, raw }: { unified: string; raw: string | undefined }): string | undefined {
  return unified === "other" && raw === undefined ? undefined : unified;
}

/** Lines of a stream that cannot be read are a stream that broke. */
function errorOf(error: unknown): Error {
  if (JSONParseError.isInstance(error) || TypeValidationError.isInstance(error))
    return new StreamCutError(`the provider's answer could not be read: ${error.message.slice(0, 200)}`);
  const known = error instanceof Error ? error : new Error(describe(error));
  return /ended without a finish/i.test(known.message) ? new StreamCutError(known.message) : known;
}

function describe(error: unknown): string {
  return typeof error === "string" ? error : (JSON.stringify(error) ?? "unknown error");
}
