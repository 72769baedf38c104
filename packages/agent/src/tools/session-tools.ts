import { z } from "zod";
import type { SessionEvent } from "../events.ts";
import { decode } from "./text.ts";
import { defineTool, failed, type Todo } from "./tool.ts";

const TODOS = z.object({
  todos: z.array(z.object({ text: z.string(), state: z.enum(["open", "doing", "done"]) })),
});

export const todo = defineTool({
  name: "Todo",
  description: "Keep your list of steps for longer work; replaces the whole list, which the person sees.",
  effect: "person",
  schema: TODOS,
  subject: ({ todos }) => `${todos.length} items`,
  async run({ todos }, { memory }) {
    memory.todos = todos;
    return { output: printTodos(todos) || "[the list is empty]" };
  },
});

/** The list as the last call of a session left it. */
export function todosOf(events: readonly SessionEvent[]): Todo[] {
  const done = new Set(
    events.flatMap((event) => (event.type === "tool-end" && !event.isError ? event.call : [])),
  );
  const calls = events.flatMap((event) => (event.type === "assistant-message" ? event.content : []));
  const last = calls.findLast(
    (part) => part.type === "tool-call" && part.name === todo.name && done.has(part.id),
  );
  return last?.type === "tool-call" ? TODOS.parse(JSON.parse(last.input)).todos : [];
}

const BOXES: Readonly<Record<Todo["state"], string>> = { open: "[ ]", doing: "[>]", done: "[x]" };

export function printTodos(todos: readonly Todo[]): string {
  return todos.map(({ text, state }) => `${BOXES[state]} ${text}`).join("\n");
}

export const changes = defineTool({
  name: "Changes",
  description: "What the box changed in the project so far: a summary, or the diff of some paths.",
  effect: "read",
  schema: z.object({
    paths: z.array(z.string()).optional(),
    diff: z.boolean().optional().describe("the patch instead of the summary"),
  }),
  subject: ({ paths = [] }) => paths.join(" "),
  async run({ paths, diff }, { sandbox }) {
    try {
      if (diff) return { output: decode(sandbox.diff(paths)) || "[no changes]" };
      const set = sandbox.changes(paths);
      const lines = set.changes.map(
        ({ kind, path, from, added, removed }) =>
          `${kind} ${from === undefined ? "" : `${from} -> `}${path} +${added} -${removed}`,
      );
      return { output: [...lines, `${set.changes.length} files, +${set.added} -${set.removed}`].join("\n") };
    } catch (error) {
      if (typeof (error as { code?: unknown }).code === "string") return failed((error as Error).message);
      throw error;
    }
  },
});

export const askUser = defineTool({
  name: "AskUser",
  description: "Ask the person one question when you cannot go on without the answer.",
  effect: "person",
  schema: z.object({ question: z.string(), options: z.array(z.string()).max(6).optional() }),
  subject: ({ question }) => question,
  async run({ question, options = [] }, { askUser: ask }) {
    const answer = await ask?.(question, options);
    if (answer === undefined)
      return failed("Nobody is there to answer: decide yourself and say what you assumed.");
    return { output: answer };
  },
});
