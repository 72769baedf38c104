import type { LanguageModelV3 } from "@ai-sdk/provider";
import type { Sandbox } from "@shadowbox/sandbox";
import type { Gate } from "../gate/gate.ts";
import type { AskUser, Tool, ToolMemory } from "../tools/tool.ts";

/** Bounds of one turn. */
export interface TurnLimits {
  /** Model calls; default 100. */
  maxSteps: number;
  /** Input and output tokens together; default none. */
  maxTokens: number;
  /** US dollars, where prices are known; default none. */
  maxCostUsd: number;
  /** Default none. */
  timeoutMs: number;
  /** The same call with the same input so often in a row ends the turn; default 5. */
  maxRepeats: number;
  /** Tries of one model call; default 5. */
  maxAttempts: number;
  /** Input tokens from which the conversation is summed up before the next call; default 150,000. */
  compactAtTokens: number;
  /** Characters of one tool result that the model gets; default 24,000. */
  outputChars: number;
}

export const DEFAULT_LIMITS: TurnLimits = {
  maxSteps: 100,
  maxTokens: Number.POSITIVE_INFINITY,
  maxCostUsd: Number.POSITIVE_INFINITY,
  timeoutMs: Number.POSITIVE_INFINITY,
  maxRepeats: 5,
  maxAttempts: 5,
  compactAtTokens: 150_000,
  outputChars: 24_000,
};

/** US dollars per million tokens. */
export interface Prices {
  input: number;
  cachedInput?: number;
  output: number;
}

/** What {@link run} works with. */
export interface RunOptions {
  sandbox: Sandbox;
  model: LanguageModelV3;
  gate: Gate;
  /** Default: {@link toolsFor} the sandbox. */
  tools?: readonly Tool[];
  /** Default: {@link systemPrompt}. */
  system?: string;
  memory?: ToolMemory;
  limits?: Partial<TurnLimits>;
  prices?: Prices;
  signal?: AbortSignal;
  askUser?: AskUser;
  /** Waits before a retry; for tests. */
  sleep?(ms: number, signal: AbortSignal): Promise<void>;
}
