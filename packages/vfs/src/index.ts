export type { BaseEntry, BaseSource } from "./base.ts";
export { decodeText, encodeText } from "./bytes.ts";
export { Errno, errnoName } from "./errno.ts";
export { VfsError, type VfsErrorCode } from "./errors.ts";
export {
  type DirEntrySink,
  emptyStat,
  type FileSystem,
  FileType,
  type NodeId,
  type Stat,
  type StatChange,
} from "./filesystem.ts";
