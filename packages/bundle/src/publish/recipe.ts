import { BundleError } from "../errors.ts";
import {
  CAPABILITIES,
  type Command,
  type Manifest,
  manifestShape,
  NEEDS,
  type Need,
  type Origin,
  originShape,
  type Wheel,
} from "../formats.ts";
import { sortNames } from "../json.ts";
import { assetName, bundleName, commandName, insidePath, version } from "../names.ts";
import { integer, list, object, oneOf, table, text } from "../schema.ts";

/** What `crates/bundles.json` says of one module. */
export interface ModuleRecipe {
  readonly module: string;
  readonly crate: string;
  readonly commands: readonly ({ readonly name: string } & Omit<Command, "module">)[];
}

/** What `crates/bundles.json` says of one bundle. */
export interface BundleRecipe {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly licence: string;
  readonly modules: readonly ModuleRecipe[];
  /** Files to lay into the sandbox: `file` beside the modules, `path` inside. */
  readonly files?: readonly { readonly file: string; readonly path: string }[];
  /** What its modules ask of an engine. */
  readonly needs?: readonly Need[];
  /** What its assets are made of: they are not put into the registry. */
  readonly wheel?: Wheel;
  readonly origin?: Partial<Origin>;
}

const capability = oneOf(...CAPABILITIES);
const command = object(
  { name: commandName, argv0: commandName, capabilities: list(capability, 100) },
  { limits: object({}, { memoryBytes: integer(0, 2 ** 32), timeMs: integer(0, 2 ** 31) }) },
);
const BUILD_ONLY = { others: "ignored" } as const;
const bundle = object(
  {
    name: bundleName,
    version,
    description: text,
    licence: text,
    modules: list(
      object({ module: assetName, crate: text, commands: list(command, 1000) }, {}, BUILD_ONLY),
      1000,
    ),
  },
  {
    files: list(object({ file: assetName, path: insidePath }), 1000),
    needs: list(oneOf(...NEEDS), NEEDS.length),
    wheel: object({ project: text, version: text, file: text, sha256: text, size: integer(1, 2 ** 32) }),
    origin: object({}, { recipe: text, toolchain: text, sources: table(assetName, text, 1000) }),
  },
);
const shape = object({ bundles: list(bundle, 1000) });

/** Reads `bundles.json`; what else it says of how a module is built is not ours. Throws `malformed` or `schema`. */
export function parseRecipes(json: string): BundleRecipe[] {
  let value: unknown;
  try {
    value = JSON.parse(json, sortNames);
  } catch (cause) {
    throw new BundleError("malformed", "read bundles.json: expected JSON", { cause });
  }
  shape(value, "bundles.json");
  return (value as { bundles: BundleRecipe[] }).bundles;
}

/** The module → command tables of a recipe, as a manifest has them. Throws `command-conflict`. */
export function commandsOf(recipe: BundleRecipe): Record<string, Command> {
  const commands: Record<string, Command> = {};
  for (const { module, commands: own } of recipe.modules) {
    for (const { name, ...rest } of own) {
      if (Object.hasOwn(commands, name))
        throw new BundleError("command-conflict", `publish ${recipe.name}: "${name}" is there twice`);
      commands[name] = { module: `${module}.wasm`, ...rest };
    }
  }
  return commands;
}

/** Refuses a manifest that clients would refuse, before it is signed. */
export const checkManifest = (manifest: Manifest): void =>
  manifestShape(JSON.parse(JSON.stringify(manifest), sortNames), `manifest of ${manifest.name}`);

/** The same of what a bundle says of where it comes from. */
export const checkOrigin = (origin: Origin, bundle: string): void =>
  originShape(JSON.parse(JSON.stringify(origin), sortNames), `origin of ${bundle}`);
