import type { Sandbox } from "@shadowbox/sandbox";
import { decode } from "./tools/text.ts";

/** Files with instructions for agents, looked for in the project's root; the first that is there counts. */
const INSTRUCTIONS = ["AGENTS.md", "CLAUDE.md"];
const INSTRUCTIONS_LIMIT = 20_000;

export interface PromptOptions {
  sandbox: Sandbox;
  /** Added at the end. */
  extra?: string;
}

/** What the model is told about where it is. */
export function systemPrompt({ sandbox, extra }: PromptOptions): string {
  const commands = [...sandbox.commands().keys()].sort();
  const parts = [
    `You are a coding agent. You work in Shadowbox: a sandbox that holds a shadow copy of the user's project at ${sandbox.workspaceDir}.
- Everything you change stays in the shadow. The user reviews the change set and commits what they want; you cannot commit.
- bash is GNU bash 5.2 compatible and the commands are real programs compiled to WebAssembly. There are no native binaries, compilers or package managers of the system, no sockets, no Docker. Network requests, where allowed at all, go through curl under a policy.
- What is not in the list of commands is not installed; do not try to install system packages.
- Work in small steps, look before you change, run the project's own checks if they can run here. Be brief. When done, say what you changed and what you could not verify.`,
    `Commands: ${commands.join(" ")}`,
  ];
  const instructions = projectInstructions(sandbox);
  if (instructions) parts.push(instructions);
  if (extra) parts.push(extra);
  return parts.join("\n\n");
}

function projectInstructions(sandbox: Sandbox): string | undefined {
  const found = INSTRUCTIONS.map((name) => `${sandbox.workspaceDir.replace(/\/$/, "")}/${name}`).find(
    (path) => sandbox.fs.exists(path),
  );
  if (found === undefined) return undefined;
  const text = decode(sandbox.fs.readFile(found));
  const cut = text.length > INSTRUCTIONS_LIMIT ? `${text.slice(0, INSTRUCTIONS_LIMIT)}\n[cut]` : text;
  return `The project's instructions (${found}):\n${cut}`;
}
