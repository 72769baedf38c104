import type { Rule } from "@shadowbox/agent";
import { useState } from "preact/hooks";
import type { AuditEvent, BoxSettings } from "../runtime/protocol.ts";
import { NETWORK_WORDS } from "./settings.tsx";

type Asked = Extract<AuditEvent, { type: "net-request" }>;
type Ended = Extract<AuditEvent, { type: "net-response" }>;

interface Props {
  audit: readonly AuditEvent[];
  rules: readonly Rule[];
  policy: BoxSettings["network"];
  forget(rule: Rule): void;
}

/** What programs asked of the network, newest first, and what the person decided for this project. */
export function Network({ audit, rules, policy, forget }: Props) {
  const [onlyDenied, setOnlyDenied] = useState(false);
  const requests = requestsOf(audit)
    .filter(({ asked }) => !onlyDenied || asked.verdict === "deny")
    .slice(-200)
    .reverse();
  return (
    <div class="network">
      <p class="quiet">
        {NETWORK_WORDS[policy]}. Nothing goes out without a rule or your yes; cookies never do.
      </p>
      <Remembered rules={rules} forget={forget} />
      <div class="bar heading">
        <h3>Requests</h3>
        <label>
          <input
            type="checkbox"
            checked={onlyDenied}
            onChange={(event) => setOnlyDenied(event.currentTarget.checked)}
          />{" "}
          refused only
        </label>
      </div>
      {requests.length === 0 ? (
        <p class="empty">{onlyDenied ? "Nothing was refused." : "No program asked for anything yet."}</p>
      ) : (
        <ol class="requests">
          {requests.map(({ asked, ended }) => (
            <RequestRow key={`${asked.time}${asked.id}`} asked={asked} ended={ended} />
          ))}
        </ol>
      )}
    </div>
  );
}

/** Requests with how they ended; numbers begin anew with each opening of the box. */
function requestsOf(audit: readonly AuditEvent[]): { asked: Asked; ended?: Ended }[] {
  const all: { asked: Asked; ended?: Ended }[] = [];
  const open = new Map<number, { asked: Asked; ended?: Ended }>();
  for (const event of audit) {
    if (event.type === "net-request") {
      const request = { asked: event };
      all.push(request);
      open.set(event.id, request);
    } else if (event.type === "net-response") {
      const request = open.get(event.id);
      if (request !== undefined) request.ended = event;
    }
  }
  return all;
}

function RequestRow({ asked, ended }: { asked: Asked; ended?: Ended }) {
  const { time, verdict, method, url, command, rule, reason, via } = asked;
  const isDenied = verdict === "deny";
  return (
    <li>
      <p>
        <span class={`verdict ${isDenied ? "bad" : "good"}`}>{isDenied ? "refused" : "allowed"}</span>{" "}
        <code>
          {method} {url}
        </code>
      </p>
      <p class="quiet">
        <time dateTime={time}>{new Date(time).toLocaleTimeString()}</time> · {command} · {reason ?? rule}
        {via && ` · by ${via}`}
        {ended && ` · ${endOf(ended)}`}
      </p>
    </li>
  );
}

function endOf({ status, error, responseBytes, durationMs }: Ended): string {
  if (error !== undefined) return error;
  return `status ${status}, ${responseBytes.toLocaleString()} bytes in ${Math.round(durationMs)} ms`;
}

function Remembered({ rules, forget }: Pick<Props, "rules" | "forget">) {
  if (rules.length === 0) return null;
  return (
    <>
      <h3>Remembered for this project</h3>
      <ul class="rules">
        {rules.map((rule) => (
          <li key={`${rule.decision}${rule.tool}${rule.pattern}`}>
            <span class={`verdict ${rule.decision === "deny" ? "bad" : "good"}`}>{rule.decision}</span>{" "}
            <code>{rule.tool === "WebFetch" ? rule.pattern : `${rule.tool} ${rule.pattern ?? ""}`}</code>
            <button
              type="button"
              class="plain"
              aria-label={`Forget: ${rule.decision} ${rule.pattern}`}
              onClick={() => forget(rule)}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
    </>
  );
}
