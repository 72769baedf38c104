import type { Sandbox } from "@shadowbox/sandbox/node";
import { isComplete } from "@shadowbox/sandbox/script";
import { typistAt, yes } from "../agent/ask.ts";
import { Lines } from "../agent/lines.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { helpColumns, wrap } from "../cli/help.ts";
import { HistoryFile, historyPath } from "../cli/history.ts";
import { Interruption } from "../cli/interruption.ts";
import { NetPerson } from "../cli/net-ask.ts";
import { NETWORK, networkOf } from "../cli/network.ts";
import { openBox, PROGRAMS } from "../cli/open.ts";
import { COMMON, type Flag, type Parsed, projectPath } from "../cli/options.ts";
import { styleOf } from "../cli/terminal.ts";
import { clean } from "../cli/text.ts";
import type { CliCommand } from "./command.ts";
import { completions } from "./complete.ts";
import { runLine, SLASH_NAMES, slash, slashHelp, unknownSlash } from "./slash.ts";

/** Flags of the agent, in words of their own so that the agent is loaded only when it is wanted. */
const AGENT: Record<string, Flag> = {
  model: {
    type: "string",
    value: "P:NAME",
    help: "anthropic:…, openai:…, google:…, openai-compatible:…, scripted:FILE",
  },
  "base-url": { type: "string", value: "URL", help: "endpoint instead of the provider's own" },
  mode: { type: "string", value: "MODE", help: "permissions: ask, accept-in-shadow (default), plan, deny" },
  allow: {
    type: "string",
    multiple: true,
    value: "RULE",
    help: "permit, such as 'WebFetch(docs.example.org)'",
  },
  deny: { type: "string", multiple: true, value: "RULE", help: "forbid, such as 'Bash(rm *)'" },
  "mcp-config": {
    type: "string",
    value: "FILE",
    help: "further MCP servers for the agent (docs/agent.md); each call asks",
  },
  "max-turns": { type: "string", value: "N", help: "model calls at most, for each message (default 100)" },
  "max-tokens": { type: "string", value: "N", help: "tokens at most, in and out, for each message" },
  "max-cost": {
    type: "string",
    value: "USD",
    help: "dollars at most for each message, where the config file has prices for the model",
  },
  timeout: { type: "string", value: "S", help: "seconds at most for each message" },
  resume: {
    type: "string",
    bare: true,
    value: "[ID]",
    help: "go on with a session (`shadowbox sessions` lists them); without an id there is a list to choose from",
  },
  continue: { type: "boolean", short: "c", help: "go on with the newest session" },
  print: {
    type: "string",
    short: "p",
    value: "PROMPT",
    help: "one turn without a person; the answer on stdout",
  },
  "output-format": { type: "string", value: "F", help: "with -p: text (default), json, stream-json" },
  "auto-commit": {
    type: "string",
    multiple: true,
    value: "PATH",
    help: "with -p: commit these paths when done",
  },
};

export const prompt: CliCommand = {
  usage: "[--project DIR] [options]",
  about:
    "Opens the agent, or without a model a prompt inside the box: shell commands, and /commands to take changes.",
  flags: {
    ...COMMON,
    ...NETWORK,
    ...PROGRAMS,
    engine: { type: "string", value: "E", help: "auto, v8 or wasmtime (default auto)" },
    quiet: { type: "boolean", short: "q", help: "with -p: nothing on stderr" },
    ...AGENT,
  },
  run: runPrompt,
};

const HELP = "Type shell commands: they run in the box, on a shadow of the project.";

async function runPrompt({ values, positionals }: Parsed): Promise<number> {
  if (positionals[0] !== undefined)
    throw new CliError(
      `expected options only, got "${positionals[0]}"; a command comes first, a prompt after -p`,
      EXIT.USAGE,
    );
  if (typeof values.print === "string")
    return (await import("../agent/headless.ts")).runHeadless(values.print, values);
  const { modelNameOf } = await import("../agent/setup.ts");
  const hasModel = modelNameOf(values) !== undefined;
  const net = new NetPerson();
  const box = await openBox(values, {
    net: { ...(hasModel && { record: net.record }), ...(await networkOf(values)), ask: net.ask },
  });
  try {
    if (hasModel) return await (await import("../agent/chat.ts")).runChat(values, box, net);
    return await runShell(values, box, net);
  } finally {
    await box.close();
  }
}

const INTRO = [
  "Commands run on a shadow copy; nothing is written there until /commit.",
  "No model is configured, so there is no agent: this is a shell. --model sets one.",
  "/help shows what else there is.",
];

/** A shell in the box, until the person leaves; the status of the last command. */
async function runShell(values: Parsed["values"], box: Sandbox, net: NetPerson): Promise<number> {
  const style = styleOf(process.stdout);
  process.stdout.write(
    `${style.bold("shadowbox")} on ${projectPath(values)}\n${INTRO.map((line) => `${wrap(line, helpColumns())}\n`).join("")}`,
  );
  let cwd = box.workspaceDir;
  const typed = new HistoryFile(historyPath(values));
  const lines = new Lines({
    history: typed.read(),
    entered: (text) => typed.add(text),
    complete: (line) => completions(box, line, cwd),
    begun: (text) => (isSlash(text.trim()) || isComplete(text) ? undefined : text),
    continuation: "> ",
  });
  net.answer = ({ method, url, command }) =>
    yes(lines, `allow ${clean(command)} to fetch from ${new URL(url).host}? (${method} ${clean(url)})`);
  const typist = typistAt(lines);
  let running: Interruption | undefined;
  lines.onInterrupt(() => {
    if (!running) return lines.discard(lines.isBegun ? "" : "(/quit to leave)\n");
    lines.dropLine("^C\n");
    running.next();
    lines.dropQuestions();
  });
  let last = 0;
  for (;;) {
    const line = await lines.next(`${style.cyan("box")} $ `);
    if (line === undefined) break;
    const text = line.trim();
    if (text === "/quit" || text === "/exit") break;
    if (text === "/help") process.stdout.write(slashHelp(HELP));
    else if (isSlash(text))
      await slash(box, text, typist).catch((error: Error) => process.stdout.write(`${error.message}\n`));
    else if (text) {
      const unknown = unknownSlash(box, text);
      if (unknown !== undefined) {
        process.stdout.write(unknown);
        continue;
      }
      running = new Interruption();
      const { signal, interrupt } = running;
      const stdin = process.stdin.isTTY ? lines.asInput() : undefined;
      const result = await runLine(box, line, { signal, interrupt, stdin }, (bytes) => lines.printed(bytes));
      running = undefined;
      lines.takeBack(interrupt.aborted ? undefined : result.unread);
      last = result.status;
      cwd = result.cwd ?? cwd;
    }
  }
  lines.close();
  return last;
}

/** Whether a line is one of our commands. */
function isSlash(text: string): boolean {
  return text.startsWith("/") && SLASH_NAMES.includes(text.split(/\s+/)[0] as string);
}
