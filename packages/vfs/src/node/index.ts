export { type NodeBaseOptions, NodeBaseSource } from "./base-source.ts";
export { errnoOf } from "./errno.ts";
