import { type NetErrorCode, SandboxError } from "../errors.ts";
import type { Target } from "../net/url.ts";

const CODES: readonly (readonly [RegExp, NetErrorCode])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, "net-resolve"],
  [
    /^(ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|ERR_SOCKET_CONNECTION_TIMEOUT)/,
    "net-connect",
  ],
  [/^(ERR_TLS|ERR_SSL|CERT_|UNABLE_|SELF_SIGNED|DEPTH_ZERO|EPROTO|HOSTNAME_MISMATCH)/, "net-tls"],
  [/^HPE_HEADER_OVERFLOW/, "net-size"],
  [/^HPE_/, "net-protocol"],
  [/^(Z_|ERR_BROTLI|ERR__ERROR|ERR_PADDING)/, "net-decode"],
  [/^(ECONNRESET|EPIPE|ERR_STREAM_PREMATURE_CLOSE|ECONNABORTED)/, "net-reset"],
];

/** A failure of Node's sockets, TLS, parser or decoders as one of ours. */
export function netError(error: Error & { code?: unknown }, target: Target): SandboxError {
  if (error instanceof SandboxError) return error;
  const several = (error as AggregateError).errors as (Error & { code?: unknown })[] | undefined;
  const first = several?.[0] ?? error;
  const text = typeof first.code === "string" ? first.code : "";
  const code = CODES.find(([pattern]) => pattern.test(text))?.[1] ?? "net-protocol";
  return new SandboxError(code, `request to ${target.host}:${target.port}: ${first.message || text}`, {
    cause: error,
  });
}
