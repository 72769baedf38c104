/** What can go wrong in @shadowbox/agent, as a closed union. */
export type AgentErrorCode =
  /** Wrong use: an option, a rule, an input of a caller. */
  | "invalid"
  /** No such model or provider, or its key is missing; the message says what to set. */
  | "model"
  /** The provider refused or could not be reached, after all retries. */
  | "provider"
  /** The session's log cannot be used: broken chain, newer format, not there. */
  | "session"
  /** Another process writes this session; the message names its pid. */
  | "locked"
  /** A recorded model has no answer for what comes now. */
  | "script";

/** The one error class of this package; `code` tells which failure it is. */
export class AgentError extends Error {
  override readonly name = "AgentError";
  readonly code: AgentErrorCode;

  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
