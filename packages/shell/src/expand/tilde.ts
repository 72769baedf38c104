import type { ExpansionHost } from "./host.ts";

/** What a tilde prefix (`~`, `~user`, `~+`, `~-`, `~2`) stands for; `undefined`: itself. */
function directoryOf(host: ExpansionHost, prefix: string): string | undefined {
  if (prefix === "~") return host.vars.text("HOME") ?? host.system.user.home;
  if (prefix === "~+") return host.vars.text("PWD");
  if (prefix === "~-") return host.vars.text("OLDPWD");
  const stack = /^~([+-]?)(\d+)$/.exec(prefix);
  if (stack) {
    const all = [host.state.cwd, ...host.state.dirStack];
    const index = Number(stack[2]);
    return stack[1] === "-" ? all[all.length - 1 - index] : all[index];
  }
  const name = prefix.slice(1);
  if (name === host.system.user.name) return host.system.user.home;
  return name === "root" ? "/root" : undefined;
}

/** Expands the tilde at the start of `text`; how long its prefix is and what it became, or nothing. */
export function expandTilde(
  host: ExpansionHost,
  text: string,
  inAssignment: boolean,
  complete: boolean,
): { text: string; length: number } | undefined {
  const end = text.search(inAssignment ? /[/:]/ : /\//);
  if (end < 0 && !complete) return undefined;
  const prefix = end < 0 ? text : text.slice(0, end);
  const directory = directoryOf(host, prefix);
  return directory === undefined ? undefined : { text: directory, length: prefix.length };
}
