import { expect, it } from "vitest";
import type { SessionEvent } from "../events.ts";
import { exportHtml } from "./html.ts";
import { exportMarkdown } from "./markdown.ts";

const edit = { path: "a.py", edits: [{ old: "a - b\n", new: "a + b\n<c>\n" }] };
const EVENTS: SessionEvent[] = [
  { type: "session-start", id: "s1", format: 1, model: "m", mode: "ask" },
  { type: "user-message", turn: 1, text: "mend <it>" },
  {
    ...{ type: "assistant-message", turn: 1, step: 1, model: "m", finish: "stop" },
    content: [{ type: "tool-call", id: "1", name: "Edit", input: JSON.stringify(edit) }],
    usage: { inputTokens: 0, cachedInputTokens: 0, outputTokens: 0 },
  },
  {
    type: "tool-end",
    turn: 1,
    call: "1",
    name: "Edit",
    output: "a.py: 1 replacement",
    isError: false,
    durationMs: 3,
  },
];
const RECORDS = EVENTS.map((event, seq) => ({
  seq,
  time: "2026-01-02T03:04:05.000Z",
  prev: "",
  hash: "",
  event,
}));

it("Markdown has an edit as a diff", () => {
  expect(exportMarkdown(RECORDS)).toContain("**Edit**\n\n```\n@@ a.py @@\n-a - b\n+a + b\n+<c>\n```");
});

it("HTML has an edit as a coloured diff, escapes all text and loads nothing", () => {
  const html = exportHtml(RECORDS);
  expect(html).toContain('<span class="del">-a - b</span>\n<span class="add">+a + b</span>');
  expect(html).toContain("mend &#60;it&#62;");
  expect(html).not.toMatch(/<it>|<c>|src=|href=/);
});
