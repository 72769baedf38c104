import type { BundleErrorCode } from "../../../errors.ts";
import { type Bendable, documentIn, fixture, resign } from "../fixture.ts";
import { type Case, DOCUMENTS } from "./case.ts";

/** One field of a document, signed again by its rightful key: it must be refused all the same. */
type Row = readonly [place: string, value: unknown, code?: BundleErrorCode];

const DATES: Row[] = [
  "2026-02-30T00:00:00Z",
  "2026-01-01",
  "2026-13-01T00:00:00Z",
  "2026-01-01T24:00:00Z",
  0,
].map((value) => ["created", value]);
const HEAD: Row[] = [
  ["format", 0],
  ["format", "1"],
  ["format", 3, "format"],
  ["type", "other"],
  ["registry", "other", "registry-mismatch"],
  ["registry", "Test", "confusable"],
  ["registry", "t\u0435st", "confusable"],
  ["unknown", 1],
  ["__proto__", { a: 1 }],
  ...DATES,
];

const ROOT: Row[] = [
  ...HEAD,
  ["version", 0],
  ["version", -1],
  ["version", 1.5],
  ["version", 2 ** 31, "root-chain"],
  ["version", 2 ** 53],
  ["version", "1"],
  ["keys", []],
  ["keys", {}],
  ["keys", { abc: { public: "", type: "ed25519" } }],
  ["keys", { ["0".repeat(64)]: { public: "0".repeat(64), type: "ed25519" } }],
  ["roles.root.threshold", 0],
  ["roles.root.threshold", 2],
  ["roles.targets.threshold", 33],
  ["roles.targets.keys", ["0".repeat(64)]],
  ["roles.targets.keys", ["X".repeat(64)]],
  ["roles.targets.keys", []],
  ["roles.extra", {}],
  ["roles", null],
  ["revoked", ["b".repeat(64), "a".repeat(64)]],
  ["revoked", ["a".repeat(64), "a".repeat(64)]],
  ["revoked", {}],
];

const FACT = { sha256: "a".repeat(64), size: 10 };
const bundleOf = (version: string, fact: unknown = FACT) => ({
  latest: version,
  versions: { [version]: fact },
});
const INDEX: Row[] = [
  ...HEAD,
  ["version", 0],
  ["version", 2 ** 31],
  ["version", null],
  ["bundles", []],
  ["bundles.text.latest", "2.0.0"],
  ["bundles.text.latest", "1.0.0"],
  ["bundles.text.versions", {}],
  ["bundles.text.extra", true],
  ["bundles.Core", bundleOf("1.0.0"), "confusable"],
  ["bundles.c\u043ere", bundleOf("1.0.0"), "confusable"],
  ["bundles.-core", bundleOf("1.0.0")],
  ["bundles.../core", bundleOf("1.0.0"), "path"],
  ["bundles.a/b", bundleOf("1.0.0"), "path"],
  ["bundles.", bundleOf("1.0.0")],
  [`bundles.${"a".repeat(65)}`, bundleOf("1.0.0")],
  ["bundles.c-ore", bundleOf("1.0.0"), "confusable"],
  ["bundles.c0re", bundleOf("1.0.0"), "confusable"],
  ["bundles.zz", bundleOf("1.0")],
  ["bundles.zz", bundleOf("v1.0.0")],
  ["bundles.zz", bundleOf("1.0.0+build")],
  ["bundles.zz", bundleOf("01.0.0")],
  ["bundles.zz", bundleOf("../1.0.0"), "path"],
  ["bundles.zz", bundleOf("1.0.0", { ...FACT, size: 0 })],
  ["bundles.zz", bundleOf("1.0.0", { ...FACT, size: 1e9 })],
  ["bundles.zz", bundleOf("1.0.0", { ...FACT, sha256: "A".repeat(64) })],
  ["bundles.zz", bundleOf("1.0.0", { ...FACT, sha256: "a".repeat(63) })],
  ["bundles.zz", bundleOf("1.0.0", { ...FACT, url: "https://elsewhere.example/" })],
  ["bundles.zz", bundleOf("1.0.0", { ...FACT, yanked: true })],
  ["bundles.zz", bundleOf("1.0.0"), "not-found"],
];

