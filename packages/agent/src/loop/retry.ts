import { APICallError } from "@ai-sdk/provider";

const FIRST_WAIT_MS = 500;
const MAX_WAIT_MS = 30_000;

/** Whether asking again may help: rate limits, overload, server errors, a connection that broke. */
export function isRetryable(error: unknown): boolean {
  if (APICallError.isInstance(error)) {
    const status = error.statusCode;
    return (
      error.isRetryable ||
      status === 408 ||
      status === 409 ||
      status === 429 ||
      (status !== undefined && status >= 500)
    );
  }
  const code = codeOf(error);
  return code !== undefined && /^(ECONN|ENOTFOUND|ETIMEDOUT|EPIPE|EAI_AGAIN|UND_ERR)/.test(code)
    ? true
    : isCut(error);
}

/** Node's code of a network error, however deep it is wrapped. */
function codeOf(error: unknown): string | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    const { code } = at as { code?: unknown };
    if (typeof code === "string") return code;
  }
  return undefined;
}

/** `fetch failed`, `terminated`: what fetch says when a body ends early. */
function isCut(error: unknown): boolean {
  return (
    error instanceof Error &&
    (error instanceof StreamCutError || /fetch failed|terminated|network|socket/i.test(error.message))
  );
}

/** The provider's stream ended without saying so. */
export class StreamCutError extends Error {
  override readonly name = "StreamCutError";
}

/** Milliseconds before try `attempt` + 1: what the provider asks for, else doubling with jitter. */
export function retryWait(error: unknown, attempt: number, random: () => number = Math.random): number {
  const asked = APICallError.isInstance(error) ? retryAfter(error.responseHeaders) : undefined;
  if (asked !== undefined) return Math.min(asked, MAX_WAIT_MS);
  return Math.min(MAX_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)) * (0.5 + random() / 2);
}

/** The Retry-After header (RFC 9110, 10.2.3) or its cousin in milliseconds. */
function retryAfter(headers: Record<string, string> | undefined): number | undefined {
  const ms = Number(headers?.["retry-after-ms"]);
  if (headers?.["retry-after-ms"] !== undefined && ms >= 0) return ms;
  const value = headers?.["retry-after"];
  if (value === undefined) return undefined;
  const seconds = Number(value);
  if (seconds >= 0) return seconds * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** What went wrong, in one line for a person. */
export function describeError(error: unknown): string {
  if (APICallError.isInstance(error))
    return `the provider answered ${error.statusCode ?? "nothing"}: ${error.message}`.slice(0, 500);
  return (error instanceof Error ? error.message : String(error)).slice(0, 500);
}

export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener("abort", done);
  });
}
