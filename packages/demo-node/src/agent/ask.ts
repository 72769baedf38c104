import type { Answer, Ask, AskUser } from "@shadowbox/agent";
import { type Choice, canAsk, choose, confirm, isYes } from "../cli/questions.ts";
import { clean, oneLine } from "../cli/text.ts";
import type { Typist } from "../commands/slash.ts";
import type { Lines } from "./lines.ts";
import type { TurnView } from "./render.ts";

type Word = "yes" | "session" | "project" | "no" | "why";

const ANSWERS: readonly (Choice<Word> & { answer: Answer })[] = [
  { value: "yes", label: "Yes, once", answer: { allowed: true } },
  { value: "session", label: "Yes, always in this session", answer: { allowed: true, always: "session" } },
  { value: "project", label: "Yes, always in this project", answer: { allowed: true, always: "project" } },
  { value: "no", label: "No", answer: { allowed: false } },
  { value: "why", label: "No, and tell the agent why", answer: { allowed: false } },
];

/** A choice that stands for a line of the person's own. */
const OWN = "\u0000own";

/** Questions of the gate and of the model, put to the person at the terminal. After an interrupted turn nothing is asked. */
export function askPeople(
  lines: Lines,
  view: TurnView,
  isOver: () => boolean,
): { ask: Ask; askUser: AskUser } {
  /** A choice by keys; Escape and Ctrl-C interrupt the turn. */
  const chosen = async <T extends string>(message: string, choices: readonly Choice<T>[]) => {
    const value = await lines.question(() => choose(message, choices));
    if (value === undefined) lines.interrupt();
    return value;
  };
  const atTerminal = async <T>(use: () => Promise<T>) => {
    view.pause();
    try {
      return await use();
    } finally {
      view.resume();
    }
  };
  return {
    ask: ({ tool, subject, detail }) =>
      atTerminal(async () => {
        if (isOver()) return { allowed: false };
        const message = permissionMessage(tool, clean(subject), clean(detail ?? ""));
        if (!canAsk()) return { allowed: await yes(lines, message) };
        const word = await chosen(message, ANSWERS);
        if (word === "why")
          return { allowed: false, reason: (await lines.answer("why > "))?.trim() || undefined };
        return (
          ANSWERS.find(({ value }) => value === word)?.answer ?? { allowed: false, reason: "interrupted" }
        );
      }),
    askUser: (question, options) =>
      atTerminal(async () => {
        if (isOver()) return undefined;
        if (options.length > 0 && canAsk()) {
          const choices = options.map((option) => ({ value: option, label: clean(option) }));
          const answer = await chosen(clean(question), [...choices, { value: OWN, label: "Something else" }]);
          return answer === OWN ? lines.answer("> ") : answer;
        }
        process.stdout.write(`${[question, ...options.map((one) => `- ${one}`)].map(clean).join("\n")}\n`);
        return lines.answer("> ");
      }),
  };
}

/** Of what is asked about, lines and characters of a line that are shown at most. */
const SHOWN_LINES = 60;
const SHOWN_CHARACTERS = 2000;

/** A line that is not longer than some screens; how much longer it was is said. */
function cut(line: string): string {
  const more = line.length - SHOWN_CHARACTERS;
  return more <= 0 ? line : `${line.slice(0, SHOWN_CHARACTERS)} … ${more} more characters`;
}

/** The question for a permission. What does not fit into it is printed above it, where it can be scrolled to. */
function permissionMessage(tool: string, subject: string, detail: string): string {
  const isLong = (text: string) => text.includes("\n") || text.length > 300;
  const above = [subject, detail].filter(isLong).flatMap((text) => text.split("\n"));
  const more = above.length > SHOWN_LINES ? [`… ${above.length - SHOWN_LINES} more lines`] : [];
  const shown = above.slice(0, SHOWN_LINES).map(cut);
  process.stdout.write([...shown, ...more].map((line) => `  ${line}\n`).join(""));
  const head = `permission ${tool}: ${isLong(subject) ? oneLine(subject, 50) : subject}`;
  return detail === "" || isLong(detail) ? head : `${head}\n${detail}`;
}

/** Who types the commands of a prompt. */
export function typistAt(lines: Lines): Typist {
  return { confirm: (question) => yes(lines, question), aside: (use) => lines.aside(use) };
}

/** Asks for a yes or a no: by keys, or where nothing can be drawn by the next line. */
export async function yes(lines: Lines, question: string): Promise<boolean> {
  if (canAsk()) return lines.question(() => confirm(question));
  return isYes(await lines.answer(`${question} [y/N] `));
}
