import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { CallToolResult, ContentBlock, Tool as McpTool } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { failed, MCP_PREFIX, type Tool, type ToolContext, type ToolResult } from "../tools/tool.ts";

/** Another MCP server, connected. */
export interface McpConnection {
  /** Named `mcp__SERVER__TOOL`. They act outside the box, so the gate treats them as the network: it asks. */
  tools: Tool[];
  close(): Promise<void>;
}

/** A call that says nothing for so long is given up, milliseconds. */
const SILENCE_MS = 120_000;

/** Connects to an MCP server and lists its tools. Throws what the transport or the protocol throws. */
export async function connectMcp(server: string, transport: Transport): Promise<McpConnection> {
  const client = new Client({ name: "shadowbox", version: "1" });
  await client.connect(transport);
  const tools: Tool[] = [];
  let cursor: string | undefined;
  do {
    const page = await client.listTools({ cursor });
    tools.push(...page.tools.map((tool) => toolOf(server, tool, client)));
    cursor = page.nextCursor;
  } while (cursor !== undefined);
  return { tools, close: () => client.close() };
}

function toolOf(server: string, { name, description = "", inputSchema }: McpTool, client: Client): Tool {
  return {
    // What providers take as a name.
    name: `${MCP_PREFIX}${server}__${name}`.replace(/[^\w-]/g, "_").slice(0, 64),
    description: description.slice(0, 1000),
    effect: "network",
    // The server checks its inputs; the model gets its schema.
    schema: z.record(z.string(), z.unknown()),
    inputSchema,
    subject: (input) => JSON.stringify(input),
    run: (input, context) => call(client, name, input, context),
  };
}

async function call(
  client: Client,
  name: string,
  input: Record<string, unknown>,
  { signal, onOutput }: ToolContext,
): Promise<ToolResult> {
  try {
    const result = await client.callTool({ name, arguments: input }, undefined, {
      signal,
      timeout: SILENCE_MS,
      resetTimeoutOnProgress: true,
      onprogress: ({ message }) => onOutput?.("stderr", `${message ?? "…"}\n`),
    });
    return answerOf(result as CallToolResult);
  } catch (error) {
    if (signal.aborted) throw error;
    return failed(`The MCP server did not do it: ${(error as Error).message}`);
  }
}

function answerOf({ content, structuredContent, isError }: CallToolResult): ToolResult {
  const text = content.map(textOf).join("\n");
  return {
    output: text === "" && structuredContent ? JSON.stringify(structuredContent) : text,
    ...(isError && { isError: true }),
  };
}

function textOf(block: ContentBlock): string {
  if (block.type === "text") return block.text;
  if (block.type === "resource") return "text" in block.resource ? block.resource.text : block.resource.uri;
  if (block.type === "resource_link") return block.uri;
  return `[${block.type}, ${block.mimeType}, not shown]`;
}
