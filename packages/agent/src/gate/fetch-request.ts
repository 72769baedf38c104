import type { NetworkOptions } from "@shadowbox/sandbox";
import type { SessionEvent } from "../events.ts";
import type { Request } from "./gate.ts";

type NetQuestion = Parameters<NonNullable<NetworkOptions["ask"]>>[0];

/** The tool whose rules hold for what programs fetch. */
const TOOL = "WebFetch";

/** What a program wants to fetch, as a question of the gate: the rules for a host are those of WebFetch. */
export function fetchRequest({ method, url, command }: NetQuestion, call: string): Request {
  const subject = new URL(url).host;
  return { call, tool: TOOL, effect: "network", subject, detail: `${command}: ${method} ${url}` };
}

/** What was decided last about fetching from a host in a turn; undefined: nothing yet. */
export function decidedInTurn(
  events: readonly SessionEvent[],
  turn: number,
  host: string,
): Extract<SessionEvent, { type: "permission" }> | undefined {
  const found = events.findLast(
    (event) =>
      event.type === "permission" && event.turn === turn && event.tool === TOOL && event.subject === host,
  );
  return found?.type === "permission" ? found : undefined;
}
