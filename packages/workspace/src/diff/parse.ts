import { WorkspaceError } from "../errors.ts";

/** One hunk of a patch: lines with their ends, without the mark before them. */
export interface PatchHunk {
  /** Where it begins in the old text, from 1; 0 for an empty text. */
  oldStart: number;
  lines: { kind: "context" | "removed" | "added"; text: Uint8Array }[];
}

/** What a patch does to one path; paths are bytes, without `a/` and `b/`. */
export interface FilePatch {
  /** Absent: the file is new. */
  oldPath?: Uint8Array;
  /** Absent: the file goes. */
  newPath?: Uint8Array;
  /** The old file stays. */
  copies?: boolean;
  /** Git's, such as 0o100755 or 0o120000. */
  newMode?: number;
  hunks: PatchHunk[];
  /** Base85 lines of the new content, or of a delta to it. */
  binary?: { method: "literal" | "delta"; size: number; lines: string[] };
}

/**
 * Reads a patch in git's format (`git diff`, `git format-patch`) or plain unified format (`diff -u`); what stands around it is passed
 * over. Throws WorkspaceError `invalid` with the line that cannot be read.
 */
export function parsePatch(bytes: Uint8Array): FilePatch[] {
  return new Parser(bytes).run();
}

const ascii = (bytes: Uint8Array) => Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
const raw = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

class Parser {
  /** Lines as latin-1, ends included. */
  readonly #lines: readonly string[];
  #at = 0;
  readonly #files: FilePatch[] = [];
  #file: FilePatch | undefined;

  constructor(bytes: Uint8Array) {
    this.#lines = ascii(bytes).match(/[^\n]*\n|[^\n]+$/g) ?? [];
  }

