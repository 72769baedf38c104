import canonicalize from "canonicalize";
import { toHex } from "../../bytes.ts";
import type { OriginFile } from "../../formats.ts";
import { type OpenOptions, openRegistrySync } from "../../registry.ts";
import { paths } from "../../source.ts";
import { DOCUMENTS } from "./cases/case.ts";
import {
  addOrigin,
  type Bendable,
  codeOf,
  documentIn,
  type Fixture,
  fixture,
  mapSource,
  platform,
  resign,
  sealText,
  sha256,
} from "./fixture.ts";
import { asBytes, asText, changeValues, mutate, seeded, textIn } from "./fuzz.ts";

const PATHS = Object.values(DOCUMENTS);

/** Opens a registry and reads all that it has, as far as it goes. */
export function openAll(it: Fixture, options?: OpenOptions): void {
  const registry = openRegistrySync(it.source, it.trust, platform, options);
  for (const { module } of registry.commands().values()) registry.loadModuleSync(module);
  for (const name of registry.bundles().keys()) registry.originSync(name);
}

/** A copy with another file in it. */
export function bent(base: Fixture, path: string, bytes: Uint8Array): Fixture {
  const files = new Map(base.files).set(path, bytes);
  return { ...base, files, source: mapSource(files) };
}

/** Runs `count` cases, each of its own number, and gives how many were accepted. */
export type Fuzz = (count: number, seed: number, each?: (i: number) => void) => number;

/** Random changes of whole files by somebody without a key. Throws for one that is accepted. */
export const fuzzWithoutKey: Fuzz = (count, seed, each) => {
  const base = fixture();
  const random = seeded(seed);
  for (let i = 0; i < count; i++) {
    each?.(i);
    const path = PATHS[random(PATHS.length)]!;
    const before = asText(base.files.get(path)!);
    const after = mutate(before, asText(base.files.get(PATHS[random(PATHS.length)]!)!), random);
    if (after === before) continue;
    if (codeOf(() => openAll(bent(base, path, asBytes(after)))) === "accepted")
      throw new Error(`case ${i} of seed ${seed}: a changed ${path} was accepted`);
  }
  return 0;
};

/** Random changes of documents by a key holder. Throws for one that is accepted and that the library would spell otherwise. */
export const fuzzByKeyHolder: Fuzz = (count, seed, each) => {
  const base = fixture();
  const random = seeded(seed);
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    each?.(i);
    const path = PATHS[random(PATHS.length)]!;
    const other = textIn(base.files.get(PATHS[random(PATHS.length)]!)!);
    const text = mutate(textIn(base.files.get(path)!), other, random);
    const it = bent(base, path, base.files.get(path)!);
    sealText(it, path, text);
    if (codeOf(() => openAll(it)) !== "accepted") continue;
    accepted++;
    const written = textIn(it.files.get(path)!);
    if (canonicalize(JSON.parse(written)) !== written)
      throw new Error(`case ${i} of seed ${seed}: ${path} was accepted: ${written}`);
  }
  return accepted;
};

/** Changes of a document's values by a key holder, in canonical form: what is left to find is in fields and between them. */
export const fuzzValues: Fuzz = (count, seed, each) => {
  const base = fixture();
  const random = seeded(seed);
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    each?.(i);
    const path = PATHS[random(PATHS.length)]!;
    const document = documentIn(base.files.get(path)!);
    changeValues(document, random);
    const it = bent(base, path, base.files.get(path)!);
    sealText(it, path, canonicalize(document)!);
    if (codeOf(() => openAll(it)) !== "accepted") continue;
    accepted++;
    refuseUnsound(it, `case ${i} of seed ${seed}`);
  }
  return accepted;
};

/** Throws for an accepted registry whose commands are not what its manifests say, or that name bytes which are not there. */
function refuseUnsound(it: Fixture, what: string): void {
  const registry = openRegistrySync(it.source, it.trust, platform);
  for (const manifest of registry.bundles().values())
    for (const [name, { module, capabilities }] of Object.entries(manifest.commands)) {
      const { sha256: digest, size } = manifest.assets[module]!;
      const entry = registry.commands().get(name)!;
      const raw = platform.gunzipSync(it.files.get(paths.asset(digest))!, size);
      const sound = sha256(raw) === entry.module && [...entry.capabilities].join() === capabilities.join();
      if (!sound || !/^[[a-z0-9_.+-]+$/.test(name)) throw new Error(`${what}: ${name} was accepted`);
    }
}

/** Random changes of what says where a bundle comes from, half of them by a key holder. Throws for one that is accepted and that the library would spell otherwise. */
export const fuzzOrigins: Fuzz = (count, seed, each) => {
  const base = fixture();
  const random = seeded(seed);
  const before = documentIn(base.files.get(DOCUMENTS.manifest)!).origin as OriginFile;
  const path = paths.origin(before.sha256);
  const text = asText(base.files.get(path)!);
  let accepted = 0;
  for (let i = 0; i < count; i++) {
    each?.(i);
    const after = mutate(text, text, random);
    if (after === text) continue;
    const it = bent(base, path, asBytes(after));
    const isKeyHolder = random(2) === 1;
    if (isKeyHolder)
      resign(it, DOCUMENTS.manifest, (manifest: Bendable) => {
        manifest.origin = addOrigin(it.files, after);
      });
    if (codeOf(() => openAll(it)) !== "accepted") continue;
    accepted++;
    if (!isKeyHolder || canonicalize(JSON.parse(after)) !== after)
      throw new Error(`case ${i} of seed ${seed}: ${after} was accepted`);
  }
  return accepted;
};

/** Random changes of packed assets, half of them by a key holder whose manifest says that they are meant. Throws for one that is accepted. */
export const fuzzAssets: Fuzz = (count, seed, each) => {
  const base = fixture();
  const random = seeded(seed);
  const [asset] = Object.values(documentIn(base.files.get(DOCUMENTS.manifest)!).assets) as Bendable[];
  const path = paths.asset(asset.sha256);
  const packed = Buffer.from(base.files.get(path)!).toString("latin1");
  for (let i = 0; i < count; i++) {
    each?.(i);
    const bytes = Buffer.from(mutate(packed, packed, random), "latin1");
    const it = bent(base, path, bytes);
    if (random(2))
      resign(it, DOCUMENTS.manifest, (manifest: Bendable) => {
        for (const each of Object.values(manifest.assets) as Bendable[])
          Object.assign(each.stored, { sha256: sha256(bytes), size: bytes.length });
      });
    if (toHex(platform.sha256(bytes)) === asset.stored.sha256) continue;
    // What unpacks to the same bytes is the same asset.
    const code = codeOf(() => openAll(it));
    if (code === "accepted" && sha256(platform.gunzipSync(bytes, asset.size)) !== asset.sha256)
      throw new Error(`case ${i} of seed ${seed}: a changed asset was accepted`);
  }
  return 0;
};
