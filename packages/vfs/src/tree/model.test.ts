import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, it } from "vitest";
import { Heap } from "../heap/heap.ts";
import { behavesAsRealDirectory } from "../node/testing/model.ts";
import { TreeFileSystem } from "./tree.ts";

/** Operations per seed; more by hand: MODEL_STEPS=20000. */
const STEPS = Number(process.env.MODEL_STEPS ?? 3000);
const PATIENCE_MS = 600_000;

const root = mkdtempSync(join(tmpdir(), "shadowbox-model-"));
afterAll(() => rmSync(root, { recursive: true, force: true }), PATIENCE_MS);

describe("TreeFileSystem", () => {
  it.each([1, 2, 3, 4, 5])(
    "behaves as a real directory under random operations, seed %i",
    (seed) => {
      const base = join(root, String(seed));
      mkdirSync(base);
      behavesAsRealDirectory(TreeFileSystem.format(Heap.create()), base, seed, STEPS);
    },
    PATIENCE_MS,
  );
});
