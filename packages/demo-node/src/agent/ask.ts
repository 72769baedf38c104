import type { Ask, AskUser } from "@shadowbox/agent";
import type { Style } from "../cli/terminal.ts";
import type { Lines } from "./lines.ts";
import { clean, type TurnView } from "./render.ts";

const QUESTION = "[y]es, always in this [s]ession or [p]roject, [n]o, or no and why: ";

/** Questions of the gate and of the model, put to the person at the terminal. */
export function askPeople(lines: Lines, view: TurnView, style: Style): { ask: Ask; askUser: AskUser } {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  return {
    ask: async ({ tool, subject, detail }) => {
      view.stop();
      say(`${style.yellow("permission")} ${style.bold(tool)}: ${clean(subject).slice(0, 500)}`);
      if (detail !== undefined) say(style.dim(`  ${clean(detail).slice(0, 300)}`));
      for (;;) {
        const answer = await lines.next(QUESTION);
        const word = answer?.trim().toLowerCase() ?? "n";
        if (word === "y" || word === "yes") return { allowed: true };
        if (word === "s" || word === "session") return { allowed: true, always: "session" };
        if (word === "p" || word === "project") return { allowed: true, always: "project" };
        if (word === "n" || word === "no") return { allowed: false };
        if (word.length > 2) return { allowed: false, reason: answer };
      }
    },
    askUser: async (question, options) => {
      view.stop();
      say(style.bold(clean(question)));
      for (const [index, option] of options.entries()) say(`  ${index + 1}. ${clean(option)}`);
      const answer = await lines.next("> ");
      return options[Number(answer) - 1] ?? answer;
    },
  };
}
