import { AgentError } from "../errors.ts";
import type { SessionEvent, TurnEnd } from "../events.ts";

/** One line of a list of sessions. */
export interface SessionSummary {
  id: string;
  /** ISO 8601, UTC. */
  started: string;
  model: string;
  project?: string;
  /** The first thing the user said, in one line. */
  title: string;
  turns: number;
  end?: TurnEnd;
}

/**
 * The summary of a log's text, from its first lines and its last only: a long log is not parsed whole. `tail` is where it ends, if
 * `text` is only its beginning; `turns` is 0 when no turn is named there.
 */
export function summaryOf(text: string, name: string, tail = text): SessionSummary {
  const first = recordOf(text.slice(0, lineEnd(text, 0)));
  if (first?.event.type !== "session-start")
    throw new AgentError("session", `read session "${name}": its log does not start a session`);
  const { id, model, project } = first.event;
  return {
    id,
    started: first.time,
    model,
    ...(project !== undefined && { project }),
    title: titleOf(text),
    ...lastTurn(tail),
  };
}

function titleOf(text: string): string {
  for (
    let at = lineEnd(text, 0) + 1, lines = 0;
    at < text.length && lines < 5;
    at = lineEnd(text, at) + 1, lines++
  ) {
    const event = recordOf(text.slice(at, lineEnd(text, at)))?.event;
    if (event?.type === "user-message") return event.text.replace(/\s+/g, " ").slice(0, 80);
  }
  return "";
}

/** The last event that names its turn. */
function lastTurn(text: string): Pick<SessionSummary, "turns" | "end"> {
  let to = text.length;
  while (to > 0) {
    const from = text.lastIndexOf("\n", to - 1) + 1;
    const event = recordOf(text.slice(from, to))?.event;
    if (event?.type === "turn-end") return { turns: event.turn, end: event.reason };
    const between = event?.type === "commit" || event?.type === "notice";
    if (event !== undefined && "turn" in event && !between) return { turns: event.turn };
    to = from - 1;
  }
  return { turns: 0 };
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf("\n", from);
  return at < 0 ? text.length : at;
}

function recordOf(line: string): { time: string; event: SessionEvent } | undefined {
  try {
    const record = JSON.parse(line);
    return typeof record?.event?.type === "string" ? record : undefined;
  } catch {
    return undefined;
  }
}
