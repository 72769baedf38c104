import { LIMITS } from "./limits.ts";
import { assetName, bundleName, commandName, insidePath, version } from "./names.ts";
import { type Check, check, integer, match, mismatch, object, oneOf, set, table, text } from "./schema.ts";
import { isWeakKey } from "./weak-keys.ts";

/** SHA-256 as 64 lower-case hexadecimal digits. */
export type Digest = string;

/** What a command may use; everything else is refused at run time. Reading is of the sandbox's files, never the user's. */
export type Capability = (typeof CAPABILITIES)[number];
export const CAPABILITIES = ["clock", "fs.read", "fs.write", "net", "random", "spawn"] as const;

/** What a module asks of its engine beyond WebAssembly 2.0: `exceptions` is exception handling with exnref. */
export type Need = (typeof NEEDS)[number];
export const NEEDS = ["exceptions"] as const;

/** A public key: `public` is its 32 bytes in hexadecimal. Its id is the SHA-256 of those bytes. */
export interface PublicKey {
  readonly type: "ed25519";
  readonly public: string;
}

/** Who signs: `threshold` different keys of these. */
export interface Role {
  readonly keys: readonly Digest[];
  readonly threshold: number;
}

/** root.json: which keys may speak for a registry. */
export interface Root {
  readonly format: 1;
  readonly type: "root";
  readonly registry: string;
  /** 1, 2, 3 … without a gap. */
  readonly version: number;
  readonly created: string;
  readonly expires: string;
  readonly keys: Readonly<Record<Digest, PublicKey>>;
  /** `root` signs roots, `targets` signs the index and manifests. */
  readonly roles: { readonly root: Role; readonly targets: Role };
  /** Ids of keys that nothing may be signed with any more; only grows. */
  readonly revoked: readonly Digest[];
}

/** One version of a bundle in the index: digest and bytes of its whole manifest file. */
export interface IndexVersion {
  readonly sha256: Digest;
  readonly size: number;
  /** Why it should not be installed anew; what is installed goes on working. */
  readonly yanked?: string;
}

/** index.json: everything that the registry has at one moment. */
export interface Index {
  readonly format: 1;
  readonly type: "index";
  readonly registry: string;
  /** Grows with every publication. */
  readonly version: number;
  readonly created: string;
  readonly expires: string;
  readonly bundles: Readonly<
    Record<string, { readonly latest: string; readonly versions: Readonly<Record<string, IndexVersion>> }>
  >;
}

/** One file of a bundle: `sha256` and `size` are of its true bytes, `stored` of what lies in the registry. */
export interface Asset {
  readonly sha256: Digest;
  readonly size: number;
  readonly stored: { readonly encoding: "gzip"; readonly sha256: Digest; readonly size: number };
}

/** One command: which module to run, under what name, and what it may use. */
export interface Command {
  readonly module: string;
  readonly argv0: string;
  readonly capabilities: readonly Capability[];
  /** Defaults for its processes: linear memory in bytes, run time in milliseconds. */
  readonly limits?: { readonly memoryBytes?: number; readonly timeMs?: number };
}

/** A wheel of PyPI that a bundle's assets are made of. */
export interface Wheel {
  readonly project: string;
  readonly version: string;
  /** Name of the file. */
  readonly file: string;
  readonly sha256: Digest;
  readonly size: number;
}

/** A file beside a manifest: its digest, which is its name, and its bytes. */
export interface OriginFile {
  readonly sha256: Digest;
  readonly size: number;
}

/** origins/DIGEST.json, which a manifest names: where the assets come from and how to build them again. */
export interface Origin {
  /** Command or file that builds them. */
  readonly recipe: string;
  readonly toolchain: string;
  /** Asset or source name → what it was made from (crate and version, archive and digest). */
  readonly sources: Readonly<Record<string, string>>;
}

/** manifest.json of one version of a bundle. */
export interface Manifest {
  readonly format: 2;
  readonly type: "manifest";
  readonly registry: string;
  readonly name: string;
  readonly version: string;
  readonly created: string;
  readonly description: string;
  /** SPDX expression. */
  readonly licence: string;
  /** What the modules import. */
  readonly engine: "wasi_snapshot_preview1";
  readonly commands: Readonly<Record<string, Command>>;
  readonly assets: Readonly<Record<string, Asset>>;
  /** Path inside the sandbox → asset, for files that the commands need, such as a standard library. */
  readonly files?: Readonly<Record<string, string>>;
  /** Without these an engine refuses the commands, and says so. */
  readonly needs?: readonly Need[];
  /** The bundle is optional: the registry holds none of its assets, who wants it brings them, made of this wheel. */
  readonly wheel?: Wheel;
  /** Apart from the manifest, which every start reads: it is long and seldom asked for. */
  readonly origin: OriginFile;
}

