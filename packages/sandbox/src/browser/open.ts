import { type JournalState, type ProjectImage, restoreTree } from "@shadowbox/vfs";
import type { WorkerPool } from "@shadowbox/wasi";
import { mountArchives } from "../archives.ts";
import { Box } from "../box.ts";
import { type Installed, memoryPages, pickBundles } from "../commands.ts";
import { SandboxError } from "../errors.ts";
import { BASE_IS_SHARED, copyImage, givenImage, noteProject } from "../project.ts";
import { ImageReview } from "../review/image.ts";
import { ShadowReview } from "../review/shadow.ts";
import { storing } from "../storing.ts";
import type { SandboxOptions } from "../types.ts";
import type { BrowserSetup } from "./attach.ts";
import { browserFetchHost } from "./fetch-host.ts";
import { sharedPool } from "./pool.ts";
import { type BrowserState, openState } from "./state.ts";
import { installCommands } from "./tools.ts";

/** Makes a sandbox in a page or in a worker of one; see `Sandbox.create`. */
export async function createBrowserSandbox(options: SandboxOptions): Promise<Box> {
  checkOptions(options);
  const given = givenImage(options);
  const pool = sharedPool();
  const installing = installFor(options);
  installing.catch(() => {});
  const state = options.state === undefined ? undefined : await openState(options.state);
  try {
    const installed = pickBundles(await installing, options);
    return openBox(options, { pool, installed, image: projectOf(given, state), state });
  } catch (error) {
    state?.release();
    throw error;
  }
}

/**
 * Fetches and verifies the registry ahead of need, for sandboxes that will be made with the same `registry` and `limits`. Optional: only
 * the first of them is made sooner. Rejects with BundleError as `Sandbox.create` does, which then tries again.
 */
export async function prepareSandbox(
  options: Pick<SandboxOptions, "registry" | "limits"> = {},
): Promise<void> {
  await installFor(options);
}

function installFor({ registry, limits }: Pick<SandboxOptions, "registry" | "limits">): Promise<Installed> {
  return installCommands(sharedPool(), addressOf(registry), memoryPages(limits));
}

/** What a sandbox is put together from. */
interface Parts {
  pool: WorkerPool;
  installed: Installed;
  image: ProjectImage | undefined;
  state?: BrowserState;
  /** The tree that it starts with. */
  copy?: JournalState;
}

function openBox(options: SandboxOptions, parts: Parts): Box {
  const { pool, image, state, copy } = parts;
  const { commands, entries, archives } = parts.installed;
  const setup: BrowserSetup = { archives, image: image?.buffer };
  const restored = state?.restored ?? copy;
  const box = new Box(options, {
    pool,
    setup,
    tools: { kernel: commands, entries, mounts: mountArchives(archives, refuse) },
    restore: (tree) => restored && restoreTree(tree, restored),
    journal: state?.journal,
    base: image,
    fetch: browserFetchHost({ relay: options.net?.relay }),
    review:
      image &&
      ((tree, dir) =>
        options.base
          ? new ShadowReview(tree, dir, image, BASE_IS_SHARED)
          : new ImageReview(tree, dir, {
              ...{ image, log: state?.log, snapshots: state?.snapshots },
              save: (one) => state?.saveProject(one),
              flush: () => storing("keep what changed", () => state?.journal.flush(tree)),
            })),
    fork: async (tree, own) => {
      const project = image && options.base === undefined ? copyImage(image) : image;
      const forked = { pool, installed: parts.installed, image: project, copy: tree };
      return openBox({ ...options, ...own, state: undefined }, forked);
    },
    release: () => state?.release(),
  });
  if (image && !options.base) noteProject(box, image);
  return box;
}

function projectOf(
  given: ProjectImage | undefined,
  state: BrowserState | undefined,
): ProjectImage | undefined {
  if (state?.project !== undefined) return state.project;
  if (given) state?.saveProject(given);
  return given;
}

function checkOptions(options: SandboxOptions): void {
  if (!globalThis.crossOriginIsolated)
    throw new SandboxError(
      "engine",
      "open sandbox: expected a cross-origin isolated page, got one without shared memory; serve it with the headers " +
        "Cross-Origin-Opener-Policy: same-origin and Cross-Origin-Embedder-Policy: require-corp",
    );
  if (options.engine === "wasmtime")
    throw new SandboxError("engine", 'open sandbox: expected engine "v8" in a browser, got "wasmtime"');
  for (const name of ["project", "cacheDir"] as const)
    if (options[name] !== undefined)
      throw new SandboxError("invalid", `open sandbox: "${name}" is a folder; a browser has none`);
}

function addressOf(registry = "registry/"): string {
  return new URL(registry, self.location.href).href;
}

/** The supervisor cannot wait for itself. */
function refuse({ path }: { path: string }): never {
  throw new SandboxError(
    "file",
    `read below "${path}": only programs in the sandbox can read there; use exec`,
  );
}
