import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { BundleError } from "../errors.ts";
import { LIMITS } from "../limits.ts";
import { folderSource } from "./folder-source.ts";

/** Where a mirror listens. */
export interface ServeOptions {
  /** Default: any free one. */
  readonly port?: number;
  /** Default: 127.0.0.1. */
  readonly host?: string;
}

/**
 * Serves a registry's folder over HTTP: its files by name, with ranges, for every origin (there are no secrets in it), and
 * nothing else. A mirror needs no keys and is not trusted. Resolves when it listens; the caller closes it.
 */
export function serveRegistry(
  folder: string,
  { port = 0, host = "127.0.0.1" }: ServeOptions = {},
): Promise<Server> {
  const source = folderSource(folder);
  const server = createServer((request, response) => {
    try {
      answer(request, response, source.readSync(pathOf(request), LIMITS.storedBytes));
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      const status = error.code === "not-found" || error.code === "path" ? 404 : 500;
      response.writeHead(status, { "content-type": "text/plain" }).end(`${status}\n`);
    }
  });
  return new Promise((resolve, reject) => {
    server.once("error", (cause) =>
      reject(new BundleError("source", `serve ${folder} on ${host}:${port}: ${cause.message}`, { cause })),
    );
    server.listen(port, host, () => resolve(server));
  });
}

function pathOf({ url = "/" }: IncomingMessage): string {
  return url.slice(1).split("?")[0]!;
}

function answer(request: IncomingMessage, response: ServerResponse, bytes: Uint8Array): void {
  const headers = {
    "access-control-allow-origin": "*",
    "cross-origin-resource-policy": "cross-origin",
    "accept-ranges": "bytes",
    "content-type": request.url?.endsWith(".json") ? "application/json" : "application/octet-stream",
    "cache-control": request.url?.includes("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
    "x-content-type-options": "nosniff",
  };
  if (request.method !== "GET" && request.method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const from = Number(/^bytes=(\d{1,12})-$/.exec(request.headers.range ?? "")?.[1] ?? 0);
  if (from > 0 && from >= bytes.length) {
    response.writeHead(416, { ...headers, "content-range": `bytes */${bytes.length}` }).end();
    return;
  }
  const part = bytes.subarray(from);
  const range = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  response.writeHead(from > 0 ? 206 : 200, {
    ...headers,
    "content-length": part.length,
    ...(from > 0 && range),
  });
  response.end(request.method === "HEAD" ? undefined : part);
}
