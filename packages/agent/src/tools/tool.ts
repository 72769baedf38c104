import type { ExecOptions, Sandbox } from "@shadowbox/sandbox";
import { z } from "zod";
import type { Effect } from "../gate/gate.ts";

/** One line of the model's own list of what is to do. */
export interface Todo {
  text: string;
  state: "open" | "doing" | "done";
}

/** Asks the person something; undefined: nobody is there. */
export type AskUser = (question: string, options: readonly string[]) => Promise<string | undefined>;

/** What a tool works with: injected, so that a tool knows no host. */
export interface ToolContext {
  sandbox: Sandbox;
  signal: AbortSignal;
  /** Id of the call: names files of long outputs. */
  call: string;
  /** Session and turn, for the snapshots of what the call changes. */
  origin?: ExecOptions["origin"];
  /** Shared by the calls of one session. */
  memory: ToolMemory;
  askUser?: AskUser;
  onOutput?(stream: "stdout" | "stderr", text: string): void;
}

/** What the tools of a session remember. */
export interface ToolMemory {
  todos: Todo[];
  /** Path → content digest when the model last saw it: an edit of something else is noticed. */
  seen: Map<string, string>;
  jobs: number;
  /** The change set's size at a revision of the box. */
  changed?: { revision: number; files: number; added: number; removed: number };
}

export function newToolMemory(): ToolMemory {
  return { todos: [], seen: new Map(), jobs: 0 };
}

export interface ToolResult {
  /** For the model. */
  output: string;
  isError?: boolean;
  /** What it was told of clocks and random numbers. */
  recording?: Uint8Array;
}

/** A tool as the loop, the MCP server and the AI SDK use it. */
export interface Tool {
  readonly name: string;
  /** For the model; short: it is sent with every call. */
  readonly description: string;
  readonly effect: Effect;
  readonly schema: z.ZodType<Record<string, unknown>>;
  /** JSON Schema for the model; default what `schema` says. */
  readonly inputSchema?: Record<string, unknown>;
  /** What the gate matches with rules and a person is shown; of a parsed input. */
  subject(input: Record<string, unknown>): string;
  /** More for the person who is asked. */
  detail?(input: Record<string, unknown>): string;
  run(input: Record<string, unknown>, context: ToolContext): Promise<ToolResult>;
}

/** Builds a {@link Tool} whose functions see the input as its schema says. */
export function defineTool<S extends z.ZodObject>(tool: {
  name: string;
  description: string;
  effect: Effect;
  schema: S;
  subject(input: z.infer<S>): string;
  detail?(input: z.infer<S>): string;
  run(input: z.infer<S>, context: ToolContext): Promise<ToolResult>;
}): Tool {
  return tool as unknown as Tool;
}

export function failed(output: string): ToolResult {
  return { output, isError: true };
}

/** How the names of other MCP servers' tools begin. */
export const MCP_PREFIX = "mcp__";

/** The JSON Schema of a tool's input, as models get it. */
export function inputSchemaOf(tool: Tool): Record<string, unknown> {
  const { $schema: _, ...schema } = tool.inputSchema ?? z.toJSONSchema(tool.schema);
  return schema;
}

/** What is wrong with an input, in one line for the model. */
export function inputProblem(tool: Tool, error: z.ZodError): string {
  const issues = error.issues.map(({ path, message }) => `${path.join(".") || "input"}: ${message}`);
  return `${tool.name}: the input does not fit: ${issues.join("; ")}. Expected: ${JSON.stringify(inputSchemaOf(tool).properties)}`;
}
