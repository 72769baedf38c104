import type { AgentEvent, SessionEvent } from "@shadowbox/agent";
import type { ConversationRecord } from "../runtime/protocol.ts";

/** A conversation as it is shown: what is kept of it, and what comes in just now. */
export interface Conversation {
  records: readonly ConversationRecord[];
  /** What the model says now. */
  text: string;
  /** What calls print now, by call. */
  outputs: ReadonlyMap<string, string>;
}

export const NO_CONVERSATION: Conversation = { records: [], text: "", outputs: new Map() };

/** Characters of a running call's output that are shown. */
const SHOWN_OUTPUT = 8000;

/** The conversation after an event. */
export function withEvent(before: Conversation, event: AgentEvent): Conversation {
  switch (event.type) {
    case "text-delta":
      return { ...before, text: before.text + event.text };
    case "tool-output": {
      const outputs = new Map(before.outputs);
      outputs.set(event.call, ((outputs.get(event.call) ?? "") + event.text).slice(-SHOWN_OUTPUT));
      return { ...before, outputs };
    }
    case "reasoning-delta":
    case "tool-input":
      return before;
  }
  const records = [...before.records, { time: new Date().toISOString(), event }];
  return { ...before, records, ...(event.type === "assistant-message" && { text: "" }) };
}

/** A call of the agent as far as it got. */
export interface CallView {
  id: string;
  name: string;
  subject: string;
  state: "waits" | "runs" | "done" | "failed" | "denied";
  output: string;
}

export type Item =
  | { type: "person" | "agent" | "note"; key: string; text: string }
  | { type: "call"; key: string; call: CallView };

type CallPart = Extract<
  Extract<SessionEvent, { type: "assistant-message" }>["content"][number],
  { type: "tool-call" }
>;

/** What is shown, in its order. */
export function itemsOf({ records, text, outputs }: Conversation): Item[] {
  const items: Item[] = [];
  const calls = new Map<string, CallView>();
  for (const [at, { event }] of records.entries()) {
    const key = String(at);
    if (event.type === "user-message") items.push({ type: "person", key, text: event.text });
    else if (event.type === "assistant-message")
      for (const [index, part] of event.content.entries()) {
        const partKey = `${key}.${index}`;
        if (part.type === "text" && part.text.trim() !== "")
          items.push({ type: "agent", key: partKey, text: part.text });
        if (part.type !== "tool-call") continue;
        const call = callOf(part);
        calls.set(part.id, call);
        items.push({ type: "call", key: partKey, call });
      }
    else follow(event as SessionEvent, calls, (note) => items.push({ type: "note", key, text: note }));
  }
  for (const [id, output] of outputs) {
    const call = calls.get(id);
    if (call !== undefined && call.output === "") call.output = output;
  }
  if (text !== "") items.push({ type: "agent", key: "now", text });
  return items;
}

function callOf({ id, name, input }: CallPart): CallView {
  let subject = input;
  try {
    const [first] = Object.values(JSON.parse(input) as Record<string, unknown>);
    subject = typeof first === "string" ? first : JSON.stringify(first ?? {});
  } catch {
    // Malformed, as the model wrote it.
  }
  return { id, name, subject, state: "waits", output: "" };
}

function follow(event: SessionEvent, calls: Map<string, CallView>, say: (note: string) => void): void {
  switch (event.type) {
    case "tool-start": {
      const call = calls.get(event.call);
      if (call !== undefined) Object.assign(call, { state: "runs", subject: event.subject });
      return;
    }
    case "permission": {
      const call = calls.get(event.call);
      if (call !== undefined && !event.allowed) call.state = "denied";
      return;
    }
    case "tool-end": {
      const call = calls.get(event.call);
      if (call === undefined) return;
      call.output = event.output;
      if (call.state !== "denied") call.state = event.isError ? "failed" : "done";
      return;
    }
    case "retry":
      say(`The model did not answer (${event.reason}); another try in ${Math.ceil(event.waitMs / 1000)} s.`);
      return;
    case "notice":
      say(event.message);
      return;
    case "summary":
      say("The conversation was summed up to make room.");
      return;
    case "turn-end":
      if (event.reason !== "done") say(endText(event.reason, event.error));
  }
}

function endText(reason: string, error: string | undefined): string {
  const words: Readonly<Record<string, string>> = {
    aborted: "Stopped.",
    interrupted: "The page closed in the middle of this turn.",
  };
  return words[reason] ?? `The turn ended (${reason})${error === undefined ? "." : `: ${error}`}`;
}
