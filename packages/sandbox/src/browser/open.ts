import { mountArchives } from "../archives.ts";
import { Box } from "../box.ts";
import { SandboxError } from "../errors.ts";
import type { SandboxOptions } from "../types.ts";
import type { BrowserSetup } from "./attach.ts";
import { sharedPool } from "./pool.ts";
import { installCommands } from "./tools.ts";

/** Opens a sandbox in a page or in a worker of one; see `openSandbox`. */
export async function openBrowserSandbox(options: SandboxOptions): Promise<Box> {
  checkOptions(options);
  const pool = sharedPool();
  const { commands, entries, archives } = await installCommands(pool, addressOf(options.registry));
  const setup: BrowserSetup = { archives };
  return new Box(options, {
    pool,
    setup,
    tools: { kernel: commands, entries, mounts: mountArchives(archives, refuse) },
    release: () => {},
  });
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
  for (const name of ["project", "state", "cacheDir"] as const)
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
