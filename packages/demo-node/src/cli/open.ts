import { existsSync } from "node:fs";
import { join } from "node:path";
import type { LimitReached, Sandbox, SandboxOptions } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "./errors.ts";
import { networkOf } from "./network.ts";
import {
  broughtFolder,
  cacheFolder,
  type Flag,
  LOCK_FILE,
  type Parsed,
  projectPath,
  registryShelf,
  stateRoot,
} from "./options.ts";

/** Flags of the commands that run programs, besides those of the network. */
export const PROGRAMS = {
  "no-python": { type: "boolean", help: "a box without Python: no python3, no pip, no python tool" },
} as const satisfies Record<string, Flag>;

const ENGINES = ["auto", "v8", "wasmtime"] as const;

/** Opens the project's box. Notices go to stderr, one line each. */
export async function openBox(
  values: Parsed["values"],
  options: Partial<SandboxOptions> = {},
): Promise<Sandbox> {
  const { Sandbox } = await import("@shadowbox/sandbox/node");
  const engine = (values.engine ?? process.env.SHADOWBOX_ENGINE ?? "auto") as (typeof ENGINES)[number];
  if (!ENGINES.includes(engine))
    throw new CliError(`--engine: expected ${ENGINES.join(", ")}, got "${engine}"`, EXIT.USAGE);
  return Sandbox.create({
    project: projectPath(values),
    state: stateRoot(values),
    cacheDir: cacheFolder(),
    broughtDir: broughtFolder(),
    engine,
    net: await networkOf(values),
    // Few have any: what reads them is loaded for those only.
    registries: existsSync(registryShelf()) ? (await import("./registries.ts")).addedRegistries() : [],
    ...(await lockedBundles(values)),
    ...(values["no-python"] === true && { denyBundles: ["python"] }),
    ...patterns(values, "exclude"),
    ...patterns(values, "include"),
    onEvent: (event) => {
      if (values.quiet) return;
      if (event.type === "notice") process.stderr.write(`shadowbox: ${event.message}\n`);
      const limit = event.type === "limit" ? REACHED[event.limit] : undefined;
      if (limit !== undefined) process.stderr.write(`shadowbox: limit reached: ${limit}\n`);
    },
    ...options,
  });
}

/** The lock file of the project, when it has one: a team gets the same tools. */
async function lockedBundles(values: Parsed["values"]): Promise<Pick<SandboxOptions, "lock">> {
  const file = join(projectPath(values), LOCK_FILE);
  if (!existsSync(file)) return {};
  const { readLockFile } = await import("./registries.ts");
  return { lock: readLockFile(file) };
}

/** Bounds that are worth a line; of time and output the result itself tells. */
const REACHED: Readonly<Partial<Record<LimitReached, string>>> = {
  memory: "memory of a program (1 GiB)",
  disk: "all files of the sandbox together (2 GiB)",
  files: "open files (256 a process, 4096 a sandbox)",
  processes: "processes of a sandbox (512)",
};

function patterns(values: Parsed["values"], flag: "exclude" | "include"): Partial<SandboxOptions> {
  const given = values[flag];
  return Array.isArray(given) ? { [flag]: given } : {};
}
