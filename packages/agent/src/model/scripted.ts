import type {
  LanguageModelV3,
  LanguageModelV3CallOptions,
  LanguageModelV3StreamPart,
} from "@ai-sdk/provider";
import { APICallError } from "@ai-sdk/provider";
import { z } from "zod";
import { AgentError } from "../errors.ts";

const step = z.strictObject({
  text: z.string().optional(),
  reasoning: z.string().optional(),
  calls: z
    .array(z.strictObject({ id: z.string().optional(), name: z.string(), input: z.unknown() }))
    .optional()
    .describe("input: an object, or a string that is sent as it is"),
  /** Answered instead of this step's content the first `times` times (default 1). */
  fail: z
    .strictObject({
      status: z.number().int(),
      message: z.string().optional(),
      times: z.number().int().optional(),
    })
    .optional(),
  /** The stream ends after the content, without a finish, the first time. */
  cut: z.boolean().optional(),
  delayMs: z.number().optional(),
  finish: z.enum(["stop", "length", "content-filter", "tool-calls", "error", "other"]).optional(),
  inputTokens: z.number().optional(),
  outputTokens: z.number().optional(),
});
const script = z.strictObject({ name: z.string().optional(), steps: z.array(step) });

/** A recorded model: what it says, call by call. See docs/agent.md. */
export type Script = z.infer<typeof script>;
type Step = z.infer<typeof step>;

/** Throws AgentError `invalid` naming the field that is wrong. */
export function parseScript(text: string, name: string): Script {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new AgentError("invalid", `read script "${name}": expected JSON: ${(error as Error).message}`);
  }
  const parsed = script.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AgentError("invalid", `read script "${name}": ${issue?.path.join(".")}: ${issue?.message}`);
}

/**
 * A model that plays a script: the n-th answer of a conversation is the script's n-th step. Its provider is
 * `scripted`, so that nobody takes it for a model.
 */
export function scriptedModel(script: Script, name = script.name ?? "script"): LanguageModelV3 {
  const tries = new Map<number, number>();
  /** Answers that a conversation gave before a summary are not in its prompt any more. */
  let done = 0;
  return {
    specificationVersion: "v3",
    provider: "scripted",
    modelId: name,
    supportedUrls: {},
    doGenerate: () => Promise.reject(new AgentError("script", "a scripted model streams only")),
    doStream: async (call) => {
      const at = Math.max(done, answersIn(call));
      const step = script.steps[at];
      if (step === undefined)
        throw new AgentError(
          "script",
          `scripted model "${name}": it has ${script.steps.length} steps, the conversation asks for number ${at + 1}`,
        );
      const attempt = (tries.get(at) ?? 0) + 1;
      tries.set(at, attempt);
      failAsAsked(step, attempt);
      if (!(step.cut && attempt === 1)) done = at + 1;
      return { stream: streamOf(partsOf(step, at, attempt), step.delayMs ?? 0, call.abortSignal) };
    },
  };
}

function answersIn({ prompt }: LanguageModelV3CallOptions): number {
  return prompt.filter(({ role }) => role === "assistant").length;
}

function failAsAsked({ fail }: Step, attempt: number): void {
  if (fail === undefined || attempt > (fail.times ?? 1)) return;
  throw new APICallError({
    message: fail.message ?? `status ${fail.status}`,
    url: "scripted:",
    requestBodyValues: {},
    statusCode: fail.status,
    responseHeaders: { "retry-after-ms": "1" },
  });
}

function* partsOf(step: Step, at: number, attempt: number): Generator<LanguageModelV3StreamPart> {
  yield { type: "stream-start", warnings: [] };
  if (step.reasoning !== undefined) {
    yield { type: "reasoning-start", id: "r" };
    yield { type: "reasoning-delta", id: "r", delta: step.reasoning };
    yield { type: "reasoning-end", id: "r" };
  }
  if (step.text !== undefined) {
    yield { type: "text-start", id: "t" };
    for (const delta of step.text.match(/[\s\S]{1,24}/g) ?? []) yield { type: "text-delta", id: "t", delta };
    yield { type: "text-end", id: "t" };
  }
  if (step.cut && attempt === 1) return;
  const calls = step.calls ?? [];
  for (const [index, { id = `call_${at + 1}_${index + 1}`, name, input }] of calls.entries()) {
    const text = typeof input === "string" ? input : JSON.stringify(input);
    yield { type: "tool-input-start", id, toolName: name };
    yield { type: "tool-input-delta", id, delta: text };
    yield { type: "tool-input-end", id };
    yield { type: "tool-call", toolCallId: id, toolName: name, input: text };
  }
  const unified = step.finish ?? (calls.length > 0 ? "tool-calls" : "stop");
  yield { type: "finish", finishReason: { unified, raw: unified }, usage: usageOf(step) };
}

function usageOf({ inputTokens = 100, outputTokens = 10 }: Step) {
  return {
    inputTokens: { total: inputTokens, noCache: inputTokens, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: outputTokens, text: outputTokens, reasoning: 0 },
  };
}

function streamOf(
  parts: Iterator<LanguageModelV3StreamPart>,
  delayMs: number,
  signal?: AbortSignal,
): ReadableStream<LanguageModelV3StreamPart> {
  return new ReadableStream({
    async pull(controller) {
      if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
      if (signal?.aborted) return controller.error(new Error("aborted"));
      const { done, value } = parts.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
  });
}
