import {
  applyUpdate,
  httpSource,
  listBundles,
  lockOf,
  openRegistry,
  outdated,
  planUpdate,
  searchBundles,
  type TrustRoot,
  type VerifiedRegistry,
  verifyAssets,
  writeLock,
} from "@shadowbox/bundle";
import {
  collectGarbage,
  folderSource,
  install,
  nodePlatform,
  openFolderRegistry,
} from "@shadowbox/bundle/node";
import { officialFolder } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { COMMON, cacheFolder, type Parsed } from "../cli/options.ts";
import {
  type Added,
  addedRegistries,
  forget,
  placeOf,
  remember,
  seenOf,
  trustFromFile,
} from "../cli/registries.ts";
import type { CliCommand } from "./command.ts";

export const bundle: CliCommand = {
  usage: "bundle list|search|info|verify|outdated|add|update|remove|lock|gc [NAME|ADDRESS] [options]",
  about: "Shows and verifies the bundles that commands come from, and adds registries of your own.",
  flags: {
    json: COMMON.json,
    help: COMMON.help,
    trust: {
      type: "string",
      value: "FILE",
      help: "add: the registry's trust root, as `registry init` printed it",
    },
    yes: { type: "boolean", help: "update: agree to commands that ask for more than before" },
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
  outdated: news,
  add,
  update,
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
  for (const row of rows)
    process.stdout.write(`${values.json ? JSON.stringify(row) : Object.values(row).flat().join("  ")}\n`);
  return rows.some((row) => "failure" in row) ? EXIT.FAILED : EXIT.OK;
}

/** The official registry and those that the user added, each verified. */
function registries(): VerifiedRegistry[] {
  const own = addedRegistries().map(({ folder, trust, seen }) => openFolderRegistry(folder, { trust, seen }));
  return [openFolderRegistry(officialFolder()), ...own];
}

async function list(): Promise<object[]> {
  return registries().flatMap((registry) =>
    listBundles(registry.index).map(({ name, latest }) => {
      const commands = Object.keys(registry.bundles().get(name)?.commands ?? {});
      return { name, version: latest, registry: registry.name, commands: `${commands.length} commands` };
    }),
  );
}

async function search(_: unknown, text: string | undefined): Promise<object[]> {
  return registries().flatMap((registry) =>
    searchBundles(registry, text ?? "").map(({ name, version, description }) => ({
      name,
      version,
      description,
    })),
  );
}

async function info({ json }: Parsed["values"], name: string | undefined): Promise<object[]> {
  const found = registries().flatMap((registry) => registry.bundles().get(name ?? "") ?? []);
  if (found.length === 0) throw new CliError(`bundle info: there is no bundle "${name ?? ""}"`);
  return found.flatMap(({ registry, commands, version, licence, description, origin }) => [
    { name, version, registry, licence, description },
    ...Object.entries(commands).map(([command, { capabilities, limits }]) => ({
      command,
      capabilities: capabilities.length > 0 ? capabilities.join(", ") : "nothing",
      ...(limits && { limits: limitsText(limits) }),
    })),
    { recipe: `built by ${origin.recipe}`, toolchain: origin.toolchain },
    ...(json
      ? [{ sources: origin.sources }]
      : [{ sources: `${Object.keys(origin.sources).length} sources; --json has them, with their digests` }]),
  ]);
}

function limitsText({ memoryBytes, timeMs }: { memoryBytes?: number; timeMs?: number }): string {
  const memory = memoryBytes === undefined ? [] : [`at most ${memoryBytes / 2 ** 20} MiB`];
  return [...memory, ...(timeMs === undefined ? [] : [`at most ${timeMs / 1000} s`])].join(", ");
}

async function verify(): Promise<object[]> {
  const rows: object[] = [];
  for (const registry of registries())
    for await (const check of verifyAssets(registry))
      rows.push({
        ...{ sha256: check.sha256, bytes: check.bytes, registry: registry.name },
        ...(check.failure ? { failure: `${check.failure.code}: ${check.failure.message}` } : { state: "ok" }),
      });
  return rows;
}

const source = (address: string) =>
  /^https?:\/\//.test(address) ? httpSource(address, { onProgress: progress() }) : folderSource(address);

/** Says on a terminal what comes, once it takes longer than a second. */
function progress(): (path: string, bytes: number) => void {
  const { stderr } = process;
  let last = performance.now() + 1000 - STEP_MS;
  return (path, bytes) => {
    if (!stderr.isTTY || performance.now() < last + STEP_MS) return;
    last = performance.now();
    stderr.write(`${CLEAR}${path.slice(0, 40)}: ${(bytes / 1e6).toFixed(1)} MB`);
  };
}

const STEP_MS = 200;
/** To the start of the line, which is emptied. */
const CLEAR = "\r\x1b[K";

/** A registry as it is now at its address, no older than what was seen of it. */
function remote(address: string, trust: TrustRoot): Promise<VerifiedRegistry> {
  const [seen, now] = [seenOf(trust.name), Date.now()];
  return openRegistry(source(address), trust, nodePlatform(), { now, ...(seen && { seen }) });
}

async function news(): Promise<object[]> {
  const rows: object[] = [];
  for (const { folder, trust, address, seen } of addedRegistries()) {
    const lock = lockOf(openFolderRegistry(folder, { trust, seen }));
    rows.push(...outdated(lock, (await remote(address, trust)).index));
  }
  return rows;
}

async function add(values: Parsed["values"], address: string | undefined): Promise<object[]> {
  if (address === undefined) throw new CliError("bundle add: expected an address or a folder", EXIT.USAGE);
  const trust = trustFromFile(values.trust);
  return take(address, trust, seenOf(trust.name));
}

async function take(address: string, trust: TrustRoot, seen: Added["seen"]): Promise<object[]> {
  const place = { source: source(address), trust, folder: placeOf(trust), now: Date.now() };
  const registry = await install({ ...place, ...(seen && { seen }) });
  if (process.stderr.isTTY) process.stderr.write(CLEAR);
  remember(trust, address, registry.seen);
  return [...registry.bundles().values()].map(({ name, version }) => ({
    name,
    version,
    registry: trust.name,
  }));
}

/** Takes what is new; a command that asks for more than before needs a yes. */
async function update({ yes }: Parsed["values"], name: string | undefined): Promise<object[]> {
  const rows: object[] = [];
  for (const { folder, trust, address, seen } of chosen(name)) {
    const lock = lockOf(openFolderRegistry(folder, { trust, seen }));
    const changes = planUpdate(lock, await remote(address, trust));
    applyUpdate(lock, changes, yes ? { wider: new Set(changes.map((change) => change.bundle)) } : {});
    await take(address, trust, seen);
    rows.push(
      ...changes.map((change) => ({
        name: change.bundle,
        from: change.from?.version ?? "",
        to: change.to.version,
      })),
    );
  }
  return rows;
}

async function remove(_: unknown, name: string | undefined): Promise<object[]> {
  if (name === undefined) throw new CliError("bundle remove: expected the name of a registry", EXIT.USAGE);
  return chosen(name).map(({ trust }) => {
    forget(trust);
    return { removed: trust.name };
  });
}

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

function chosen(name: string | undefined): Added[] {
  const all = addedRegistries().filter(({ trust }) => name === undefined || trust.name === name);
  if (all.length === 0 && name !== undefined) throw new CliError(`there is no added registry "${name}"`);
  return all;
}
