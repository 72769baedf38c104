import { resolve } from "node:path";
import {
  applyUpdate,
  BundleError,
  type Change,
  httpSource,
  type Lock,
  lockOf,
  OFFICIAL,
  openRegistry,
  outdated,
  planUpdate,
  refuseConfusableRoots,
  type TrustRoot,
  toolbox,
  type VerifiedRegistry,
} from "@shadowbox/bundle";
import { folderSource, install, nodePlatform, openFolderRegistry } from "@shadowbox/bundle/node";
import { bringBundle, officialFolder } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { broughtFolder, type Parsed } from "../cli/options.ts";
import {
  type Added,
  addedRegistries,
  exclusively,
  forget,
  placeOf,
  remember,
  seenOf,
  trustFromFile,
} from "../cli/registries.ts";
import { wheelFrom } from "../cli/wheels.ts";

type Values = Parsed["values"];

/** The official registry and those that the user added, each verified. */
export function registries(): VerifiedRegistry[] {
  return [
    openFolderRegistry(officialFolder(), { broughtDir: broughtFolder() }),
    ...addedRegistries().map(openAdded),
  ];
}

/** The verified copy of an added registry; says how to mend one that is damaged. */
export function openAdded({ folder, trust, seen, address }: Added): VerifiedRegistry {
  try {
    return openFolderRegistry(folder, { trust, seen });
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
    const mend = `\`shadowbox bundle add ${address} --trust FILE\` brings it again, \`bundle remove ${trust.name}\` does without`;
    throw new CliError(`registry "${trust.name}": ${error.message}; ${mend}`);
  }
}

const isAddress = (text: string) => /^https?:\/\//.test(text);
const source = (address: string) =>
  isAddress(address) ? httpSource(address, { onProgress: progress() }) : folderSource(address);

/** Says on a terminal what comes, once it takes longer than a second. */
function progress(): (path: string, bytes: number, limit: number) => void {
  const { stderr } = process;
  let last = performance.now() + 1000 - STEP_MS;
  return (path, bytes, limit) => {
    if (!stderr.isTTY || performance.now() < last + STEP_MS) return;
    last = performance.now();
    const mb = (size: number) => (size / 1e6).toFixed(1);
    const of = path.startsWith("assets/") ? ` of ${mb(limit)}` : "";
    stderr.write(`${CLEAR}${path.slice(0, 40)}: ${mb(bytes)}${of} MB`);
  };
}

const STEP_MS = 200;
/** To the start of the line, which is emptied. */
const CLEAR = "\r\x1b[K";

/** Brings an optional bundle from where the user has the wheel that it is made of. */
export async function get({ from }: Values, name: string | undefined): Promise<object[]> {
  if (name === undefined || typeof from !== "string")
    throw new CliError("bundle get: expected the name of an optional bundle, and --from PLACE", EXIT.USAGE);
  const broughtDir = broughtFolder();
  const bytes = await exclusively(() =>
    bringBundle({ bundle: name, broughtDir, fetch: (wheel) => wheelFrom(from, wheel) }),
  );
  return [{ name, kept: `${(bytes / 1e6).toFixed(1)} MB` }];
}

/** What each registry has to tell; one that cannot be reached, or has nothing new to say, does not keep the others from it. */
async function ofEach(added: readonly Added[], ask: (each: Added) => Promise<object[]>): Promise<object[]> {
  const rows: object[] = [];
  for (const each of added) {
    try {
      rows.push(...(await ask(each)));
    } catch (error) {
      if (!(error instanceof BundleError)) throw error;
      rows.push({ registry: each.trust.name, failure: reasonOf(error), code: error.code });
    }
  }
  return rows;
}

function reasonOf({ code, message }: BundleError): string {
  const expired = code === "index-expired" || code === "root-expired";
  return expired ? `no updates: ${message}; what is installed goes on working` : message;
}

