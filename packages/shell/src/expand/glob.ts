import { ShellError } from "../errors.ts";
import { parseBracket } from "../pattern/character-class.ts";
import type { DirEntry } from "../system.ts";
import type { ExpansionHost } from "./host.ts";
import { matcherFor, nameTest } from "./matching.ts";

/** Puts the paths that a pattern matches, sorted; without any, what `nullglob` and `failglob` say, else `text`. */
export function expandPath(host: ExpansionHost, pattern: string, text: string, out: string[]): void {
  const extglob = host.state.shopt.extglob;
  if (!hasGlob(pattern, extglob)) {
    out.push(text);
    return;
  }
  const found = new Walk(host).run(pattern);
  const kept = applyIgnore(host, found);
  if (kept.length) {
    kept.sort();
    for (const path of kept) out.push(path);
  } else if (host.state.shopt.failglob) throw new ShellError("expansion", `no match: ${text}`);
  else if (!host.state.shopt.nullglob) out.push(text);
}

/** The paths that a pattern matches, sorted (`compgen -G`). */
export function globPaths(host: ExpansionHost, pattern: string): string[] {
  return new Walk(host).run(pattern).sort();
}

/** Whether a pattern has an active `*`, `?`, `[…]` or extglob. */
export function hasGlob(pattern: string, extglob: boolean): boolean {
  let bracket = false;
  for (let i = 0; i < pattern.length; i++) {
    const ch = pattern[i];
    if (ch === "\\") i++;
    else if (ch === "*" || ch === "?") return true;
    else if (ch === "[") bracket = true;
    else if (ch === "]" && bracket) return true;
    else if (extglob && (ch === "+" || ch === "@" || ch === "!") && pattern[i + 1] === "(") return true;
  }
  return false;
}

function unescapePattern(pattern: string): string {
  return pattern.replace(/\\(.)/gs, "$1");
}

function applyIgnore(host: ExpansionHost, paths: string[]): string[] {
  const ignore = host.vars.text("GLOBIGNORE");
  if (!ignore) return paths;
  const matchers = splitColons(ignore).map((pattern) => matcherFor(host, pattern));
  return paths.filter((path) => {
    const base = path.slice(path.lastIndexOf("/") + 1);
    return base !== "." && base !== ".." && !matchers.some((matcher) => matcher.test(path));
  });
}

/** Splits at colons that are not in brackets or groups of an extended pattern. */
function splitColons(text: string): string[] {
  const pieces: string[] = [];
  let from = 0;
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const ch = text[at];
    if (ch === "\\") at++;
    else if (ch === "[") {
      const bracket = parseBracket(text, at, { escapes: true, bang: true });
      if (bracket && bracket !== "invalid") at = bracket.end - 1;
    } else if (ch === "(" && at > 0 && "?*+@!".includes(text[at - 1]!)) depth++;
    else if (ch === ")" && depth > 0) depth--;
    else if (ch === ":" && depth === 0) {
      pieces.push(text.slice(from, at));
      from = at + 1;
    }
  }
  pieces.push(text.slice(from));
  return pieces.filter((piece) => piece !== "");
}

/** One glob over the file tree. */
class Walk {
  readonly #host: ExpansionHost;
  readonly #dotglob: boolean;
  readonly #found: string[] = [];

  constructor(host: ExpansionHost) {
    this.#host = host;
    this.#dotglob = host.state.shopt.dotglob || Boolean(host.vars.text("GLOBIGNORE"));
  }

  run(pattern: string): string[] {
    const parts = splitPath(pattern);
    let prefix = "";
    let at = 0;
    while (at < parts.length && parts[at] === "") {
      prefix += "/";
      at++;
    }
    // "/usr//x": an empty part inside is kept as the extra slash.
    this.#step(prefix, parts, at);
    return this.#found;
  }

  #step(prefix: string, parts: readonly string[], at: number): void {
    const part = parts[at];
    if (part === undefined) {
      this.#found.push(prefix);
      return;
    }
    const last = at === parts.length - 1;
    if (part === "**" && this.#host.state.shopt.globstar) {
      this.#globstar(prefix, parts, at);
      return;
    }
    if (!hasGlob(part, this.#host.state.shopt.extglob)) {
      const path = prefix + unescapePattern(part);
      if (last) {
        if (part === "" ? prefix !== "" && this.#isDirectory(prefix) : this.#exists(path))
          this.#found.push(path);
      } else if (part === "" || this.#isDirectory(path)) this.#step(`${path}/`, parts, at + 1);
      return;
    }
    for (const entry of this.#matching(prefix, part)) {
      if (last) this.#found.push(prefix + entry.name);
      else if (this.#leadsOn(prefix, entry)) this.#step(`${prefix}${entry.name}/`, parts, at + 1);
    }
  }

  /** `**`: this directory and all below, not through symlinks. */
  #globstar(prefix: string, parts: readonly string[], at: number): void {
    let next = at + 1;
    while (parts[next] === "**") next++;
    const last = next === parts.length;
    if (last) {
      if (prefix !== "" && prefix !== "/") this.#found.push(prefix);
    } else this.#step(prefix, parts, next);
    for (const entry of this.#list(prefix)) {
      if (entry.name.startsWith(".") && !this.#dotglob) continue;
      if (last && entry.kind !== "directory") this.#found.push(prefix + entry.name);
      if (entry.kind !== "directory") continue;
      if (last) this.#globstarBelow(prefix + entry.name);
      else this.#globstar(`${prefix}${entry.name}/`, parts, next - 1);
    }
  }

  #globstarBelow(directory: string): void {
    this.#found.push(directory);
    for (const entry of this.#list(`${directory}/`)) {
      if (entry.name.startsWith(".") && !this.#dotglob) continue;
      if (entry.kind === "directory") this.#globstarBelow(`${directory}/${entry.name}`);
      else this.#found.push(`${directory}/${entry.name}`);
    }
  }

  #list(prefix: string): DirEntry[] {
    const entries = this.#host.system.readdir(prefix === "" ? "." : prefix);
    return typeof entries === "number" ? [] : entries;
  }

  #matching(prefix: string, part: string): DirEntry[] {
    const test = nameTest(this.#host, part, this.#dotglob);
    const entries = this.#list(prefix).filter((entry) => test(entry.name));
    if (!this.#host.state.shopt.globskipdots && namesPeriod(part)) {
      const test = nameTest(this.#host, part, false);
      for (const name of [".", ".."]) if (test(name)) entries.push({ name, kind: "directory" });
    }
    return entries;
  }

  #leadsOn(prefix: string, entry: DirEntry): boolean {
    if (entry.kind === "directory") return true;
    return entry.kind === "symlink" && this.#isDirectory(prefix + entry.name);
  }

  #isDirectory(path: string): boolean {
    const stat = this.#host.system.stat(path === "" ? "." : path, true);
    return typeof stat !== "number" && (stat.mode & 0o170000) === 0o040000;
  }

  #exists(path: string): boolean {
    return typeof this.#host.system.stat(path, false) !== "number";
  }
}

/** Whether a pattern, or an alternative of the group it starts with, begins with a period. */
function namesPeriod(part: string): boolean {
  if (/^\\?\./.test(part)) return true;
  return /^[?*+@]\(/.test(part) && /[(|]\\?\./.test(part);
}

/** Splits at slashes that are not in brackets of an extglob; an escaped slash is a slash. */
function splitPath(pattern: string): string[] {
  return pattern.replaceAll("\\/", "/").split("/");
}
