import type { Sandbox } from "@shadowbox/sandbox";
import { bash, python } from "./bash.ts";
import { webFetch } from "./fetch.ts";
import { edit, read, write } from "./files.ts";
import { glob, grep } from "./search.ts";
import { askUser, changes, todo } from "./session-tools.ts";
import type { Tool } from "./tool.ts";

/** The tools that a box really can serve: what needs a program that is not installed is not offered. */
export function toolsFor(sandbox: Sandbox): Tool[] {
  const has = (name: string) => sandbox.commands().has(name);
  return [
    bash,
    ...(has("python3") ? [python] : []),
    read,
    write,
    edit,
    glob,
    ...(has("grep") ? [grep] : []),
    ...(has("curl") ? [webFetch] : []),
    changes,
    todo,
    askUser,
  ];
}
