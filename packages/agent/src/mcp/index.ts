export { connectMcp, type McpConnection } from "./client.ts";
export { createMcpServer, type McpOptions } from "./server.ts";
