import type { LanguageModelV3Message, LanguageModelV3Prompt } from "@ai-sdk/provider";
import type { AssistantPart, SessionEvent } from "../events.ts";

type AssistantContent = Extract<LanguageModelV3Message, { role: "assistant" }>["content"];
type ToolContent = Extract<LanguageModelV3Message, { role: "tool" }>["content"];

const INTERRUPTED =
  "This call was interrupted before it gave a result. What it did to the files may be incomplete.";

/**
 * The conversation as the model gets it, from the log: after the last summary, everything; before it, the summary. Every
 * tool call has exactly one result, whatever happened to it.
 */
export function messagesOf(events: readonly SessionEvent[], system: string): LanguageModelV3Prompt {
  const prompt: LanguageModelV3Prompt = [{ role: "system", content: system }];
  const open = new Map<string, string>();
  let results: ToolContent = [];
  const flush = () => {
    for (const [id, name] of open) results.push(toolResult(id, name, INTERRUPTED, true));
    if (results.length > 0) prompt.push({ role: "tool", content: results });
    open.clear();
    results = [];
  };
  for (const event of afterSummary(events)) {
    if (event.type === "user-message" || event.type === "summary") {
      flush();
      const text = event.type === "summary" ? `Summary of what happened so far:\n${event.text}` : event.text;
      pushUser(prompt, text);
    } else if (event.type === "assistant-message") {
      flush();
      if (event.content.length === 0) continue;
      prompt.push({ role: "assistant", content: event.content.map(partOf) as AssistantContent });
      for (const part of event.content) if (part.type === "tool-call") open.set(part.id, part.name);
    } else if (event.type === "tool-end" && open.delete(event.call))
      results.push(toolResult(event.call, event.name, event.output, event.isError));
  }
  flush();
  return prompt;
}

/** Two user messages in a row (a turn that failed before the model spoke) become one: providers insist on turns. */
function pushUser(prompt: LanguageModelV3Prompt, text: string): void {
  const last = prompt.at(-1);
  if (last?.role === "user") last.content.push({ type: "text", text });
  else prompt.push({ role: "user", content: [{ type: "text", text }] });
}

function afterSummary(events: readonly SessionEvent[]): SessionEvent[] {
  const at = events.findLastIndex(({ type }) => type === "summary");
  const summary = events[at];
  if (summary?.type !== "summary") return [...events];
  const rest = events.filter(
    (event) => "turn" in event && event.turn > summary.throughTurn && event !== summary,
  );
  return [summary, ...rest];
}

function partOf(part: AssistantPart): AssistantContent[number] {
  if (part.type !== "tool-call") return part as AssistantContent[number];
  return { type: "tool-call", toolCallId: part.id, toolName: part.name, input: parseInput(part.input) };
}

/** Providers want an object; what the model wrote instead is handed back inside one. */
function parseInput(text: string): unknown {
  try {
    const value = JSON.parse(text === "" ? "{}" : text) as unknown;
    return typeof value === "object" && value !== null ? value : { value };
  } catch {
    return { malformed: text.slice(0, 2000) };
  }
}

function toolResult(id: string, name: string, output: string, isError: boolean): ToolContent[number] {
  return {
    type: "tool-result",
    toolCallId: id,
    toolName: name,
    output: { type: isError ? "error-text" : "text", value: output },
  };
}
