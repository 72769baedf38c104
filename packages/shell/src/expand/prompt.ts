import { decodeEscapes } from "./escapes.ts";
import type { ExpansionHost } from "./host.ts";

/** What a prompt needs beyond expansion. */
export interface PromptHost extends ExpansionHost {
  /** Expands parameters and commands as in a here-document. */
  expandLikeHereDocument(text: string): string;
  formatTime(format: string): string;
  readonly version: string;
}

/** Decodes the backslash escapes of a prompt string, then expands it (`promptvars`). */
export function expandPrompt(host: PromptHost, text: string): string {
  const decoded = text.replace(/\\(D\{[^}]*\}|[0-7]{1,3}|.)/gs, (all, what: string) =>
    promptEscape(host, all, what),
  );
  return host.state.shopt.promptvars ? host.expandLikeHereDocument(decoded) : decoded;
}

const TIMES: Record<string, string> = {
  d: "%a %b %d",
  t: "%H:%M:%S",
  T: "%I:%M:%S",
  "@": "%I:%M %p",
  A: "%H:%M",
};

function promptEscape(host: PromptHost, all: string, what: string): string {
  if (/^[0-7]/.test(what)) {
    const ch = decodeEscapes(all, "ansi").text;
    return ch === "\\" && host.state.shopt.promptvars ? "\\\\" : ch;
  }
  const { user, hostname } = host.system;
  switch (what[0]) {
    case "a":
      return "\x07";
    case "e":
      return "\x1b";
    case "n":
      return "\n";
    case "r":
      return "\r";
    case "d":
    case "t":
    case "T":
    case "@":
    case "A":
      return host.formatTime(TIMES[what[0]] as string);
    case "D":
      return host.formatTime(what.slice(2, -1) || "%X");
    case "h":
      return hostname.split(".")[0] as string;
    case "H":
      return hostname;
    case "j":
      return "0";
    case "l":
      return "tty";
    case "s":
      return baseName(host.state.argv0);
    case "u":
      return user.name;
    case "v":
      return host.version.split(".").slice(0, 2).join(".");
    case "V":
      return host.version.replace(/\(.*/, "");
    case "w":
      return shortDirectory(host);
    case "W":
      return shortDirectory(host) === "~" ? "~" : baseName(host.state.cwd) || "/";
    case "!":
    case "#":
      return "1";
    case "$":
      return user.uid === 0 ? "#" : host.state.shopt.promptvars ? "\\$" : "$";
    case "[":
    case "]":
      return "";
    case "\\":
      return "\\";
    default:
      return all;
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

function shortDirectory(host: PromptHost): string {
  const home = host.vars.text("HOME");
  const { cwd } = host.state;
  if (home && (cwd === home || cwd.startsWith(`${home}/`))) return `~${cwd.slice(home.length)}`;
  return cwd;
}
