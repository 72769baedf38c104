import { exportHtml, exportMarkdown, forkSession, readChain } from "@shadowbox/agent";
import { sessionFolder } from "../agent/setup.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { showName, styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const sessions: CliCommand = {
  usage: "sessions [export ID | fork ID | replay ID] [options]",
  about: "Lists the agent's sessions on this project; exports, forks or replays one.",
  flags: {
    ...COMMON,
    format: { type: "string", value: "F", help: "with export: markdown (default), html, jsonl" },
    turn: {
      type: "string",
      value: "N",
      help: "with fork: go on from the end of this turn (default the last)",
    },
  },
  run: runSessions,
};

async function runSessions({ values, positionals }: Parsed): Promise<number> {
  const [action, id] = positionals;
  if (action === undefined) return list(values);
  if (id === undefined) throw new CliError(`sessions ${action}: expected a session's id`, EXIT.USAGE);
  if (action === "export") return exportOne(values, id);
  if (action === "fork") return fork(values, id);
  if (action === "replay") return (await import("../agent/replay.ts")).replayOne(values, id);
  throw new CliError(`sessions: expected export, fork or replay, got "${action}"`, EXIT.USAGE);
}

async function list(values: Parsed["values"]): Promise<number> {
  const found = sessionFolder(values).list();
  if (values.json) {
    await writeAll(process.stdout, `${JSON.stringify(found)}\n`);
    return EXIT.OK;
  }
  const style = styleOf(process.stdout);
  for (const { id, started, model, title, turns, end } of found.sessions)
    process.stdout.write(
      `${style.bold(id)} ${started.slice(0, 16).replace("T", " ")} ${turns} turns${end && end !== "done" ? ` (${end})` : ""} ${style.dim(model)} ${showName(title)}\n`,
    );
  for (const id of found.broken) process.stdout.write(`${style.red(id)} cannot be read\n`);
  if (found.sessions.length + found.broken.length === 0)
    process.stdout.write("no sessions on this project yet\n");
  return EXIT.OK;
}

async function exportOne(values: Parsed["values"], id: string): Promise<number> {
  const text = sessionFolder(values).read(id);
  const { records } = readChain(text, id);
  const formats: Record<string, () => string> = {
    markdown: () => exportMarkdown(records),
    html: () => exportHtml(records),
    jsonl: () => text,
  };
  const format = formats[(values.format as string) ?? "markdown"];
  if (format === undefined)
    throw new CliError(
      `--format: expected ${Object.keys(formats).join(", ")}, got "${values.format}"`,
      EXIT.USAGE,
    );
  await writeAll(process.stdout, format());
  return EXIT.OK;
}

function fork(values: Parsed["values"], id: string): number {
  const folder = sessionFolder(values);
  const from = folder.open(id);
  try {
    const { model, mode, project } = from.start;
    const turn = values.turn === undefined ? from.turn : Number(values.turn);
    const fresh = folder.create({ model, mode, project, forkedFrom: { id, turn } });
    const target = fresh.id;
    fresh.close();
    const store = folder.store(target);
    store.truncate(0);
    forkSession(from, turn, store, { id: target, model, mode, project }).close();
    process.stdout.write(`${target}\n`);
    return EXIT.OK;
  } finally {
    from.close();
  }
}
