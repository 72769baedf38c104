import { ProjectImage, restoreTree } from "@shadowbox/vfs";
import type { WorkerPool } from "@shadowbox/wasi";
import { mountArchives } from "../archives.ts";
import { Box } from "../box.ts";
import { memoryPages } from "../commands.ts";
import { SandboxError } from "../errors.ts";
import type { SandboxOptions } from "../types.ts";
import type { BrowserSetup } from "./attach.ts";
import { browserFetchHost } from "./fetch-host.ts";
import { sharedPool } from "./pool.ts";
import { noteProject } from "./project.ts";
import { ImageReview } from "./review.ts";
import { type BrowserState, openState, StoredLog } from "./state.ts";
import { type Installed, installCommands } from "./tools.ts";

/** Opens a sandbox in a page or in a worker of one; see `openSandbox`. */
export async function openBrowserSandbox(options: SandboxOptions): Promise<Box> {
  checkOptions(options);
  const pool = sharedPool();
  const installing = installCommands(pool, addressOf(options.registry), memoryPages(options.limits));
  installing.catch(() => {});
  const state = options.state === undefined ? undefined : await openState(options.state);
  try {
    return openBox(options, state, pool, await installing);
  } catch (error) {
    state?.release();
    throw error;
  }
}

function openBox(
  options: SandboxOptions,
  state: BrowserState | undefined,
  pool: WorkerPool,
  { commands, entries, archives }: Installed,
): Box {
  const image = openProject(options, state);
  const setup: BrowserSetup = { archives, image: image?.buffer };
  const log = state?.log ?? new StoredLog();
  const save = (changed: ProjectImage) => state?.saveProject(changed);
  const box = new Box(options, {
    pool,
    setup,
    tools: { kernel: commands, entries, mounts: mountArchives(archives, refuse) },
    restore: (tree) => state && restoreTree(tree, state.restored),
    journal: state?.journal,
    base: image,
    fetch: browserFetchHost({ relay: options.network?.relay }),
    review: image && ((tree, dir) => new ImageReview(tree, dir, { image, log, save })),
    release: () => state?.release(),
  });
  if (image) noteProject(box, image);
  return box;
}

function openProject({ files }: SandboxOptions, state: BrowserState | undefined): ProjectImage | undefined {
  if (state?.project !== undefined) return state.project;
  if (files === undefined) return undefined;
  const image = ProjectImage.create();
  image.import(files);
  state?.saveProject(image);
  return image;
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
