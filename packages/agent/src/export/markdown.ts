import type { LogRecord } from "../session/chain.ts";
import { editLines, editsOf } from "../tools/edits.ts";

/** A session as Markdown for people: what was said, what ran, what came back. */
export function exportMarkdown(records: readonly LogRecord[]): string {
  const out: string[] = [];
  for (const { event, time } of records) {
    switch (event.type) {
      case "session-start":
        out.push(
          `# Session ${event.id}\n\n${time}, ${event.model}${event.project ? `, ${event.project}` : ""}`,
        );
        break;
      case "user-message":
        out.push(`## ${event.turn}. User\n\n${event.text}`);
        break;
      case "assistant-message":
        for (const part of event.content) {
          if (part.type === "text") out.push(part.text);
          if (part.type === "tool-call") out.push(`**${part.name}**\n\n${fence(inputText(part.input))}`);
        }
        break;
      case "permission":
        out.push(`_${event.allowed ? "Allowed" : "Denied"}: ${event.tool} (${event.reason})_`);
        break;
      case "tool-end":
        out.push(`${event.isError ? "Error" : "Result"}, ${event.durationMs} ms\n\n${fence(event.output)}`);
        break;
      case "commit":
        out.push(`**Committed** ${event.paths.length} paths${event.id ? ` as ${event.id}` : ""}`);
        break;
      case "summary":
        out.push(`_Summary of the turns through ${event.throughTurn}:_\n\n${event.text}`);
        break;
      case "turn-end":
        if (event.reason !== "done")
          out.push(`_The turn ended: ${event.reason}${event.error ? `, ${event.error}` : ""}_`);
        break;
    }
  }
  return `${out.join("\n\n")}\n`;
}

/** A call's input as people read it: the one text that matters, an edit as a diff, else JSON. */
export function inputText(input: string): string {
  const edit = editsOf(input);
  if (edit !== undefined) {
    const lines = edit.edits.flatMap(editLines).map(({ mark, text }) => mark + text);
    return [`@@ ${edit.path} @@`, ...lines].join("\n");
  }
  try {
    const value = JSON.parse(input) as Record<string, unknown>;
    for (const key of ["command", "code"]) if (typeof value[key] === "string") return value[key];
    return JSON.stringify(value, null, 2);
  } catch {
    return input;
  }
}

/** A fence longer than any in the text. */
function fence(text: string): string {
  const longest = Math.max(2, ...(text.match(/`+/g) ?? []).map((run) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}\n${text}\n${mark}`;
}
