import type { Decision } from "@shadowbox/agent";
import { type NetRecorder, recordingFile } from "@shadowbox/sandbox/node";
import type { NetAsk } from "../cli/net-ask.ts";
import type { Parsed } from "../cli/options.ts";
import { type Agent, sessionFolder } from "./setup.ts";

/**
 * What programs want to fetch, as questions of the gate: the rules for a host are those of WebFetch, and what is decided is an event
 * of the session. A host that the turn's WebFetch was allowed is not asked about again.
 */
export function netThroughGate({ session, options }: Agent): NetAsk {
  let asked = 0;
  return async ({ method, url, command }) => {
    const { turn } = session;
    const subject = new URL(url).host;
    const known = session.events.findLast(
      (event) =>
        event.type === "permission" &&
        event.turn === turn &&
        event.tool === "WebFetch" &&
        event.subject === subject,
    );
    if (known?.type === "permission") return known;
    const call = `net${++asked}`;
    const request = { call, tool: "WebFetch", effect: "network", subject } as const;
    const decision: Decision = await options.gate.decide({
      ...request,
      detail: `${command}: ${method} ${url}`,
    });
    session.append({ type: "permission", turn, call, tool: request.tool, subject, ...decision });
    return decision;
  };
}

/** The archive of a session's requests, beside its log; made with the first of them. `sessions replay` answers from it. */
export function recordingOf({ session }: Agent, values: Parsed["values"]): NetRecorder {
  let file: NetRecorder | undefined;
  return {
    add(exchange) {
      file ??= recordingFile(sessionFolder(values).recording(session.id));
      file.add(exchange);
    },
  };
}
