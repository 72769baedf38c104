import { loadSource } from "../load-source.mjs";

/** Everything that @shadowbox/bundle and @shadowbox/bundle/node export. */
export const loadBundlePackage = () =>
  loadSource("packages/bundle/src/index.ts", "packages/bundle/src/node/index.ts");
