export { ShellError, type ShellErrorCode } from "./errors.ts";
export { Shell, type ShellOptions, type ShellSnapshot } from "./interp/shell.ts";
export {
  type DirEntry,
  type FileStat,
  OpenFlag,
  type Pipe,
  type SpawnRequest,
  type System,
  type WaitResult,
} from "./system.ts";