/** Locked bundles of which there is something newer. */
export const news = (): Promise<object[]> =>
  ofEach(addedRegistries(), async (added) => {
    const { address, trust, seen } = added;
    const options = { now: Date.now(), ...(seen && { seen }) };
    const remote = await openRegistry(source(address), trust, nodePlatform(), options);
    return outdated(lockOf(openAdded(added)), remote.index);
  });

export async function add(values: Values, given: string | undefined): Promise<object[]> {
  if (given === undefined) throw new CliError("bundle add: expected an address or a folder", EXIT.USAGE);
  const address = isAddress(given) ? given : resolve(given);
  const trust = trustFromFile(values.trust);
  return exclusively(async () => {
    const others = addedRegistries().filter((each) => each.trust.name !== trust.name);
    refuseConfusableRoots([OFFICIAL, trust, ...others.map((each) => each.trust)]);
    const { registry } = await take({ address, trust, seen: seenOf(trust.name) }, lockedNow(trust), values);
    return [...registry.bundles().values()].map(({ name, version }) => ({
      ...{ name, version, registry: trust.name },
    }));
  });
}

/** What is agreed to already of a registry; nothing where its copy is not there, or is damaged. */
function lockedNow(trust: TrustRoot): Lock {
  const added = addedRegistries().find((each) => each.trust.name === trust.name);
  try {
    if (added) return lockOf(openFolderRegistry(added.folder, { trust: added.trust }));
  } catch (error) {
    if (!(error instanceof BundleError)) throw error;
  }
  return { format: 1, bundles: {} };
}

/**
 * Brings a registry as it is now at its address, no older than what was seen of it. Nothing is written unless it can be used beside the others,
 * and what asks for more than `lock` has got a yes.
 */
async function take(
  { address, trust, seen }: Omit<Added, "folder">,
  lock: Lock,
  { yes }: Values,
): Promise<{ registry: VerifiedRegistry; changes: Change[] }> {
  let changes: Change[] = [];
  const agree = (registry: VerifiedRegistry) => {
    changes = planUpdate(lock, registry);
    applyUpdate(lock, changes, yes ? { wider: new Set(changes.map((change) => change.bundle)) } : {});
    refuseClash(registry);
  };
  const place = { source: source(address), trust, folder: placeOf(trust), now: Date.now() };
  const registry = await install({ ...place, agree, ...(seen && { seen }) });
  if (process.stderr.isTTY) process.stderr.write(CLEAR);
  remember(trust, address, registry.seen);
  return { registry, changes };
}

/** A registry that cannot be used beside the others would keep every box from opening. */
function refuseClash(registry: VerifiedRegistry): void {
  const others = addedRegistries().filter(({ trust }) => trust.name !== registry.name);
  toolbox([openFolderRegistry(officialFolder()), ...others.map(openAdded), registry]);
  if (registry.files().size > 0)
    throw new CliError(
      `registry "${registry.name}": its bundles bring files, which those of an added registry cannot yet`,
    );
}

/** Takes what is new; a command that asks for more than before needs a yes. */
export const update = (values: Values, name: string | undefined): Promise<object[]> =>
  exclusively(() =>
    ofEach(chosen(name), async (added) => {
      const { changes } = await take(added, lockOf(openAdded(added)), values);
      return changes.map(({ bundle, from, to }) => ({
        ...{ name: bundle, from: from?.version ?? "", to: to.version },
      }));
    }),
  );

export async function remove(_: Values, name: string | undefined): Promise<object[]> {
  if (name === undefined) throw new CliError("bundle remove: expected the name of a registry", EXIT.USAGE);
  return exclusively(async () =>
    chosen(name).map(({ trust }) => {
      forget(trust);
      return { removed: trust.name };
    }),
  );
}

function chosen(name: string | undefined): Added[] {
  const all = addedRegistries();
  const found = all.filter(({ trust }) => name === undefined || trust.name === name);
  if (found.length > 0 || name === undefined) return found;
  const names = all.map(({ trust }) => trust.name).join(", ") || "none";
  throw new CliError(`there is no added registry "${name}"; there are: ${names}`);
}
