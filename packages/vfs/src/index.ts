export type { BaseEntry, BaseSource } from "./base.ts";
export { concat, decodeText, encodeText, isZero } from "./bytes.ts";
export { type Clock, SYSTEM_CLOCK, systemTime } from "./clock.ts";
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
export { Heap, HeapSlot, type Pointer } from "./heap/heap.ts";
export { Mutex } from "./heap/mutex.ts";
export { sleepWhile } from "./heap/sleep.ts";
export { type ImageEntry, ProjectImage } from "./image.ts";
export { crc32 } from "./journal/codec.ts";
export { copyTree } from "./journal/copy.ts";
export { JOURNAL_VERSION, Journal, type JournalReport, type JournalStorage } from "./journal/journal.ts";
export { JournalState, restoreTree } from "./journal/restore.ts";
export { SlotStorage, type SyncFile } from "./journal/slots.ts";
export { Namespace, type Place, type Resolved, type WalkOptions } from "./namespace.ts";
export { stackLeft } from "./stack.ts";
export type { BaseFacts } from "./tree/base-record.ts";
export { Overlay, type OverlayEntry } from "./tree/overlay.ts";
export { beyondLimit, spaceLeft } from "./tree/space.ts";
export { TreeFileSystem, type TreeOptions } from "./tree/tree.ts";
