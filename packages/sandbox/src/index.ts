export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export type { ExecOptions, ExecResult, FileFacts, Limits, SandboxFs } from "./types.ts";
