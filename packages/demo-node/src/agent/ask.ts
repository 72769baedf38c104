import type { Ask, AskUser } from "@shadowbox/agent";
import type { Style } from "../cli/terminal.ts";
import type { Lines } from "./lines.ts";
import { clean, type TurnView } from "./render.ts";

/** Questions of the gate and of the model, put to the person at the terminal. */
export function askPeople(lines: Lines, view: TurnView, style: Style): { ask: Ask; askUser: AskUser } {
  const say = (text: string) => process.stdout.write(`${text}\n`);
  return {
    ask: async ({ tool, subject, detail }) => {
      view.stop();
      say(`${style.yellow("permission")} ${style.bold(tool)}: ${clean(subject).slice(0, 500)}`);
      if (detail !== undefined) say(style.dim(`  ${clean(detail).slice(0, 300)}`));
      for (;;) {
        const answer = await lines.next("[y]es, [a]lways in this session, [n]o, or no and why: ");
        const word = answer?.trim().toLowerCase() ?? "n";
        if (word === "y" || word === "yes") return { allowed: true };
        if (word === "a" || word === "always") return { allowed: true, always: "session" };
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