/** The format of each kind of document that this program reads and writes. */
export const FORMATS = { root: 1, index: 1, manifest: 2 } as const;

/** A digest or key id. */
export const digest = match(/^[0-9a-f]{64}$/, "64 lower-case hexadecimal digits");

/** 32 bytes of an Ed25519 key that only its owner can sign for. */
export const publicKey: Check = check(digest.schema, (value, at) => {
  digest(value, at);
  if (isWeakKey(value as string)) mismatch(at, "a key that not everyone can sign for", value);
});

const DATE = /^(\d{4})-(\d\d)-(\d\d)T([01]\d|2[0-3]):[0-5]\d:[0-5]\dZ$/;
/** A moment in UTC. By arithmetic: the first use of Date in a process costs milliseconds. */
const date: Check = check({ type: "string", pattern: DATE.source }, (value, at) => {
  const found = typeof value === "string" ? DATE.exec(value) : null;
  if (!found) mismatch(at, "a date such as 2026-01-31T12:00:00Z", value);
  const [year, month, day] = [Number(found[1]), Number(found[2]), Number(found[3])];
  const leap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  if (day < 1 || day > days) mismatch(at, "a date that exists", value);
});
const counter = integer(1, 2 ** 31 - 1);
const head = (type: keyof typeof FORMATS) => ({
  format: integer(FORMATS[type], FORMATS[type]),
  type: oneOf(type),
  registry: bundleName,
  created: date,
});

const role = object({ keys: set(digest, LIMITS.keys), threshold: integer(1, LIMITS.keys) });

/** The shape of a root; the rules between its fields are in verify-root.ts. */
export const rootShape = object({
  ...head("root"),
  version: counter,
  expires: date,
  keys: table(digest, object({ type: oneOf("ed25519"), public: publicKey }), LIMITS.keys),
  roles: object({ root: role, targets: role }),
  revoked: set(digest, 1000),
});

const manifestFact = object({ sha256: digest, size: integer(1, LIMITS.manifestBytes) }, { yanked: text });

/** The shape of an index. */
export const indexShape = object({
  ...head("index"),
  version: counter,
  expires: date,
  bundles: table(
    bundleName,
    object({ latest: version, versions: table(version, manifestFact, LIMITS.versions) }),
    LIMITS.bundles,
  ),
});

const asset = object({
  sha256: digest,
  size: integer(1, LIMITS.assetBytes),
  stored: object({ encoding: oneOf("gzip"), sha256: digest, size: integer(1, LIMITS.storedBytes) }),
});

const command = object(
  { module: assetName, argv0: commandName, capabilities: set(oneOf(...CAPABILITIES), CAPABILITIES.length) },
  {
    limits: object({}, { memoryBytes: integer(65_536, 2 ** 32), timeMs: integer(1, 2 ** 31) }),
  },
);

const wheel = object({
  project: match(/^[a-z0-9]+(-[a-z0-9]+)*$/, "a normalised name of PyPI"),
  version: match(/^[0-9A-Za-z.!+]{1,64}$/, "a version of PyPI"),
  file: match(/^[0-9A-Za-z_.!+-]{1,200}\.whl$/, "the name of a wheel"),
  sha256: digest,
  size: integer(1, LIMITS.wheelBytes),
});

/** The shape of a manifest; the rules between its fields are in verify-manifest.ts. */
export const manifestShape = object(
  {
    ...head("manifest"),
    name: bundleName,
    version,
    description: text,
    licence: match(/^[A-Za-z0-9.+() -]{1,200}$/, "an SPDX expression"),
    engine: oneOf("wasi_snapshot_preview1"),
    commands: table(commandName, command, LIMITS.entries),
    assets: table(assetName, asset, LIMITS.entries),
    origin: object({ sha256: digest, size: integer(1, LIMITS.originBytes) }),
  },
  { files: table(insidePath, assetName, LIMITS.entries), needs: set(oneOf(...NEEDS), NEEDS.length), wheel },
);

/** The shape of what a manifest says of its assets' origin, in a file of its own. */
export const originShape = object({
  recipe: text,
  toolchain: text,
  sources: table(assetName, text, LIMITS.entries),
});
