import { type NetErrorCode, SandboxError } from "../errors.ts";
import type { Target } from "../net/url.ts";

const CODES: readonly (readonly [RegExp, NetErrorCode])[] = [
  [/^(ENOTFOUND|EAI_|ENODATA|ESERVFAIL)/, "net-resolve"],
  [
    /^(ECONNREFUSED|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES|ERR_SOCKET_CONNECTION_TIMEOUT)/,
    "net-connect",
  ],
  [
    /^(ERR_TLS_CERT|CERT_|CRL_|UNABLE_|ERROR_IN_C|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH|INVALID_(CA|PURPOSE)|PATH_LENGTH)/,
    "net-tls",
  ],
  [/^(EPROTO|ERR_SSL|ERR_TLS)/, "net-handshake"],
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
  const found = CODES.find(([pattern]) => pattern.test(text))?.[1] ?? "net-protocol";
  // Node tells of a server that goes before there is a secure connection by words only.
  const early = found === "net-reset" && /before secure TLS|^connect /.test(first.message);
  const code = early && target.scheme === "https" ? "net-handshake" : found;
  const message = `request to ${target.host}:${target.port}: ${reasonOf(first.message) || text}`;
  return new SandboxError(code, message, { cause: error });
}

/** Of OpenSSL's `write EPROTO 80…:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:../deps/…` what people need. */
function reasonOf(message: string): string {
  const [, number, reason] = /error:(\w+):SSL routines:[^:]*:([^:]+)/.exec(message) ?? [];
  return number === undefined ? message : `error:${number}:SSL routines::${reason}`;
}