const COMMAND = { argv0: "x", capabilities: [], module: "main.wasm" };
const asset = (changes: object) => ({ sha256: "a".repeat(64), size: 1, ...changes });
const MANIFEST: Row[] = [
  ...HEAD,
  ["name", "text", "manifest-mismatch"],
  ["name", "../core", "path"],
  ["version", "1.0.1", "manifest-mismatch"],
  ["version", "1"],
  ["description", "a\u202eb"],
  ["description", "a\u0000b"],
  ["description", "a\u001b[2Jb"],
  ["description", "x".repeat(2001)],
  ["licence", "MIT\n"],
  ["engine", "wasi_snapshot_preview2"],
  ["commands", []],
  ["commands.CAT", COMMAND, "confusable"],
  ["commands.c\u0430t", COMMAND, "confusable"],
  ["commands...", COMMAND, "path"],
  ["commands.a/b", COMMAND, "path"],
  ["commands.a b", COMMAND],
  ["commands.-x", COMMAND],
  ["commands.x", { ...COMMAND, module: "other.wasm" }],
  ["commands.x", { ...COMMAND, module: "../main.wasm" }, "path"],
  ["commands.x", { ...COMMAND, module: "constructor" }],
  ["commands.x", { ...COMMAND, argv0: "/bin/x" }, "path"],
  ["commands.x", { ...COMMAND, capabilities: ["root"] }],
  ["commands.x", { ...COMMAND, capabilities: ["net", "clock"] }],
  ["commands.x", { ...COMMAND, capabilities: ["net", "net"] }],
  ["commands.x", { ...COMMAND, capabilities: "net" }],
  ["commands.x", { ...COMMAND, limits: { memoryBytes: 0 } }],
  ["commands.x", { ...COMMAND, limits: { cpus: 1 } }],
  ["commands.x", { argv0: "x", module: "main.wasm" }],
  ["assets.spare", asset({ stored: { encoding: "gzip", sha256: "a".repeat(64), size: 1 } })],
  ["assets.main~wasm", asset({ stored: { encoding: "zstd", sha256: "a".repeat(64), size: 1 } })],
  ["assets.main~wasm", asset({ stored: { encoding: "gzip", sha256: "a".repeat(64), size: 1e9 } })],
  ["assets.main~wasm", asset({ url: "http://elsewhere.example/x" })],
  ["assets.main~wasm", asset({})],
  ["files", { "usr/lib/x": "main.wasm" }],
  ["files", { "/usr/../etc/x": "main.wasm" }, "path"],
  ["files", { "/usr//x": "main.wasm" }],
  ["files", { "/usr/lib/x": "other" }],
  ["format", 1, "format"],
  ["origin", {}],
  ["origin.size", 1e9],
  ["origin.sha256", "A".repeat(64)],
  ["origin.url", "https://elsewhere.example/"],
];

/** Sets `a.b.c` in a document. After `bundles.` and `commands.` comes one name, dots and all; `~` is a dot elsewhere. */
function put(document: Bendable, place: string, value: unknown): void {
  const [, table, name] = /^(bundles(?!\.text\.)|commands)\.(.*)$/.exec(place) ?? [];
  const steps = table === undefined ? place.split(".").map((step) => step.replace("~", ".")) : [table, name!];
  const last = steps.pop()!;
  const target = steps.reduce((inner, step) => inner[step], document);
  Object.defineProperty(target, last, { value, enumerable: true, configurable: true, writable: true });
}

const rows = { root: ROOT, index: INDEX, manifest: MANIFEST };
const wrong = (["root", "index", "manifest"] as const).flatMap((what) =>
  rows[what].map(
    ([place, value, code = "schema"]): Case => ({
      name: `${what} whose ${place} is ${JSON.stringify(value).slice(0, 200)}`,
      code,
      bend: (it) => resign(it, DOCUMENTS[what], (document) => put(document, place, value)),
    }),
  ),
);

const missing = (["root", "index", "manifest"] as const).flatMap((what) =>
  Object.keys(documentIn(fixture().files.get(DOCUMENTS[what])!)).map(
    (field): Case => ({
      name: `${what} without ${field}`,
      code: "schema",
      bend: (it) => resign(it, DOCUMENTS[what], (document) => delete document[field]),
    }),
  ),
);

/** Wrong contents. */
export const fields: readonly Case[] = [...wrong, ...missing];
