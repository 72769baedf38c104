export { type Creation, createRegistry } from "./create.ts";
export { folderSource } from "./folder-source.ts";
export { folderStore } from "./folder-store.ts";
export { generateKey, signerFromFile } from "./keys.ts";
export { type FolderOptions, openFolderRegistry } from "./open.ts";
export { nodePlatform } from "./platform.ts";
export { type Publication, type Published, publish } from "./publish.ts";
