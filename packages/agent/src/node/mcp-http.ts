import { randomUUID, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createMcpServer, type McpOptions } from "../mcp/server.ts";

export interface McpHttpOptions extends McpOptions {
  /** Default 0: any free one. */
  port?: number;
  /** What clients send as `Authorization: Bearer TOKEN`. */
  token: string;
}

/** Bytes of one request at most. */
const MAX_BODY = 16 << 20;
/** Clients at once. */
const MAX_SESSIONS = 32;

/**
 * Serves MCP's streamable HTTP at `http://127.0.0.1:PORT/mcp`, on the loopback address only and with a token. Requests
 * with a foreign Host or an Origin that is not the loopback are refused, so that no web page can talk to it.
 */
export async function serveMcpHttp(
  options: McpHttpOptions,
): Promise<{ url: string; close(): Promise<void> }> {
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  const server = createServer((request, response) => {
    const refused = refusal(request, options.token);
    if (refused !== undefined) return refuse(response, ...refused);
    serve(request, response, sessions, options).catch((error: Error) => {
      if (!response.headersSent) refuse(response, 400, error.message);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject).listen(options.port ?? 0, "127.0.0.1", resolve);
  });
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/mcp`, close: () => closeAll(server, sessions) };
}

async function closeAll(server: Server, sessions: Map<string, StreamableHTTPServerTransport>): Promise<void> {
  await Promise.all([...sessions.values()].map((transport) => transport.close()));
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

function refusal(request: IncomingMessage, token: string): [status: number, message: string] | undefined {
  if (!isLoopback(request.headers.host ?? ""))
    return [403, "this server answers to 127.0.0.1 and localhost only"];
  const { origin } = request.headers;
  if (origin !== undefined && !isLoopback(origin.replace(/^https?:\/\//, "")))
    return [403, "requests of web pages are refused"];
  if (request.url?.split("?")[0] !== "/mcp") return [404, "expected /mcp"];
  const given = Buffer.from(request.headers.authorization ?? "");
  const wanted = Buffer.from(`Bearer ${token}`);
  if (given.length !== wanted.length || !timingSafeEqual(given, wanted))
    return [401, "expected Authorization: Bearer TOKEN"];
  return undefined;
}

function isLoopback(host: string): boolean {
  return /^(127\.0\.0\.1|localhost|\[::1\])(:\d+)?$/.test(host);
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const body = JSON.stringify({ jsonrpc: "2.0", error: { code: -32000, message }, id: null });
  response.writeHead(status, { "content-type": "application/json" }).end(body);
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  sessions: Map<string, StreamableHTTPServerTransport>,
  options: McpHttpOptions,
): Promise<void> {
  const body = request.method === "POST" ? await readBody(request) : undefined;
  const id = request.headers["mcp-session-id"];
  const known = typeof id === "string" ? sessions.get(id) : undefined;
  if (known === undefined && id !== undefined) return refuse(response, 404, "no such session");
  const transport = known ?? (await newSession(sessions, options));
  await transport.handleRequest(request, response, body);
}

async function newSession(
  sessions: Map<string, StreamableHTTPServerTransport>,
  options: McpHttpOptions,
): Promise<StreamableHTTPServerTransport> {
  if (sessions.size >= MAX_SESSIONS) throw new Error(`${MAX_SESSIONS} clients are connected already`);
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
    onsessionclosed: (id) => void sessions.delete(id),
  });
  await createMcpServer(options).connect(transport);
  return transport;
}

async function readBody(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > MAX_BODY) throw new Error(`the request is over ${MAX_BODY} bytes`);
    parts.push(part);
  }
  return JSON.parse(Buffer.concat(parts).toString());
}
