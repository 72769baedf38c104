import { keyIdOf } from "../envelope.ts";
import {
  type Asset,
  type Command,
  FORMATS,
  type Index,
  type IndexVersion,
  type Manifest,
  type Need,
  type OriginFile,
  type PublicKey,
  type Root,
  type Wheel,
} from "../formats.ts";
import { compareVersions } from "../names.ts";
import type { Platform } from "../platform.ts";

/** When a document was made and how long it may be taken for news; dates as in 2026-01-31T12:00:00Z. */
export interface Dates {
  readonly created: string;
  readonly expires: string;
}

/** What a root says, in terms of public keys (hexadecimal). */
export interface RootPlan extends Dates {
  readonly registry: string;
  readonly version: number;
  readonly root: { readonly keys: readonly string[]; readonly threshold: number };
  readonly targets: { readonly keys: readonly string[]; readonly threshold: number };
  /** Ids of keys, as they are in the roots before. */
  readonly revoked?: readonly string[];
}

/** The document of a root. */
export function makeRoot(plan: RootPlan, platform: Platform): Root {
  const ids = (keys: readonly string[]) => keys.map((key) => keyIdOf(key, platform)).sort();
  const keys: Record<string, PublicKey> = {};
  for (const key of [...plan.root.keys, ...plan.targets.keys])
    keys[keyIdOf(key, platform)] = { type: "ed25519", public: key };
  const { registry, version, created, expires } = plan;
  return {
    ...{ format: FORMATS.root, type: "root", registry, version, created, expires, keys },
    roles: {
      root: { keys: ids(plan.root.keys), threshold: plan.root.threshold },
      targets: { keys: ids(plan.targets.keys), threshold: plan.targets.threshold },
    },
    revoked: [...new Set(plan.revoked ?? [])].sort(),
  };
}

/** What a manifest says of its bundle. */
export interface ManifestPlan {
  readonly registry: string;
  readonly name: string;
  readonly version: string;
  readonly created: string;
  readonly description: string;
  readonly licence: string;
  readonly commands: Readonly<Record<string, Command>>;
  readonly assets: Readonly<Record<string, Asset>>;
  readonly files?: Readonly<Record<string, string>>;
  readonly needs?: readonly Need[] | undefined;
  readonly wheel?: Wheel | undefined;
  readonly origin: OriginFile;
}

/** The document of a manifest; capabilities come out sorted, each once. */
export function makeManifest(plan: ManifestPlan): Manifest {
  const { files, commands, needs, wheel, ...rest } = plan;
  const sorted = Object.entries(commands).map(
    ([name, command]) =>
      [name, { ...command, capabilities: [...new Set(command.capabilities)].sort() }] as const,
  );
  return {
    ...{ format: FORMATS.manifest, type: "manifest", engine: "wasi_snapshot_preview1" },
    ...rest,
    commands: Object.fromEntries(sorted),
    ...(files && Object.keys(files).length > 0 && { files }),
    ...(needs && needs.length > 0 && { needs: [...new Set(needs)].sort() }),
    ...(wheel && { wheel }),
  };
}

/** One version to be added to an index. */
export interface Addition {
  readonly name: string;
  readonly version: string;
  readonly fact: IndexVersion;
}

/** The index that follows `previous`: its bundles with the additions, one version on; the first one is version 1. */
export function makeIndex(
  registry: string,
  previous: Index | undefined,
  additions: readonly Addition[],
  dates: Dates,
): Index {
  const versions: Record<string, Record<string, IndexVersion>> = {};
  for (const [name, bundle] of Object.entries(previous?.bundles ?? {}))
    versions[name] = { ...bundle.versions };
  for (const { name, version, fact } of additions) versions[name] = { ...versions[name], [version]: fact };
  const bundles = Object.entries(versions).map(
    ([name, known]) => [name, { latest: latestOf(known), versions: known }] as const,
  );
  const version = (previous?.version ?? 0) + 1;
  const head = { format: FORMATS.index, type: "index", registry, version } as const;
  return { ...head, ...dates, bundles: Object.fromEntries(bundles) };
}

/** The version to install: the newest that is no pre-release and not yanked, else the newest. */
export function latestOf(versions: Readonly<Record<string, IndexVersion>>): string {
  const all = Object.keys(versions).sort(compareVersions);
  const good = all.filter((version) => !version.includes("-") && versions[version]!.yanked === undefined);
  return (good.at(-1) ?? all.at(-1))!;
}
