// Serves the built site on loopback with the headers that it needs: `pnpm -C packages/demo-web serve [--port N]`.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { serveSite } from "./site.mjs";

const { values } = parseArgs({ options: { port: { type: "string", default: "8080" } } });
const dist = fileURLToPath(new URL("../dist", import.meta.url));
if (!existsSync(dist)) {
  console.error("serve: the site is not built; run `pnpm -C packages/demo-web build` first");
  process.exit(2);
}
const { address } = await serveSite(dist, { port: Number(values.port) });
console.log(`serving ${dist} at ${address}`);
