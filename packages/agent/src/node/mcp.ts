export type { McpOptions } from "../mcp/server.ts";
export { connectMcpServers, type McpConnections, type McpServerConfig } from "./mcp-client.ts";
export { type McpHttpOptions, serveMcpHttp } from "./mcp-http.ts";
export { serveMcpStdio } from "./mcp-stdio.ts";
