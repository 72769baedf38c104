import type { LanguageModelV3, LanguageModelV3Prompt } from "@ai-sdk/provider";
import type { SessionEvent, Usage } from "../events.ts";
import { modelStep } from "./model-step.ts";

const INSTRUCTION = `Sum up this conversation so that you can go on from the summary alone. Say: what the user wants (their words where they matter), what was done and found (files, functions, commands that worked), what is decided, what is open, and what comes next. No preamble.`;

/** Input tokens of the last model call: how full the window is. */
export function windowTokens(events: readonly SessionEvent[]): number {
  const last = events.findLast((event) => event.type === "assistant-message" || event.type === "summary");
  return last?.type === "assistant-message" ? last.usage.inputTokens + last.usage.outputTokens : 0;
}

/** A summary of the conversation, by the model itself. */
export async function summarize(
  model: LanguageModelV3,
  prompt: LanguageModelV3Prompt,
  signal: AbortSignal,
): Promise<{ text: string; usage: Usage }> {
  const asked: LanguageModelV3Prompt = [
    ...prompt,
    { role: "user", content: [{ type: "text", text: INSTRUCTION }] },
  ];
  const stream = modelStep(model, { prompt: asked, abortSignal: signal }, 0);
  for (;;) {
    const { done, value } = await stream.next();
    if (!done) continue;
    const text = value.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    return { text: text || "(the model gave no summary)", usage: value.usage };
  }
}
