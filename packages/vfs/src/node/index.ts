export { type NodeBaseOptions, NodeBaseSource } from "./base-source.ts";
export { errnoOf } from "./errno.ts";
export { NodeJournalStorage } from "./journal-storage.ts";
