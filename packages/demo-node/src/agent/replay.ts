import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type ReplayEvent, readChain, replay } from "@shadowbox/agent";
import { readRecording } from "@shadowbox/sandbox/node";
import { openBox } from "../cli/open.ts";
import { type Parsed, projectPath } from "../cli/options.ts";
import { type Style, styleOf, writeAll } from "../cli/terminal.ts";
import { clean } from "../cli/text.ts";
import { sessionFolder } from "./setup.ts";

/** Plays a session again over a copy of the project and says what is not as recorded; status 1 if anything is not. */
export async function replayOne(values: Parsed["values"], id: string): Promise<number> {
  const sessions = sessionFolder(values);
  const { records } = readChain(sessions.read(id), id);
  const network = existsSync(sessions.recording(id));
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-replay-"));
  try {
    // What the session commits goes into the copy.
    const project = join(folder, "project");
    cpSync(projectPath(values), project, {
      recursive: true,
      verbatimSymlinks: true,
      preserveTimestamps: true,
    });
    const sandbox = await openBox(values, {
      ...{ project, state: join(folder, "state") },
      ...(network && { net: { replay: readRecording(sessions.recording(id)) } }),
    });
    const style = styleOf(process.stdout);
    const count = { same: 0, differs: 0, skipped: 0 };
    for await (const event of replay(
      records.map((record) => record.event),
      { sandbox, network },
    )) {
      if (event.type === "skipped") count.skipped++;
      else if (event.type !== "commit") count[event.same ? "same" : "differs"]++;
      await writeAll(process.stdout, values.json ? `${JSON.stringify(event)}\n` : lineOf(event, style));
    }
    await sandbox.close();
    if (!values.json)
      process.stdout.write(`${count.same} as recorded, ${count.differs} not, ${count.skipped} left out\n`);
    return count.differs === 0 ? 0 : 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function lineOf(event: ReplayEvent, style: Style): string {
  if (event.type === "commit") return `   turn ${event.turn} commit of ${event.paths.length} paths\n`;
  if (event.type === "skipped")
    return `${style.yellow("--")} turn ${event.turn} ${event.name}: ${event.reason}\n`;
  const what = event.type === "tree" ? "files" : event.name;
  if (event.same) return `${style.green("ok")} turn ${event.turn} ${what}\n`;
  const [recorded, replayed] = [event.recorded, event.replayed].map((text) => firstDifference(text, event));
  return `${style.red("no")} turn ${event.turn} ${what}\n     recorded ${recorded}\n     replayed ${replayed}\n`;
}

/** The first line in which the two differ, of one of them. */
function firstDifference(
  text: string,
  { recorded, replayed }: { recorded: string; replayed: string },
): string {
  const [a, b] = [recorded.split("\n"), replayed.split("\n")];
  const at = a.findIndex((line, index) => line !== b[index]);
  return JSON.stringify(clean(text.split("\n")[at < 0 ? a.length : at] ?? "").slice(0, 60));
}
