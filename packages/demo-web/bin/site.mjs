// A static server for the site: loopback only, files below one folder, isolation headers and a strict content policy.
import { createReadStream } from "node:fs";
import { readFile, realpath, stat } from "node:fs/promises";
import { createServer } from "node:http";
import { extname, join, sep } from "node:path";
import { json } from "node:stream/consumers";
import { promisify } from "node:util";
import { gzip } from "node:zlib";

const TYPES = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".jsonl": "application/jsonl; charset=utf-8",
  ".wasm": "application/wasm",
  ".svg": "image/svg+xml",
  ".webmanifest": "application/manifest+json",
};

const HASHED = /^\/assets\/[\w.-]+-[\w-]{8}\.\w+$/;

const PACKED = /^text\/|javascript|json|svg/;

/** Without these two a page has no shared memory. */
const ISOLATION = {
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-embedder-policy": "require-corp",
  "cross-origin-resource-policy": "same-origin",
};

/** The page's own files only; WebAssembly may be compiled, JavaScript text may not. `connect` is what else may be reached. */
const policyOf = (connect = "") =>
  "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; style-src 'self' 'unsafe-inline'; " +
  `img-src 'self' data: blob:; font-src 'self'; connect-src 'self'${connect}; manifest-src 'self'; form-action 'none'; ` +
  "frame-ancestors 'none'; base-uri 'none'";

export const CONTENT_POLICY = policyOf();

/** The one worker that asks the network for programs and speaks with the user's model, under the policy of the box. */
export const RUNTIME_POLICY = policyOf(" https: http:");

const REPORTS = "/csp-report";

const RUNTIME = /^\/assets\/runtime-worker-[\w-]{8}\.js$/;

/**
 * Serves `folder` (and `mounts`: first part of the path → folder) and answers where. `isolation: false` leaves the isolation
 * headers out; `onRequest` sees each request, `onReport` each breach of the content policy that a browser reports.
 */
export async function serveSite(
  folder,
  { port = 0, mounts = {}, isolation = true, onRequest, onReport } = {},
) {
  const headers = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    ...(isolation ? ISOLATION : {}),
  };
  const send = sender(headers, onReport ? `; report-uri ${REPORTS}` : "");
  const server = createServer(async (request, response) => {
    onRequest?.(request);
    if (onReport && request.method === "POST" && request.url === REPORTS) {
      onReport((await json(request))["csp-report"]);
      return response.writeHead(204).end();
    }
    const path = await find(folder, mounts, request);
    if (path === undefined)
      response.writeHead(404, { ...headers, "content-type": "text/plain" }).end("not found\n");
    else await send(path, request, response);
  });
  await new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    address: `http://127.0.0.1:${server.address().port}/`,
    close: () => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Answers requests with files: those of text packed, each packed once. */
function sender(headers, reporting) {
  const packed = new Map();
  const pack = (path, etag) => {
    if (!packed.has(etag)) packed.set(etag, readFile(path).then(promisify(gzip)));
    return packed.get(etag);
  };
  return async (path, request, response) => {
    const { size, mtimeMs } = await stat(path);
    const type = TYPES[extname(path)] ?? "application/octet-stream";
    const asks = /\bgzip\b/.test(request.headers["accept-encoding"] ?? "");
    const isPacked = asks && PACKED.test(type) && size < 4 << 20;
    const etag = `"${size.toString(36)}-${Math.round(mtimeMs).toString(36)}${isPacked ? "-z" : ""}"`;
    const policy = (RUNTIME.test(request.url) ? RUNTIME_POLICY : CONTENT_POLICY) + reporting;
    const all = {
      ...headers,
      "content-security-policy": policy,
      etag,
      vary: "accept-encoding",
      "cache-control": cachingOf(request.url),
    };
    if (request.headers["if-none-match"] === etag) return response.writeHead(304, all).end();
    const body = isPacked ? await pack(path, `${path} ${etag}`) : undefined;
    response.writeHead(200, {
      ...all,
      "content-type": type,
      "content-length": body?.length ?? size,
      ...(body && { "content-encoding": "gzip" }),
    });
    if (request.method === "HEAD") return response.end();
    return body === undefined ? createReadStream(path).pipe(response) : response.end(body);
  };
}

/** What the build names by its content never changes. */
function cachingOf(url) {
  return HASHED.test(url) ? "public, max-age=31536000, immutable" : "no-cache";
}

/** The file of a request, or undefined: nothing outside the folders is ever served. */
async function find(folder, mounts, { method, url }) {
  if (method !== "GET" && method !== "HEAD") return undefined;
  try {
    const name = decodeURIComponent(new URL(url, "http://localhost").pathname).slice(1);
    const first = name.split("/")[0];
    const root = await realpath(mounts[first] ?? folder);
    const inside = mounts[first] === undefined ? name : name.slice(first.length + 1);
    const path = await realpath(
      join(root, inside === "" || inside.endsWith("/") ? `${inside}index.html` : inside),
    );
    return path.startsWith(root + sep) && (await stat(path)).isFile() ? path : undefined;
  } catch {
    return undefined;
  }
}
