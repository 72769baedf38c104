export { SandboxError, type SandboxErrorCode } from "./errors.ts";
export type { ExecOptions, ExecResult, FileFacts, Limits, Sandbox, SandboxFs } from "./types.ts";
