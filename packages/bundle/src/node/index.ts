export { type Creation, createRegistry } from "./create.ts";
export { folderSource } from "./folder-source.ts";
export { folderStore } from "./folder-store.ts";
export { type Collected, collectGarbage, type GcOptions } from "./gc.ts";
export { generateKey, signerFromFile } from "./keys.ts";
export { type FolderOptions, openFolderRegistry } from "./open.ts";
export { nodePlatform } from "./platform.ts";
export { type Publication, type Published, publish } from "./publish.ts";
export { type RoleKeys, type Rotation, rotate } from "./rotate.ts";
