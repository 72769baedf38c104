export { ShellError, type ShellErrorCode } from "./errors.ts";
