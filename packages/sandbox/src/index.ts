export { SandboxError, type SandboxErrorCode } from "./errors.ts";
