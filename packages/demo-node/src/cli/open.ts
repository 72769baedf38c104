import type { Sandbox, SandboxOptions } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "./errors.ts";
import { cacheFolder, type Parsed, projectPath, stateRoot } from "./options.ts";

const ENGINES = ["auto", "v8", "wasmtime"] as const;

/** Opens the project's box. Notices go to stderr, one line each. */
export async function openBox(
  values: Parsed["values"],
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox> {
  const { openSandbox } = await import("@shadowbox/sandbox/node");
  const engine = (values.engine ?? process.env.SHADOWBOX_ENGINE ?? "auto") as (typeof ENGINES)[number];
  if (!ENGINES.includes(engine))
    throw new CliError(`--engine: expected ${ENGINES.join(", ")}, got "${engine}"`, EXIT.USAGE);
  return openSandbox({
    project: projectPath(values),
    state: stateRoot(values),
    cacheDir: cacheFolder(),
    engine,
    ...patterns(values, "exclude"),
    ...patterns(values, "include"),
    onEvent: (event) => {
      if (event.type === "notice" && !values.quiet) process.stderr.write(`shadowbox: ${event.message}\n`);
    },
    ...options,
  });
}

function patterns(values: Parsed["values"], flag: "exclude" | "include"): Partial<SandboxOptions> {
  const given = values[flag];
  return Array.isArray(given) ? { [flag]: given } : {};
}
