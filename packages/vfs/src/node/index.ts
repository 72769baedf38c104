export { type NodeBaseOptions, NodeBaseSource } from "./base-source.ts";
export { DirectoryFileSystem, type DirectoryOptions } from "./directory/directory-fs.ts";
export { errnoOf } from "./errno.ts";
export { type JournalFiles, NodeJournalStorage } from "./journal-storage.ts";
