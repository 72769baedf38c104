import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { connectMcp, type McpConnection } from "../mcp/client.ts";

/**
 * Where an MCP server is: a program of the user's machine, or an address. These run outside the box, so they come from the
 * user's own settings, never from a project.
 */
export type McpServerConfig =
  | { command: string; args?: string[]; env?: Record<string, string> }
  | { url: string; headers?: Record<string, string> };

/** Servers that were asked for: the tools of those that answered, and why others did not. */
export interface McpConnections extends McpConnection {
  problems: string[];
}

/** Connects to all at once. One that fails does not keep the others away. */
export async function connectMcpServers(
  servers: Readonly<Record<string, McpServerConfig>>,
): Promise<McpConnections> {
  const problems: string[] = [];
  const open = await Promise.all(
    Object.entries(servers).map(async ([name, config]) => {
      try {
        return await connectMcp(name, transportOf(config));
      } catch (error) {
        problems.push(`MCP server "${name}" is not there: ${(error as Error).message}`);
        return undefined;
      }
    }),
  );
  const connections = open.filter((one) => one !== undefined);
  return {
    tools: connections.flatMap(({ tools }) => tools),
    problems,
    close: async () => {
      await Promise.all(connections.map((one) => one.close()));
    },
  };
}

function transportOf(config: McpServerConfig): StdioClientTransport | StreamableHTTPClientTransport {
  if ("command" in config) return new StdioClientTransport({ ...config, stderr: "ignore" });
  return new StreamableHTTPClientTransport(new URL(config.url), { requestInit: { headers: config.headers } });
}
