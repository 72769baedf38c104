import type { Answer, Ask, AskUser } from "@shadowbox/agent";
import { type Choice, canAsk, choose, confirm, isYes } from "../cli/questions.ts";
import { clean } from "../cli/text.ts";
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
        const said = detail === undefined ? "" : `\n${clean(detail).slice(0, 300)}`;
        const message = `permission ${tool}: ${clean(subject).slice(0, 500)}${said}`;
        if (isOver()) return { allowed: false };
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

/** Who types the commands of a prompt. */
export function typistAt(lines: Lines): Typist {
  return { confirm: (question) => yes(lines, question), aside: (use) => lines.aside(use) };
}

/** Asks for a yes or a no: by keys, or where nothing can be drawn by the next line. */
export async function yes(lines: Lines, question: string): Promise<boolean> {
  if (canAsk()) return lines.question(() => confirm(question));
  return isYes(await lines.answer(`${question} [y/N] `));
}
