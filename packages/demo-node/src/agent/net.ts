import { decidedInTurn, fetchRequest } from "@shadowbox/agent";
import { type NetRecorder, recordingFile } from "@shadowbox/sandbox/node";
import type { NetAsk } from "../cli/net-ask.ts";
import type { Parsed } from "../cli/options.ts";
import { type Agent, sessionFolder } from "./setup.ts";

/**
 * What programs want to fetch, as questions of the gate: the rules for a host are those of WebFetch, and what is decided is an event
 * of the session. A host that the turn's WebFetch was allowed is not asked about again.
 */
export function netThroughGate(agent: Agent): NetAsk {
  let asked = 0;
  return async (question) => {
    const { session, options } = agent;
    const { turn } = session;
    const known = decidedInTurn(session.events, turn, new URL(question.url).host);
    if (known !== undefined) return known;
    const request = fetchRequest(question, `net${++asked}`);
    const { call, tool, subject } = request;
    const decision = await options.gate.decide(request);
    session.append({ type: "permission", turn, call, tool, subject, ...decision });
    return decision;
  };
}

/** The archive of a session's requests, beside its log; made with the first of them. `sessions replay` answers from it. */
export function recordingOf(agent: Agent, values: Parsed["values"]): NetRecorder {
  const files = new Map<string, NetRecorder>();
  return {
    add(exchange) {
      const { id } = agent.session;
      const file = files.get(id) ?? recordingFile(sessionFolder(values).recording(id));
      files.set(id, file);
      file.add(exchange);
    },
  };
}
