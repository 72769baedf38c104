import type { SessionEvent } from "../events.ts";
import type { LogRecord } from "../session/chain.ts";
import { inputText } from "./markdown.ts";

const STYLE = `:root{color-scheme:light dark;font:15px/1.5 system-ui,sans-serif}body{max-width:52rem;margin:2rem auto;padding:0 1rem}
pre{overflow:auto;padding:.6rem .8rem;border-radius:6px;background:light-dark(#f4f4f6,#1e1f24);font:13px/1.45 ui-monospace,monospace;white-space:pre-wrap}
.user{border-left:3px solid #3b6ff5;padding-left:.8rem}.bad{color:light-dark(#b3261e,#ff8a80)}.quiet{color:light-dark(#666,#999);font-size:.9em}
summary{cursor:pointer}.add{color:light-dark(#1a7f37,#5fd37a)}.del{color:light-dark(#b3261e,#ff8a80)}`;

/** A session as one HTML file that loads nothing: calls folded, diffs coloured. `patch` is shown at the end. */
export function exportHtml(records: readonly LogRecord[], patch = ""): string {
  const start = records[0]?.event;
  const title = start?.type === "session-start" ? `Session ${start.id}` : "Session";
  const body = records.map(({ event, time }) => section(event, time)).join("\n");
  const diff = patch === "" ? "" : `<h2>Change set</h2>${diffHtml(patch)}`;
  return `<!doctype html>\n<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'"><title>${escapeHtml(title)}</title><style>${STYLE}</style>\n<h1>${escapeHtml(title)}</h1>\n${body}\n${diff}\n</html>\n`;
}

function section(event: SessionEvent, time: string): string {
  switch (event.type) {
    case "session-start":
      return `<p class="quiet">${escapeHtml(`${time} · ${event.model} · ${event.project ?? ""}`)}</p>`;
    case "user-message":
      return `<h2>Turn ${event.turn}</h2><div class="user">${paragraphs(event.text)}</div>`;
    case "assistant-message":
      return event.content
        .map((part) =>
          part.type === "text"
            ? paragraphs(part.text)
            : part.type === "tool-call"
              ? `<details><summary>${escapeHtml(part.name)}</summary>${diffHtml(inputText(part.input))}</details>`
              : "",
        )
        .join("");
    case "tool-end":
      return `<details><summary class="${event.isError ? "bad" : "quiet"}">${escapeHtml(event.name)}: ${event.durationMs} ms</summary>${diffHtml(event.output)}</details>`;
    case "permission":
      return `<p class="quiet">${event.allowed ? "allowed" : "denied"}: ${escapeHtml(`${event.tool} (${event.reason})`)}</p>`;
    case "turn-end":
      return event.reason === "done"
        ? ""
        : `<p class="bad">${escapeHtml(`${event.reason} ${event.error ?? ""}`)}</p>`;
    default:
      return "";
  }
}

function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((part) => `<p>${escapeHtml(part).replaceAll("\n", "<br>")}</p>`)
    .join("");
}

function diffHtml(text: string): string {
  const isPatch = /^@@ /m.test(text);
  const lines = text.split("\n").map((line) => {
    const kind = isPatch && /^\+(?!\+\+)/.test(line) ? "add" : isPatch && /^-(?!--)/.test(line) ? "del" : "";
    return kind ? `<span class="${kind}">${escapeHtml(line)}</span>` : escapeHtml(line);
  });
  return `<pre>${lines.join("\n")}</pre>`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}
