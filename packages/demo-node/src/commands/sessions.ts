import { copyFileSync, existsSync } from "node:fs";
import {
  eventsThrough,
  exportHtml,
  exportMarkdown,
  forkSession,
  readChain,
  type Session,
} from "@shadowbox/agent";
import type { Snapshot } from "@shadowbox/sandbox/node";
import { sessionFolder } from "../agent/setup.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { showName, styleOf, writeAll } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

export const sessions: CliCommand = {
  usage: "sessions [export ID | fork ID | rewind ID | replay ID] [options]",
  about: "Lists the agent's sessions on this project; exports, forks, rewinds or replays one.",
  flags: {
    ...COMMON,
    format: { type: "string", value: "F", help: "with export: markdown (default), html, jsonl" },
    turn: {
      type: "string",
      value: "N",
      help: "with fork and rewind: go on from the end of this turn (default the last, of rewind the one before)",
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
  if (action === "rewind") return rewind(values, id);
  if (action === "replay") return (await import("../agent/replay.ts")).replayOne(values, id);
  throw new CliError(`sessions: expected export, fork, rewind or replay, got "${action}"`, EXIT.USAGE);
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
      `${style.bold(id)} ${started.slice(0, 16).replace("T", " ")} ${turns} turn${turns === 1 ? "" : "s"}${end && end !== "done" ? ` (${end})` : ""} ${style.dim(model)} ${showName(title)}\n`,
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

/** A new session that goes on from the end of a turn; its id. */
function forked(values: Parsed["values"], from: Session, turn: number): string {
  const folder = sessionFolder(values);
  const { model, mode, project } = from.start;
  const fresh = folder.create({ model, mode, project, forkedFrom: { id: from.id, turn } });
  const target = fresh.id;
  fresh.close();
  const store = folder.store(target);
  store.truncate(0);
  forkSession(from, turn, store, { id: target, model, mode, project }).close();
  if (existsSync(folder.recording(from.id)))
    copyFileSync(folder.recording(from.id), folder.recording(target));
  return target;
}

function turnOf(values: Parsed["values"], otherwise: number): number {
  return values.turn === undefined ? otherwise : Number(values.turn);
}

function fork(values: Parsed["values"], id: string): number {
  const from = sessionFolder(values).open(id);
  try {
    process.stdout.write(`${forked(values, from, turnOf(values, from.turn))}\n`);
    return EXIT.OK;
  } finally {
    from.close();
  }
}

/** The box as it was when a turn ended, and a session that goes on from there. The project is not touched. */
async function rewind(values: Parsed["values"], id: string): Promise<number> {
  const from = sessionFolder(values).open(id);
  try {
    const turn = turnOf(values, Math.max(0, from.turn - 1));
    eventsThrough(from, turn);
    const box = await openBox(values);
    try {
      const snapshots = box.snapshots();
      const later = snapshots.findIndex((one) => isAfter(one, from, turn));
      const { paths } = later < 0 ? { paths: [] } : await box.restore(snapshots[later - 1]?.id ?? 0);
      const target = forked(values, from, turn);
      process.stdout.write(`${target}\n`);
      process.stderr.write(
        `the box is as it was after turn ${turn}, ${paths.length} paths went back; go on with --resume ${target}\n`,
      );
    } finally {
      await box.close();
    }
    return EXIT.OK;
  } finally {
    from.close();
  }
}

/** Whether a snapshot is of a later turn of the session, or of the one that it was forked from. */
function isAfter({ session, turn = 0 }: Snapshot, { id, start }: Session, end: number): boolean {
  const { forkedFrom } = start;
  const inherited = session === forkedFrom?.id && turn <= (forkedFrom?.turn ?? 0);
  return turn > end && (session === id || inherited);
}
