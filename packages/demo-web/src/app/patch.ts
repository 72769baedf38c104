/** One hunk of a unified diff. */
export interface Hunk {
  header: string;
  /** First line of the hunk in the new file, from 1. */
  newStart: number;
  lines: string[];
}

/** One file of a patch in git's format. */
export interface FilePatch {
  /** Lines before the first hunk: modes, renames, "Binary files differ". */
  notes: string[];
  hunks: Hunk[];
}

/** The part of one file. */
export function parsePatch(text: string): FilePatch {
  const patch: FilePatch = { notes: [], hunks: [] };
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  for (const line of lines) {
    const head = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(line);
    const hunk = patch.hunks.at(-1);
    if (head !== null) {
      // An empty range names the line before it.
      const newStart = Number(head[1]) + (head[2] === "0" ? 1 : 0);
      patch.hunks.push({ header: line, newStart, lines: [] });
    } else if (hunk !== undefined) hunk.lines.push(line);
    else if (!/^(diff --git|index|---|\+\+\+) /.test(line)) patch.notes.push(line);
  }
  return patch;
}

/** The place of a hunk that was shown in the file's patch as it is now; -1: the file changed there since. */
export function findHunk(hunks: readonly Hunk[], { newStart, lines }: Hunk): number {
  const text = lines.join("\n");
  return hunks.findIndex((one) => one.newStart === newStart && one.lines.join("\n") === text);
}

/** The new file without this hunk: its lines are again what they were. */
export function takeBack(content: string, hunk: Hunk): string {
  const side = (mark: "-" | "+") => {
    const kept: string[] = [];
    hunk.lines.forEach((line, at) => {
      if (line[0] !== " " && line[0] !== mark) return;
      const bare = hunk.lines[at + 1]?.startsWith("\\");
      kept.push(line.slice(1) + (bare ? "" : "\n"));
    });
    return kept;
  };
  const [before, after] = [side("-"), side("+")];
  const lines = content.match(/[^\n]*\n|[^\n]+$/g) ?? [];
  const at = hunk.newStart - 1;
  if (lines.slice(at, at + after.length).join("") !== after.join(""))
    throw new Error("take back a hunk: the file changed since it was shown");
  lines.splice(at, after.length, ...before);
  return lines.join("");
}
