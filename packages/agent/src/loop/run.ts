import { AgentError } from "../errors.ts";
import {
  type AgentEvent,
  addUsage,
  isKept,
  NO_USAGE,
  type SessionEvent,
  type TurnEnd,
  type Usage,
} from "../events.ts";
import { systemPrompt } from "../prompt.ts";
import type { Session } from "../session/session.ts";
import { treeDigest } from "../session/tree.ts";
import { toolsFor } from "../tools/all.ts";
import { newToolMemory, type Tool } from "../tools/tool.ts";
import { Channel } from "./channel.ts";
import { DEFAULT_LIMITS, type Prices, type RunOptions } from "./options.ts";
import { Turn } from "./turn.ts";

/** Sessions in which a turn runs. */
const running = new WeakSet<Session>();

/**
 * One turn of a session: the user's input, model calls and tool calls until the model is done, a limit is hit or the
 * signal aborts. Yields what happens; what is kept is in the session's log before it is yielded. Never throws for what a
 * model, a provider or a tool does: the turn's end says it, also when the log itself cannot be written any more (the end is not in it
 * then, and the next turn puts it there). Throws AgentError `invalid` if a turn is open already.
 */
export async function* run(
  session: Session,
  input: string,
  options: RunOptions,
): AsyncGenerator<AgentEvent, void, void> {
  if (running.has(session))
    throw new AgentError("invalid", `run session "${session.id}": a turn is open already`);
  running.add(session);
  const channel = new Channel<AgentEvent>();
  const emit = (event: AgentEvent) => channel.push(isKept(event) ? session.append(event) : event);
  const stop = new AbortController();
  const number = session.turn + 1;
  const turn = async () => {
    session.interrupt();
    emit({ type: "user-message", turn: number, text: input });
    await runTurn(session, number, options, emit, stop);
    session.sync();
  };
  const done = turn()
    .catch((error: Error) =>
      channel.push({
        type: "turn-end",
        turn: number,
        reason: "error",
        error: error.message,
        usage: NO_USAGE,
      }),
    )
    .finally(() => channel.close());
  try {
    yield* channel;
  } finally {
    // A caller that stops listening stops the turn; its end is in the log all the same.
    stop.abort();
    await done;
    running.delete(session);
  }
}

async function runTurn(
  session: Session,
  number: number,
  options: RunOptions,
  emit: (event: AgentEvent) => void,
  stop: AbortController,
): Promise<void> {
  const limits = { ...DEFAULT_LIMITS, ...options.limits };
  const finite = Number.isFinite(limits.timeoutMs);
  const timeout = finite ? setTimeout(() => stop.abort(new TimeoutMark()), limits.timeoutMs) : undefined;
  const abort = () => stop.abort();
  options.signal?.addEventListener("abort", abort);
  if (options.signal?.aborted) abort();
  const tools = new Map<string, Tool>(
    (options.tools ?? toolsFor(options.sandbox)).map((tool) => [tool.name, tool]),
  );
  const turn = new Turn({
    session,
    number,
    options,
    limits,
    tools,
    memory: options.memory ?? newToolMemory(),
    system: options.system ?? systemPrompt({ sandbox: options.sandbox }),
    signal: stop.signal,
    emit,
  });
  let end: { reason: TurnEnd; error?: string };
  try {
    end = await turn.run();
  } catch (error) {
    end = stop.signal.aborted ? { reason: "aborted" } : { reason: "error", error: (error as Error).message };
  }
  if (end.reason === "aborted" && stop.signal.reason instanceof TimeoutMark) end = { reason: "timeout" };
  clearTimeout(timeout);
  options.signal?.removeEventListener("abort", abort);
  const usage = usageSince(session.events, number);
  const tree = treeDigest(options.sandbox);
  emit({
    type: "turn-end",
    turn: number,
    ...end,
    usage,
    ...costOf(usage, options.prices),
    ...(tree && { tree }),
  });
}

class TimeoutMark extends Error {}

/** Tokens of a turn so far. */
export function usageSince(events: readonly SessionEvent[], turn: number): Usage {
  return events
    .filter((event) => event.type === "assistant-message" && event.turn === turn)
    .reduce((sum, event) => addUsage(sum, (event as { usage: Usage }).usage), NO_USAGE);
}

export function costOf(usage: Usage, prices: Prices | undefined): { costUsd?: number } {
  if (prices === undefined) return {};
  const fresh = usage.inputTokens - usage.cachedInputTokens;
  const cached = usage.cachedInputTokens * (prices.cachedInput ?? prices.input);
  return { costUsd: (fresh * prices.input + cached + usage.outputTokens * prices.output) / 1e6 };
}
