import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { CliError } from "../cli/errors.ts";
import { editedLines, editText, replaceLines } from "./edit-hunk.ts";
import type { ReviewSession } from "./review.ts";

/** Lets the person's editor change the hunk at the cursor; the box gets the result, and the hunk is taken. */
export async function editHere(session: ReviewSession): Promise<void> {
  const { path, part, box, screen, model } = session;
  if (path === undefined || part === undefined) throw new CliError("edit: go into the diff first (enter)");
  if (!model.read(path).partial)
    throw new CliError("edit: only hunks of a text that was there before can be edited");
  const text = utf8(box.fs.readFile(path), path);
  const edited = editedLines(part, inEditor(session, editText(part), `${path.split("/").at(-1)}.diff`));
  if (edited === undefined) {
    screen.message = "edit: left as it was";
    return;
  }
  const others = model.taken(path);
  const changed = replaceLines(text, part, edited);
  if (changed === text) return;
  await box.edit(path, changed);
  session.reload();
  if (others !== "all" && model.files[screen.file]?.path === path) {
    const now = model.parts(path)[screen.part];
    if (now !== undefined && model.partTaken(path, now) !== "all") model.togglePart(path, now);
  }
  screen.message = "edited: the box has your version";
}

function utf8(bytes: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (error) {
    throw new CliError(
      `edit "${path}": expected UTF-8, got other bytes${error instanceof TypeError ? "" : `: ${error}`}`,
    );
  }
}

/** What the person made of the text in `$VISUAL`, `$EDITOR` or vi. */
function inEditor({ display }: ReviewSession, text: string, name: string): string {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-edit-"));
  const file = join(folder, name);
  const editor = process.env.VISUAL || process.env.EDITOR || "vi";
  display.leave();
  try {
    writeFileSync(file, text, { mode: 0o600 });
    const { status, error } = spawnSync("/bin/sh", ["-c", `${editor} "$1"`, "sh", file], {
      stdio: "inherit",
    });
    if (status !== 0)
      throw new CliError(
        `edit: "${editor}" ended with ${error?.message ?? `status ${status}`}; nothing was changed`,
      );
    return readFileSync(file, "utf8");
  } finally {
    rmSync(folder, { recursive: true, force: true });
    display.enter();
  }
}
