import { createInterface } from "node:readline";
import type { Sandbox } from "@shadowbox/sandbox/node";
import { listChanges, summaryOf } from "../cli/changes.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed, projectPath } from "../cli/options.ts";
import { colourPatch } from "../cli/patch.ts";
import { showName, styleOf, writeAll } from "../cli/terminal.ts";
import { confirm } from "./change.ts";
import type { CliCommand } from "./command.ts";

export const prompt: CliCommand = {
  usage: "[--project DIR] [options]",
  about: "Opens a prompt inside the box: shell commands, and /commands to look at and take the changes.",
  flags: { ...COMMON, engine: { type: "string", value: "E", help: "auto, v8 or wasmtime (default auto)" } },
  run: runPrompt,
};

const HELP = `Type shell commands: they run in the box, on a shadow of the project.
  /status [PATH…]   what would change       /diff [PATH…]     the same as a patch
  /review           file by file            /commit [PATH…]   write it to the project
  /discard [PATH…]  take it back            /undo             take the last commit back
  /log              what was done           /quit             leave (the shadow is kept)
`;

async function runPrompt({ values }: Parsed): Promise<number> {
  const box = await openBox(values);
  const style = styleOf(process.stdout);
  process.stdout.write(
    `${style.bold("shadowbox")} on ${projectPath(values)}: commands run on a shadow copy, nothing is written until /commit. ` +
      `No model is configured, so there is no agent: this is a shell. /help\n`,
  );
  const lines = createInterface({
    input: process.stdin,
    output: process.stdout,
    terminal: process.stdin.isTTY === true,
  });
  let running: AbortController | undefined;
  lines.on("SIGINT", () => {
    if (running) running.abort();
    else process.stdout.write("\n(/quit to leave)\n");
    lines.prompt();
  });
  lines.setPrompt(process.stdin.isTTY ? `${style.cyan("box")} $ ` : "");
  lines.prompt();
  let last = 0;
  try {
    for await (const line of lines) {
      const text = line.trim();
      if (text === "/quit" || text === "/exit") break;
      if (text.startsWith("/") && isSlashCommand(text)) await slash(box, text).catch(complain);
      else if (text !== "") {
        running = new AbortController();
        last = await runLine(box, line, running.signal);
        running = undefined;
      }
      lines.prompt();
    }
  } finally {
    lines.close();
    await box.close();
  }
  return last;
}

function complain(error: Error): void {
  process.stdout.write(`${error.message}\n`);
}

async function runLine(box: Sandbox, script: string, signal: AbortSignal): Promise<number> {
  const result = await box.exec(script, {
    session: true,
    signal,
    maxOutputBytes: 0,
    onStdout: (bytes) => process.stdout.write(bytes),
    onStderr: (bytes) => process.stderr.write(bytes),
  });
  return result.status;
}

const SLASH: Readonly<Record<string, (box: Sandbox, paths: string[]) => Promise<void>>> = {
  "/help": async () => void process.stdout.write(HELP),
  "/status": async (box, paths) => {
    const changes = box.changes(paths);
    process.stdout.write(`${listChanges(changes, styleOf(process.stdout))}${summaryOf(changes)}\n`);
  },
  "/diff": async (box, paths) => writeAll(process.stdout, colourPatch(box.diff(paths), process.stdout)),
  "/review": review,
  "/commit": async (box, paths) => {
    const report = await box.commit({ paths });
    process.stdout.write(`committed ${report.id ?? "nothing"}: ${summaryOf(report.changes)}\n`);
  },
  "/discard": async (box, paths) => {
    const { paths: gone } = await box.discard(paths);
    process.stdout.write(`discarded ${gone.length} changes\n`);
  },
  "/undo": async (box) => {
    const { id, paths } = await box.undo();
    process.stdout.write(`took back commit ${id}: ${paths.length} paths are as before\n`);
  },
  "/log": async (box) => {
    for (const { time, operation, script, paths } of box.log())
      process.stdout.write(`${time} ${operation} ${script ?? paths.map(showName).join(" ")}\n`);
  },
};

function isSlashCommand(text: string): boolean {
  return (text.split(/\s+/)[0] as string) in SLASH;
}

async function slash(box: Sandbox, text: string): Promise<void> {
  const [name, ...paths] = text.split(/\s+/) as [string, ...string[]];
  await SLASH[name]?.(box, paths);
}

/** Shows one file after another and asks whether to commit it. */
async function review(box: Sandbox, paths: string[]): Promise<void> {
  for (const change of box.changes(paths).changes) {
    await writeAll(process.stdout, colourPatch(box.diff([change.path]), process.stdout));
    if (await confirm(`commit ${showName(change.path)}?`)) await box.commit({ paths: [change.path] });
  }
}
