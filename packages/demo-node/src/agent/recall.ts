import type { LogRecord, SessionEvent } from "@shadowbox/agent";
import { wrapAnsi } from "fast-wrap-ansi";
import { helpColumns } from "../cli/help.ts";
import type { Style } from "../cli/terminal.ts";
import { clean } from "../cli/text.ts";

/** What a session's last turn said, for who goes on with it. */
export function lastTurn(id: string, events: readonly SessionEvent[], style: Style): string {
  const turn = events.findLast((event) => event.type === "user-message")?.turn ?? 0;
  const parts = events.flatMap((event): string[] => {
    if (!("turn" in event) || event.turn !== turn) return [];
    if (event.type === "user-message") return [`${style.cyan("you")} > ${clean(event.text)}`];
    if (event.type === "turn-end" && event.reason !== "done") return [style.yellow(`[${event.reason}]`)];
    if (event.type !== "assistant-message") return [];
    return event.content.flatMap((part) => (part.type === "text" ? clean(part.text) : []));
  });
  const head = style.dim(`session ${id}, turn ${turn}:`);
  return `${[head, ...parts].map((part) => wrapAnsi(part, helpColumns(), { trim: false })).join("\n")}\n`;
}

/** What the person said in a session, of its log's text; the newest first, each in one line. */
export function said(log: string): string[] {
  const lines = log.split("\n").filter((line) => line.includes('"user-message"'));
  return lines
    .flatMap((line) => {
      try {
        const { event } = JSON.parse(line) as LogRecord;
        return event.type === "user-message" ? event.text.replace(/\s*\n\s*/g, " ") : [];
      } catch {
        // A line that was cut off.
        return [];
      }
    })
    .reverse();
}
