// Publishes the built bundles into the official registry's folder: `pnpm registry:publish [options]`.
import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { loadBundlePackage } from "./package.mjs";

const USAGE = `usage: pnpm registry:publish [options]
  --bundles FILE      what to publish (default crates/bundles.json)
  --binaries DIR      <bundle>/<module>.wasm and <bundle>/origin.json, as the build writes them (default target/bundles)
  --registry DIR      the registry's folder (default registry)
  --signing-key FILE  PEM of the targets key (default $SHADOWBOX_SIGNING_KEY)
  --root-key FILE     PEM of the root key, to make a first root.json (default $SHADOWBOX_ROOT_KEY)
  --created DATE      2026-01-31T12:00:00Z (default $SOURCE_DATE_EPOCH, else now)
  --days N            days until the index expires as news (default 365)
  --only NAME         this bundle only; may be repeated
  --replace           put another content under a version that is published already
  --refresh           a new index even when no bundle changed
  --init              make root.json if there is none, and stop`;

const top = join(dirname(fileURLToPath(import.meta.url)), "../..");
const args = process.argv.slice(2).filter((arg) => arg !== "--");
const { values: given } = parseArgs({
  args,
  options: {
    bundles: { type: "string", default: join(top, "crates/bundles.json") },
    binaries: { type: "string", default: join(top, "target/bundles") },
    registry: { type: "string", default: join(top, "registry") },
    "signing-key": { type: "string", default: process.env.SHADOWBOX_SIGNING_KEY },
    "root-key": { type: "string", default: process.env.SHADOWBOX_ROOT_KEY },
    created: { type: "string" },
    days: { type: "string", default: "365" },
    only: { type: "string", multiple: true },
    replace: { type: "boolean" },
    refresh: { type: "boolean" },
    init: { type: "boolean" },
    help: { type: "boolean" },
  },
});
if (given.help) {
  console.log(USAGE);
  process.exit(0);
}

const seconds = (date) => `${date.toISOString().slice(0, 19)}Z`;
const epoch = process.env.SOURCE_DATE_EPOCH;
const created = given.created ?? seconds(epoch ? new Date(Number(epoch) * 1000) : new Date());
const later = (days) => seconds(new Date(Date.parse(created) + days * 86_400_000));

const bundle = await loadBundlePackage();
try {
  const signing = bundle.signerFromFile(need("signing-key"));
  if (!statSync(join(given.registry, "root.json"), { throwIfNoEntry: false })) {
    bundle.createRegistry({
      folder: given.registry,
      trust: bundle.OFFICIAL,
      rootSigners: [bundle.signerFromFile(need("root-key"))],
      targets: { keys: [signing.publicKey], threshold: 1 },
      created,
      expires: later(3650),
    });
    console.log(`made ${join(given.registry, "root.json")}`);
  }
  if (!given.init) report(bundle.publish(publication(signing)));
} catch (error) {
  if (!(error instanceof bundle.BundleError)) throw error;
  console.error(`registry:publish: ${error.message} [${error.code}]`);
  process.exitCode = 1;
}

function publication(signing) {
  const recipes = bundle.parseRecipes(readFileSync(given.bundles, "utf8"));
  const wanted = given.only ? recipes.filter(({ name }) => given.only.includes(name)) : recipes;
  const { registry: folder, binaries, replace, refresh } = given;
  const dates = { created, expires: later(Number(given.days)) };
  return {
    folder,
    binaries,
    replace,
    refresh,
    recipes: wanted.map(withOrigin),
    trust: bundle.OFFICIAL,
    signers: [signing],
    ...dates,
  };
}

/** What the build says of a bundle's sources, which must name every asset and hold a digest. */
function withOrigin(recipe) {
  const file = join(given.binaries, recipe.name, "origin.json");
  const refuse = (what) => {
    throw new bundle.BundleError(
      "invalid",
      `publish ${recipe.name}: expected ${what} in ${file}, which the build writes`,
    );
  };
  if (!existsSync(file)) refuse("sources");
  const origin = JSON.parse(readFileSync(file, "utf8"));
  const names = [
    ...recipe.modules.map(({ module }) => module),
    ...(recipe.files ?? []).map(({ file }) => file),
  ];
  for (const name of names) if (!Object.hasOwn(origin.sources, name)) refuse(`a source of ${name}`);
  if (!Object.values(origin.sources).some((source) => /sha256:[0-9a-f]{64}/.test(source))) refuse("digests");
  return { ...recipe, origin };
}

function need(option) {
  if (given[option]) return given[option];
  console.error(`registry:publish: --${option} is missing\n${USAGE}`);
  process.exit(2);
}

function report({ index, added, unchanged, removedFiles, storedBytes }) {
  for (const each of added) console.log(`published ${each}`);
  for (const each of unchanged) console.log(`unchanged ${each}`);
  const size = (storedBytes / 1e6).toFixed(2);
  console.log(`index ${index}; assets ${size} MB packed; ${removedFiles} files removed; all verified`);
}