  run(): FilePatch[] {
    while (this.#at < this.#lines.length) {
      const line = this.#line();
      if (line.startsWith("diff --git ")) this.#begin(line);
      else if (line.startsWith("--- ") && this.#line(1).startsWith("+++ ")) this.#names(line);
      else if (line.startsWith("@@ -") && this.#file !== undefined) this.#file.hunks.push(this.#hunk(line));
      else if (line === "GIT binary patch" && this.#file !== undefined) this.#binary(this.#file);
      else if (this.#file !== undefined) this.#fact(this.#file, line);
      else this.#at++;
    }
    if (this.#files.length === 0)
      throw new WorkspaceError("invalid", "read patch: expected a diff, there is none");
    return this.#files;
  }

  #line(ahead = 0): string {
    return (this.#lines[this.#at + ahead] ?? "").replace(/\r?\n$/, "");
  }

  #begin(line: string): void {
    const [old, fresh] = splitNames(line.slice(11));
    this.#file = { ...(old && { oldPath: raw(old) }), ...(fresh && { newPath: raw(fresh) }), hunks: [] };
    this.#files.push(this.#file);
    this.#at++;
  }

  #names(line: string): void {
    // A plain patch has nothing before its names.
    if (this.#file === undefined || this.#file.hunks.length > 0) {
      this.#file = { hunks: [] };
      this.#files.push(this.#file);
    }
    const file = this.#file;
    const [old, fresh] = [pathOf(line.slice(4)), pathOf(this.#line(1).slice(4))];
    if (old === undefined) delete file.oldPath;
    else file.oldPath = raw(old);
    if (fresh === undefined) delete file.newPath;
    else file.newPath = raw(fresh);
    this.#at += 2;
  }

  #fact(file: FilePatch, line: string): void {
    this.#at++;
    const [, mode] = /^(?:new file mode|new mode) (\d+)$/.exec(line) ?? [];
    if (mode !== undefined) file.newMode = Number.parseInt(mode, 8);
    if (line.startsWith("new file mode")) delete file.oldPath;
    if (line.startsWith("deleted file mode")) delete file.newPath;
    const [, what, side, path] = /^(rename|copy) (from|to) (.+)$/.exec(line) ?? [];
    if (what === undefined) return;
    file[side === "from" ? "oldPath" : "newPath"] = raw(unquote(path as string));
    if (what === "copy") file.copies = true;
  }

  #hunk(head: string): PatchHunk {
    const [, start, old = "1", fresh = "1"] = /^@@ -(\d+)(?:,(\d+))? \+\d+(?:,(\d+))? @@/.exec(head) ?? [];
    if (start === undefined) this.#bad("a hunk's heading");
    this.#at++;
    const hunk: PatchHunk = { oldStart: Number(start), lines: [] };
    for (
      let left = [Number(old), Number(fresh)] as [number, number];
      left[0] > 0 || left[1] > 0;
      this.#at++
    ) {
      const whole = this.#lines[this.#at] ?? "";
      const kind = KINDS[whole === "\n" || whole === "\r\n" ? " " : (whole[0] ?? "")];
      if (kind === undefined) this.#bad(`${left[0]} old and ${left[1]} new lines more`);
      if (kind !== "added") left[0]--;
      if (kind !== "removed") left[1]--;
      const text = whole === "\n" ? whole : whole.slice(1);
      const isCut = (this.#lines[this.#at + 1] ?? "").startsWith("\\");
      hunk.lines.push({ kind, text: raw(isCut ? text.replace(/\n$/, "") : text) });
      if (isCut) this.#at++;
    }
    return hunk;
  }

  #binary(file: FilePatch): void {
    this.#at++;
    const [, method, size] = /^(literal|delta) (\d+)$/.exec(this.#line()) ?? [];
    if (method !== "literal" && method !== "delta") this.#bad("literal or delta");
    const lines: string[] = [];
    for (this.#at++; this.#line() !== "" && this.#at < this.#lines.length; this.#at++)
      lines.push(this.#line());
    file.binary = { method, size: Number(size), lines };
    // What follows would take it back.
    if (/^(literal|delta) \d+$/.test(this.#line(1)))
      for (this.#at++; this.#line() !== "" && this.#at < this.#lines.length; ) this.#at++;
  }

  #bad(expected: string): never {
    throw new WorkspaceError(
      "invalid",
      `read patch, line ${this.#at + 1}: expected ${expected}, got "${this.#line().slice(0, 80)}"`,
    );
  }
}

const KINDS: Readonly<Record<string, PatchHunk["lines"][number]["kind"]>> = {
  " ": "context",
  "-": "removed",
  "+": "added",
};

/** The two names of a `diff --git` line: quoted ones end with their quote; two plain ones are alike and cut in the middle. */
function splitNames(text: string): [string | undefined, string | undefined] {
  const quoted = /^("(?:[^"\\]|\\.)*"|\S.*?) ("(?:[^"\\]|\\.)*")$|^("(?:[^"\\]|\\.)*") (.*)$/.exec(text);
  if (quoted) return [pathOf((quoted[1] ?? quoted[3]) as string), pathOf((quoted[2] ?? quoted[4]) as string)];
  const half = (text.length - 1) / 2;
  const [a, b] = [text.slice(0, half), text.slice(half + 1)];
  return text[half] === " " && a.slice(2) === b.slice(2) ? [pathOf(a), pathOf(b)] : [undefined, undefined];
}

/** A name as it follows `---` or `+++`: undefined for /dev/null; without its first folder and what `diff -u` puts behind it. */
function pathOf(text: string): string | undefined {
  const [quoted] = /^"(?:[^"\\]|\\.)*"/.exec(text) ?? [];
  const name = quoted === undefined ? text.replace(/\t.*$/, "") : unquote(quoted);
  return name === "/dev/null" ? undefined : name.replace(/^[^/]*\//, "");
}

const ESCAPES: Readonly<Record<string, string>> = {
  a: "\u0007",
  b: "\b",
  t: "\t",
  n: "\n",
  v: "\v",
  f: "\f",
  r: "\r",
};

/** A path that git put in quotes, as latin-1. */
function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  return text
    .slice(1, -1)
    .replace(/\\([0-7]{3}|.)/g, (_, code: string) =>
      code.length === 3 ? String.fromCharCode(Number.parseInt(code, 8)) : (ESCAPES[code] ?? code),
    );
}
