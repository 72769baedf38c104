export { cacheStore } from "./cache-store.ts";
export { browserPlatform } from "./platform.ts";
