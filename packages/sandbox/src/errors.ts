/** What can go wrong in @shadowbox/sandbox, as a closed union. */
export type SandboxErrorCode =
  | "invalid"
  /** A file inside the sandbox could not be used; the message ends in the errno's name. */
  | "file"
  /** The engine asked for is not here. */
  | "engine"
  /** The sandbox was opened for reading, or is closed. */
  | "read-only"
  | "closed"
  /** The project folder cannot be used. */
  | "project"
  /** The stored state cannot be used. */
  | "state"
  | NetErrorCode;

/** Why a request of a program failed. */
export type NetErrorCode =
  /** The policy, or the person who was asked, does not allow it. */
  | "net-denied"
  /** The URL, a header or the request's framing is wrong. */
  | "net-url"
  | "net-header"
  | "net-request"
  /** A limit of the policy: how many, how much, how long. */
  | "net-count"
  | "net-size"
  | "net-time"
  /** The name has no address; nobody answers there; no secure connection came about; the certificate is not good. */
  | "net-resolve"
  | "net-connect"
  | "net-handshake"
  | "net-tls"
  /** The server broke off, or does not speak HTTP; its body cannot be decoded. */
  | "net-reset"
  | "net-protocol"
  | "net-decode"
  /** In a browser: the site does not allow pages of other sites to read it. */
  | "net-cors"
  /** Nothing was recorded for the request. */
  | "net-replay"
  /** Who asked has gone. */
  | "net-aborted";

/** The one error class of this package; `code` tells which failure it is. */
export class SandboxError extends Error {
  override readonly name = "SandboxError";
  readonly code: SandboxErrorCode;

  constructor(code: SandboxErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
