import type { JSONSchema7 } from "@ai-sdk/provider";
import type { Sandbox } from "@shadowbox/sandbox";
import { Gate } from "../gate/gate.ts";
import { toolsFor } from "./all.ts";
import { type AskUser, inputProblem, inputSchemaOf, newToolMemory, type Tool } from "./tool.ts";
import { OUTPUT_FOLDER, OUTPUT_LIMIT, shorten } from "./truncate.ts";

/** A tool as `generateText` and `streamText` of the AI SDK take it (their `jsonSchema` marker included). */
export interface AiSdkTool {
  description: string;
  inputSchema: { [marker: symbol]: true; _type: unknown; jsonSchema: JSONSchema7; validate: undefined };
  execute(input: unknown, options: { toolCallId: string; abortSignal?: AbortSignal }): Promise<string>;
}

const SCHEMA = Symbol.for("vercel.ai.schema");

/**
 * The sandbox's tools for the AI SDK: `streamText({ model, tools: shadowboxTools(sandbox), … })`. Calls go through
 * `gate`; default: free inside the box, nothing outside.
 */
export function shadowboxTools(
  sandbox: Sandbox,
  options: { gate?: Gate; askUser?: AskUser } = {},
): Record<string, AiSdkTool> {
  const gate = options.gate ?? new Gate();
  const memory = newToolMemory();
  const entries = toolsFor(sandbox)
    .filter(({ name }) => options.askUser !== undefined || name !== "AskUser")
    .map((tool): [string, AiSdkTool] => [
      tool.name,
      {
        description: tool.description,
        // The AI SDK knows a schema by its keys, `validate` among them; a wrong input is answered below, by what is wrong.
        inputSchema: {
          [SCHEMA]: true,
          _type: undefined,
          jsonSchema: inputSchemaOf(tool) as JSONSchema7,
          validate: undefined,
        },
        execute: async (input, { toolCallId, abortSignal }) => {
          const signal = abortSignal ?? new AbortController().signal;
          const context = { sandbox, signal, call: toolCallId, memory, askUser: options.askUser };
          return callTool(tool, input, gate, context);
        },
      },
    ]);
  return Object.fromEntries(entries);
}

async function callTool(
  tool: Tool,
  input: unknown,
  gate: Gate,
  context: Parameters<Tool["run"]>[1],
): Promise<string> {
  const parsed = tool.schema.safeParse(input);
  if (!parsed.success) return inputProblem(tool, parsed.error);
  const subject = tool.subject(parsed.data);
  const decision = await gate.decide({ call: context.call, tool: tool.name, effect: tool.effect, subject });
  if (!decision.allowed) return `Not permitted: ${decision.reason}.`;
  const { output } = await tool.run(parsed.data, context);
  const file = `${OUTPUT_FOLDER}/${context.call.replace(/[^\w-]/g, "_")}.txt`;
  const { text, cut } = shorten(output, OUTPUT_LIMIT, file);
  if (cut) context.sandbox.fs.writeFile(file, output);
  return text;
}
