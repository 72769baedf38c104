import type { OriginFile } from "../../../formats.ts";
import { type Signer, seal } from "../../../publish/seal.ts";
import { paths } from "../../../source.ts";
import {
  addAsset,
  addOrigin,
  documentIn,
  type Fixture,
  keys,
  platform,
  relist,
  resign,
  retype,
  sha256,
} from "../fixture.ts";
import { type Case, DOCUMENTS } from "./case.ts";

const { root: ROOT, index: INDEX, manifest: MANIFEST } = DOCUMENTS;
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

/** Changes the digits of a file's first signature. */
const resig = (it: Fixture, path: string, edit: (sig: string) => string) =>
  retype(it, path, (text) => text.replace(/(?<="sig":")[0-9a-f]*/, edit));

/** The same signature with S + L for S: valid where a library does not check the range (RFC 8032, 8.4). */
function malleable(sig: string): string {
  const s = BigInt(`0x${Buffer.from(sig.slice(64), "hex").reverse().toString("hex")}`) + GROUP_ORDER;
  const digits = s.toString(16).padStart(64, "0");
  return sig.slice(0, 64) + Buffer.from(digits, "hex").reverse().toString("hex");
}

const signatures: Case[] = (["root", "index", "manifest"] as const).flatMap((what): Case[] => {
  const path = DOCUMENTS[what];
  const list = (it: Fixture) => (path === MANIFEST ? relist(it, path) : undefined);
  const own = what === "root" ? keys.root : keys.targets;
  const sign = (signers: Signer[]) => (it: Fixture) => resign(it, path, () => {}, signers);
  const change = (edit: (sig: string) => string) => (it: Fixture) => {
    resig(it, path, edit);
    list(it);
  };
  const other = what === "root" ? keys.targets : keys.root;
  return [
    { name: `${what} signed by nobody`, code: "threshold", bend: sign([]) },
    {
      name: `${what} signed by a stranger`,
      code: what === "root" ? "threshold" : "key-unknown",
      bend: sign([keys.stranger]),
    },
    { name: `${what} signed by a stranger too`, code: "key-unknown", bend: sign([own, keys.stranger]) },
    {
      name: `${what} signed by the other role's key`,
      code: what === "root" ? "threshold" : "key-unknown",
      bend: sign([other]),
    },
    {
      name: `${what} with a signature of another text`,
      code: "signature",
      bend: change(() => own.sign(Buffer.from("x"))),
    },
    {
      name: `${what} with a signature of zeros`,
      code: "signature",
      bend: change((sig) => "0".repeat(sig.length)),
    },
    { name: `${what} with a malleable signature`, code: "signature", bend: change(malleable) },
    { name: `${what} with a short signature`, code: "schema", bend: change((sig) => sig.slice(2)) },
    {
      name: `${what} with a signature in capitals`,
      code: "schema",
      bend: change((sig) => sig.toUpperCase()),
    },
    {
      name: `${what} with one signature twice`,
      code: "malformed",
      bend: (it) => {
        retype(it, path, (text) => text.replace(/\[(\{"keyid.*?\})\]/, "[$1,$1]"));
        list(it);
      },
    },
  ];
});

const tampering: Case[] = [
  {
    name: "root with another date, unsigned",
    code: "signature",
    bend: (it) => retype(it, ROOT, (text) => text.replace("2027", "2037")),
  },
  {
    name: "index with another date, unsigned",
    code: "signature",
    bend: (it) => retype(it, INDEX, (text) => text.replace("2027", "2037")),
  },
  {
    name: "manifest with a capability more, unsigned",
    code: "manifest-digest",
    bend: (it) => retype(it, MANIFEST, (text) => text.replace('["fs.read"]', '["fs.read","net"]')),
  },
  {
    name: "manifest signed again but not listed",
    code: "manifest-digest",
    bend: (it) =>
      it.files.set(
        MANIFEST,
        seal({ ...documentIn(it.files.get(MANIFEST)!), description: "x" }, [keys.targets], platform),
      ),
  },
  {
    name: "manifest of an older version (mix and match)",
    code: "manifest-digest",
    bend: (it) =>
      it.files.set(paths.manifest("text", "1.1.0"), it.files.get(paths.manifest("text", "1.0.0"))!),
  },
  {
    name: "manifest of another bundle",
    code: "manifest-digest",
    bend: (it) => it.files.set(MANIFEST, it.files.get(paths.manifest("text", "1.0.0"))!),
  },
  {
    name: "manifest of another bundle, listed",
    code: "manifest-mismatch",
    bend: (it) => {
      it.files.set(MANIFEST, it.files.get(paths.manifest("text", "1.0.0"))!);
      relist(it, MANIFEST);
    },
  },
  {
    name: "index in the place of the root",
    code: "threshold",
    bend: (it) => it.files.set(ROOT, it.files.get(INDEX)!),
  },
  {
    name: "root in the place of the index",
    code: "key-unknown",
    bend: (it) => it.files.set(INDEX, it.files.get(ROOT)!),
  },
  {
    name: "manifest in the place of the index",
    code: "schema",
    bend: (it) => it.files.set(INDEX, it.files.get(MANIFEST)!),
  },
  { name: "no root", code: "not-found", bend: (it) => it.files.delete(ROOT) },
  { name: "no index", code: "not-found", bend: (it) => it.files.delete(INDEX) },
  { name: "no manifest", code: "not-found", bend: (it) => it.files.delete(MANIFEST) },
];

const endless: Case[] = (["root", "index", "manifest"] as const).map((what) => ({
  name: `${what} without an end`,
  code: "too-large",
  bend: (it) => it.files.set(DOCUMENTS[what], Buffer.alloc(600 * 1024, " ")),
}));

const catAsset = (it: Fixture) => documentIn(it.files.get(MANIFEST)!).assets["main.wasm"]!;
const replaceAsset = (edit: (packed: Uint8Array) => Uint8Array) => (it: Fixture) => {
  const path = paths.asset(catAsset(it).sha256);
  it.files.set(path, edit(it.files.get(path)!));
};
/** Lists an asset whose packed bytes are right and unpacked ones are not. */
const lieAbout = (changes: (raw: Uint8Array) => object) => (it: Fixture) => {
  const raw = Buffer.alloc(100_000, 7);
  const asset = addAsset(it.files, raw);
  const lie = { ...asset, ...changes(raw) };
  it.files.set(paths.asset(lie.sha256), it.files.get(paths.asset(asset.sha256))!);
  resign(it, MANIFEST, (manifest) => Object.assign(manifest.assets, { "main.wasm": lie }));
};

const assets: Case[] = [
  {
    name: "asset with another byte",
    code: "asset-digest",
    bend: replaceAsset((packed) => packed.with(15, packed[15]! ^ 1)),
  },
  {
    name: "asset with another gzip header",
    code: "asset-digest",
    bend: replaceAsset((packed) => packed.with(4, 1)),
  },
  { name: "asset cut", code: "asset-size", bend: replaceAsset((packed) => packed.subarray(0, -1)) },
  {
    name: "asset without an end",
    code: "too-large",
    bend: replaceAsset((packed) => Buffer.concat([packed, Buffer.alloc(9)])),
  },
  { name: "asset empty", code: "asset-size", bend: replaceAsset(() => new Uint8Array()) },
  {
    name: "asset of another module",
    code: "asset-digest",
    bend: replaceAsset((packed) => packed.toReversed()),
  },
  { name: "no asset", code: "not-found", bend: (it) => it.files.delete(paths.asset(catAsset(it).sha256)) },
  {
    name: "asset that unpacks to more than it says (bomb)",
    code: "asset-size",
    bend: lieAbout(() => ({ size: 1000 })),
  },
  {
    name: "asset that unpacks to less than it says",
    code: "asset-size",
    bend: lieAbout((raw) => ({ size: raw.length + 1 })),
  },
  {
    name: "asset that unpacks to something else",
    code: "asset-digest",
    bend: lieAbout((raw) => ({ sha256: sha256(raw.with(0, 1)) })),
  },
  {
    name: "asset that is no gzip",
    code: "asset-digest",
    bend: (it) => {
      const junk = Buffer.alloc(64, 3);
      const stored = { encoding: "gzip", sha256: sha256(junk), size: junk.length };
      const asset = { sha256: "c".repeat(64), size: 64, stored };
      it.files.set(paths.asset(asset.sha256), junk);
      resign(it, MANIFEST, (manifest) => Object.assign(manifest.assets, { "main.wasm": asset }));
    },
  },
];

const catOrigin = (it: Fixture) => documentIn(it.files.get(MANIFEST)!).origin as OriginFile;
const replaceOrigin = (edit: (text: string) => string) => (it: Fixture) =>
  retype(it, paths.origin(catOrigin(it).sha256), edit);
/** Names another origin in the manifest, as its publisher could. */
const giveOrigin = (text: string) => (it: Fixture) => {
  const origin = addOrigin(it.files, text);
  resign(it, MANIFEST, (manifest) => Object.assign(manifest, { origin }));
};

const origins: Case[] = [
  {
    name: "origin with another letter",
    code: "origin-digest",
    bend: replaceOrigin((text) => text.replace("none", "nine")),
  },
  { name: "origin cut", code: "origin-digest", bend: replaceOrigin((text) => text.slice(0, -1)) },
  { name: "origin without an end", code: "too-large", bend: replaceOrigin((text) => `${text} `) },
  {
    name: "origin of another bundle",
    code: "origin-digest",
    bend: replaceOrigin((text) => text.replace("core", "text")),
  },
  { name: "no origin", code: "not-found", bend: (it) => it.files.delete(paths.origin(catOrigin(it).sha256)) },
  {
    name: "origin of another size than its manifest says",
    code: "origin-digest",
    bend: (it) => resign(it, MANIFEST, ({ origin }) => Object.assign(origin, { size: origin.size + 1 })),
  },
  {
    name: "origin with a blank, listed",
    code: "malformed",
    bend: giveOrigin('{"recipe":"x","sources":{}, "toolchain":""}'),
  },
  {
    name: "origin with a field more, listed",
    code: "schema",
    bend: giveOrigin('{"recipe":"x","sources":{},"toolchain":"","url":"x"}'),
  },
  {
    name: "origin that turns the text's direction, listed",
    code: "schema",
    bend: giveOrigin('{"recipe":"\u202ex","sources":{},"toolchain":""}'),
  },
];

const conflicts: Case[] = [
  {
    name: "two bundles with one command",
    code: "command-conflict",
    bend: (it) =>
      resign(it, paths.manifest("text", "1.1.0"), (manifest) =>
        Object.assign(manifest.commands, { cat: manifest.commands.grep }),
      ),
  },
];

/** What someone does who wants in. */
export const attacks: readonly Case[] = [
  ...signatures,
  ...tampering,
  ...endless,
  ...assets,
  ...origins,
  ...conflicts,
];
