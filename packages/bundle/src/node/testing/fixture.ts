import { gzipSync } from "node:zlib";
import { fromUtf8, toHex, utf8 } from "../../bytes.ts";
import { keyIdOf, openEnvelope } from "../../envelope.ts";
import { BundleError, type BundleErrorCode } from "../../errors.ts";
import type { Asset, Capability, Manifest, OriginFile, Root } from "../../formats.ts";
import { makeIndex, makeManifest, makeRoot } from "../../publish/documents.ts";
import { type Signer, seal } from "../../publish/seal.ts";
import { paths, type RegistrySource, refuseBadPath } from "../../source.ts";
import type { TrustRoot } from "../../trust.ts";
import { nodePlatform } from "../platform.ts";
import { testSigner } from "./keys.ts";

export const platform = nodePlatform();
export const DATES = { created: "2026-01-01T00:00:00Z", expires: "2027-01-01T00:00:00Z" };
export const NOW = Date.parse("2026-06-01T00:00:00Z");
export const MODULE = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);

/** The keys of the test registry and of strangers. */
export const keys = {
  root: testSigner(1),
  targets: testSigner(2),
  spare: testSigner(3),
  stranger: testSigner(9),
};
export const keyId = (signer: Signer): string => keyIdOf(signer.publicKey, platform);
export const sha256 = (bytes: Uint8Array): string => toHex(platform.sha256(bytes));

/** A document that a test bends out of its shape. */
// biome-ignore lint/suspicious/noExplicitAny: any other type would forbid what is to be refused
export type Bendable = any;

/** A registry in memory that a test can bend; every file may be replaced by any bytes. */
export interface Fixture {
  readonly files: Map<string, Uint8Array>;
  readonly trust: TrustRoot;
  readonly source: Required<Omit<RegistrySource, "pour">>;
}

/** Registry "test": bundle core 1.0.0 (cat, ls) and text 1.0.0 and 1.1.0 (grep), root and targets keys one of one. */
export function fixture(): Fixture {
  const files = new Map<string, Uint8Array>();
  const trust: TrustRoot = { name: "test", version: 1, keys: [keys.root.publicKey], threshold: 1 };
  files.set(paths.root, seal(rootDocument(), [keys.root], platform));
  const versions: [string, string, Record<string, Capability[]>][] = [
    ["core", "1.0.0", { cat: ["fs.read"], ls: ["fs.read", "clock"] }],
    ["text", "1.0.0", { grep: ["fs.read"] }],
    ["text", "1.1.0", { grep: ["fs.read"] }],
  ];
  const additions = versions.map(([name, version, commands]) => {
    const bytes = seal(bundle(files, name, version, commands), [keys.targets], platform);
    files.set(paths.manifest(name, version), bytes);
    return { name, version, fact: { sha256: sha256(bytes), size: bytes.length } };
  });
  files.set(paths.index, seal(makeIndex("test", undefined, additions, DATES), [keys.targets], platform));
  return { files, trust, source: mapSource(files) };
}

/** The first root of the test registry, with changes. */
export function rootDocument(changes: Partial<Root> = {}): Root {
  const root = { keys: [keys.root.publicKey], threshold: 1 };
  const targets = { keys: [keys.targets.publicKey], threshold: 1 };
  return { ...makeRoot({ registry: "test", version: 1, root, targets, ...DATES }, platform), ...changes };
}

function bundle(
  files: Map<string, Uint8Array>,
  name: string,
  version: string,
  commands: Record<string, Capability[]>,
): Manifest {
  const asset = addAsset(files, Buffer.concat([MODULE, utf8(`${name} ${version}`)]));
  const table = Object.entries(commands).map(
    ([command, capabilities]) => [command, { module: "main.wasm", argv0: command, capabilities }] as const,
  );
  return makeManifest({
    ...{ registry: "test", name, version, created: DATES.created, licence: "MIT" },
    description: `The ${name} tools`,
    commands: Object.fromEntries(table),
    assets: { "main.wasm": asset },
    origin: addOrigin(files, `{"recipe":"none","sources":{"main":"${name} ${version}"},"toolchain":""}`),
  });
}

/** Lays what says where assets come from into the registry, whatever it is. */
export function addOrigin(files: Map<string, Uint8Array>, text: string): OriginFile {
  const bytes = utf8(text);
  files.set(paths.origin(sha256(bytes)), bytes);
  return { sha256: sha256(bytes), size: bytes.length };
}

/** Lays an asset into the registry. */
export function addAsset(files: Map<string, Uint8Array>, raw: Uint8Array): Asset {
  const packed = gzipSync(raw);
  files.set(paths.asset(sha256(raw)), packed);
  const stored = { encoding: "gzip", sha256: sha256(packed), size: packed.length } as const;
  return { sha256: sha256(raw), size: raw.length, stored };
}

/** A source over a map that keeps the contract of sources. */
export function mapSource(files: ReadonlyMap<string, Uint8Array>): Required<Omit<RegistrySource, "pour">> {
  const readSync = (path: string, limit: number) => {
    refuseBadPath(path);
    const bytes = files.get(path);
    if (!bytes) throw new BundleError("not-found", `read ${path}: no such file`);
    if (bytes.length > limit) throw new BundleError("too-large", `read ${path}: over ${limit} bytes`);
    return bytes;
  };
  return { name: "memory", readSync, read: async (path, limit) => readSync(path, limit) };
}

/** The document in a signed file. */
export function documentIn(bytes: Uint8Array): Bendable {
  return JSON.parse(openEnvelope(bytes, bytes.length, "test").signed);
}

/** Edits a document as whoever holds `signers` could: it is signed again, and so is the index for a manifest's digest. */
export function resign(
  { files }: Fixture,
  path: string,
  edit: (document: Bendable) => void,
  signers: readonly Signer[] = path === paths.root ? [keys.root] : [keys.targets],
): void {
  const document = structuredClone(documentIn(files.get(path)!));
  edit(document);
  const bytes = seal(document, signers, platform);
  files.set(path, bytes);
  if (path.startsWith("manifests/")) relist({ files } as Fixture, path);
}

/** Signs any text at all in the place of a document; the index then names it, so that only its form is wrong. */
export function sealText(it: Fixture, path: string, text: string | Uint8Array): void {
  const signer = path === paths.root ? keys.root : keys.targets;
  const message = typeof text === "string" ? utf8(text) : text;
  const head = `{"signatures":[{"keyid":"${keyId(signer)}","sig":"${signer.sign(message)}"}],"signed":`;
  it.files.set(path, Buffer.concat([utf8(head), message, utf8("}")]));
  if (path.startsWith("manifests/")) relist(it, path);
}

/** Makes the index name the file that lies at a manifest's path, whatever it is. */
export function relist(it: Fixture, path: string): void {
  const [, name, version] = /^manifests\/(.*)\/(.*)\.json$/.exec(path)!;
  const bytes = it.files.get(path)!;
  resign(it, paths.index, (index: Bendable) => {
    index.bundles[name!].versions[version!] = { sha256: sha256(bytes), size: bytes.length };
  });
}

/** Changes the text of a file; whoever does so has no key. */
export function retype({ files }: Fixture, path: string, edit: (text: string) => string): void {
  files.set(path, utf8(edit(fromUtf8(files.get(path)!))));
}

/** The code that a call is refused with, or "accepted". Anything but a BundleError is a bug and thrown on. */
export function codeOf(call: () => unknown): BundleErrorCode | "accepted" {
  try {
    call();
    return "accepted";
  } catch (error) {
    if (error instanceof BundleError) return error.code;
    throw error;
  }
}
