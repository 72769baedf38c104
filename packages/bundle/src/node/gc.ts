import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import type { Digest } from "../formats.ts";

/** What to keep of a store. */
export interface GcOptions {
  /** Modules never removed: those of the bundles in use. */
  readonly keep?: ReadonlySet<Digest>;
  /** Bytes that the store may have afterwards, if what is kept allows it; default 0: only what is kept stays. */
  readonly maxBytes?: number;
  /** Milliseconds for which a half-written file may belong to someone still writing; default one hour. */
  readonly draftMs?: number;
}

/** What a collection did. */
export interface Collected {
  readonly removed: number;
  readonly removedBytes: number;
  readonly keptBytes: number;
}

/**
 * Clears the folder of a {@link folderStore}: drafts left by processes that died, then the modules not kept, oldest first,
 * until the rest fits. Safe beside running processes: what one of them misses it unpacks again.
 */
export function collectGarbage(folder: string, options: GcOptions = {}): Collected {
  const { keep = new Set(), maxBytes = 0, draftMs = 3_600_000 } = options;
  const files = [...entriesOf(folder)];
  const drafts = files.filter(({ path, time }) => path.endsWith(".tmp") && time < Date.now() - draftMs);
  const modules = files.filter(({ path }) => path.endsWith(".wasm")).sort((a, b) => a.time - b.time);
  let bytes = modules.reduce((sum, { size }) => sum + size, 0);
  const victims = [...drafts];
  for (const file of modules) {
    if (bytes <= maxBytes) break;
    if (keep.has(file.digest)) continue;
    victims.push(file);
    bytes -= file.size;
  }
  for (const { path } of victims) rmSync(path, { force: true });
  return {
    removed: victims.length,
    removedBytes: victims.reduce((sum, { size }) => sum + size, 0),
    keptBytes: bytes,
  };
}

interface Entry {
  readonly path: string;
  readonly digest: Digest;
  readonly size: number;
  readonly time: number;
}

/** The files of a store, `ab/abcd….wasm`; whatever else lies there is not ours and left alone. */
function* entriesOf(folder: string): Generator<Entry> {
  for (const shelf of namesIn(folder).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
    for (const name of namesIn(join(folder, shelf))) {
      const digest = /^([0-9a-f]{64})\.wasm(\.[0-9a-f-]+\.tmp)?$/.exec(name)?.[1];
      const path = join(folder, shelf, name);
      const facts = digest === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
      if (digest !== undefined && facts?.isFile())
        yield { path, digest, size: facts.size, time: facts.mtimeMs };
    }
  }
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
