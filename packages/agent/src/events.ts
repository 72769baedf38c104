/** One part of what the model said. `input` is the tool's input as the model wrote it: JSON text, perhaps malformed. */
export type AssistantPart =
  | { type: "text"; text: string }
  | { type: "reasoning"; text: string; providerOptions?: Record<string, Record<string, unknown>> }
  | { type: "tool-call"; id: string; name: string; input: string };

/** Tokens of one model call; what the provider does not tell is 0. */
export interface Usage {
  inputTokens: number;
  cachedInputTokens: number;
  outputTokens: number;
}

/** Why a turn ended. */
export type TurnEnd =
  | "done"
  | "aborted"
  | "error"
  | "max-steps"
  | "max-tokens"
  | "max-cost"
  | "timeout"
  /** The model made the same call over and over. */
  | "repeating"
  /** The model's answer was cut off by its own limit, or it refused. */
  | "length"
  | "refused"
  /** The process died in this turn; found when the session was opened again. */
  | "interrupted";

export type Mode = "ask" | "accept-in-shadow" | "plan" | "deny";

/** Who or what decided a permission. */
export type DecidedBy = "mode" | "rule" | "person" | "default";

/**
 * What a session's log holds: a closed union, enough to rebuild the conversation. `turn` counts from 1, `step` is the
 * model call within a turn, from 1.
 */
export type SessionEvent =
  | {
      type: "session-start";
      id: string;
      format: 1;
      project?: string;
      model: string;
      mode: Mode;
      forkedFrom?: { id: string; turn: number };
    }
  | { type: "user-message"; turn: number; text: string }
  | {
      type: "assistant-message";
      turn: number;
      step: number;
      model: string;
      content: AssistantPart[];
      usage: Usage;
      finish: string;
    }
  | { type: "tool-start"; turn: number; call: string; name: string; subject: string }
  | {
      type: "permission";
      turn: number;
      call: string;
      tool: string;
      subject: string;
      allowed: boolean;
      by: DecidedBy;
      reason: string;
    }
  | {
      type: "tool-end";
      turn: number;
      call: string;
      name: string;
      /** What the model gets to see. */
      output: string;
      isError: boolean;
      durationMs: number;
      /** What the call was told of clocks and random numbers, base64: a replay tells it again. */
      recording?: string;
      /** File in the box that has the whole output, where `output` was shortened. */
      fullOutput?: string;
      /** Lines and files that the box's change set has after the call, where the call changed it. */
      changed?: { files: number; added: number; removed: number };
    }
  | { type: "retry"; turn: number; step: number; attempt: number; waitMs: number; reason: string }
  | { type: "summary"; turn: number; text: string; throughTurn: number }
  | { type: "commit"; turn: number; id?: string; paths: string[] }
  | { type: "notice"; turn: number; message: string }
  | {
      type: "turn-end";
      turn: number;
      reason: TurnEnd;
      error?: string;
      usage: Usage;
      costUsd?: number;
      /** SHA-256 over the change set as the turn left it, where the box has a project: what a replay has to reproduce. */
      tree?: string;
    };

/** What is shown while it happens and not kept: the events of the log follow. */
export type StreamEvent =
  | { type: "text-delta"; turn: number; text: string }
  | { type: "reasoning-delta"; turn: number; text: string }
  | { type: "tool-input"; turn: number; call: string; name: string; inputBytes: number }
  | { type: "tool-output"; turn: number; call: string; stream: "stdout" | "stderr"; text: string };

/** All that {@link run} yields: a closed union. */
export type AgentEvent = SessionEvent | StreamEvent;

export const NO_USAGE: Usage = { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 };

export function addUsage(a: Usage, b: Usage): Usage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    cachedInputTokens: a.cachedInputTokens + b.cachedInputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
  };
}

const STREAMED: ReadonlySet<AgentEvent["type"]> = new Set<StreamEvent["type"]>([
  "text-delta",
  "reasoning-delta",
  "tool-input",
  "tool-output",
]);

export function isKept(event: AgentEvent): event is SessionEvent {
  return !STREAMED.has(event.type);
}
