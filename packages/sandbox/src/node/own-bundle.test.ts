import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BundleRecipe, Capability, TrustRoot } from "@shadowbox/bundle";
import { createRegistry, generateKey, openFolderRegistry, publish } from "@shadowbox/bundle/node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { SandboxEvent } from "../types.ts";
import { officialFolder, Sandbox } from "./index.ts";
import { wasmtimePath } from "./wasi/testing/run-bytes.ts";

/** Modules are compiled when they are first run. */
const PATIENCE_MS = 120_000;
const MIB = 1024 * 1024;
const DATES = { created: "2026-01-01T00:00:00Z", expires: "2030-01-01T00:00:00Z" };

/** Commands of the bundle `mine`: the official command that each is, what it may do, and its bounds. */
type Own = [official: string, capabilities: Capability[], limits?: { memoryBytes?: number; timeMs?: number }];
const COMMANDS: Readonly<Record<string, Own>> = {
  "my-mkdir": ["mkdir", ["fs.read"]],
  "my-cat": ["cat", []],
  "my-env": ["env", ["fs.read"]],
  "my-curl": ["curl", ["clock", "fs.read", "fs.write", "random"]],
  "my-sleep": ["sleep", ["clock"], { timeMs: 500 }],
  "my-yes": ["yes", [], { timeMs: 500 }],
  "my-awk": ["awk", ["fs.read", "fs.write"], { memoryBytes: 64 * MIB }],
};

let folder: string;
let registry: { folder: string; trust: TrustRoot };

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-own-"));
  registry = publishOwn();
}, PATIENCE_MS);
afterAll(() => rmSync(folder, { recursive: true }));

function publishOwn() {
  const { signer } = generateKey();
  const keys = { keys: [signer.publicKey], threshold: 1 };
  const place = { folder: join(folder, "registry"), trust: { name: "team", version: 1, ...keys } };
  const official = openFolderRegistry(officialFolder());
  const binaries = join(folder, "binaries");
  for (const each of [join(binaries, "mine"), join(place.folder, "assets")])
    mkdirSync(each, { recursive: true });
  const modules = Object.entries(COMMANDS).map(([name, [original, capabilities, limits]]) => {
    const { module, argv0 } = official.commands().get(original)!;
    writeFileSync(join(binaries, "mine", `${name}.wasm`), official.loadModuleSync(module));
    // What is packed already is taken as it is.
    const packed = `assets/${module}.wasm.gz`;
    copyFileSync(join(officialFolder(), packed), join(place.folder, packed));
    return {
      module: name,
      crate: name,
      commands: [{ name, argv0, capabilities, ...(limits && { limits }) }],
    };
  });
  const recipe: BundleRecipe = {
    name: "mine",
    version: "1.0.0",
    description: "Mine",
    licence: "MIT",
    modules,
  };
  createRegistry({ ...place, rootSigners: [signer], targets: keys, ...DATES });
  publish({ ...place, signers: [signer], recipes: [recipe], binaries, ...DATES });
  return place;
}

it("a registry that has another's name, or looks like it, opens no box", async () => {
  for (const name of ["official", "officia1"])
    await expect(
      Sandbox.create({ registries: [{ ...registry, trust: { ...registry.trust, name } }] }),
    ).rejects.toMatchObject({ code: "confusable" });
});

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

describe.each(["v8", "wasmtime"] as const)("a command of a registry of one's own, on %s", (engine) => {
  const events: SandboxEvent[] = [];
  let box: Sandbox;
  beforeAll(async () => {
    const onEvent = (event: SandboxEvent) => void events.push(event);
    const options = engine === "wasmtime" ? { engine, wasmtime: wasmtimePath() } : {};
    box = await Sandbox.create({ ...options, registries: [registry], onEvent });
    box.fs.writeFile("file", "text\n");
  }, PATIENCE_MS);
  afterAll(() => box.close());

  const run = async (script: string) => {
    const { status, stdout, stderr } = await box.exec(script, { timeoutMs: PATIENCE_MS });
    return { status, out: text(stdout), err: text(stderr) };
  };
  const refused = (command: string, capability: string) =>
    `${command}: not permitted: "${capability}" is not among the capabilities that bundle "mine" asks for\n`;

  it.each([
    ["without fs.write cannot write", "my-mkdir d; test -e d", "mkdir", "fs.write"],
    ["without fs.read cannot read", "my-cat file", "cat", "fs.read"],
    ["without spawn cannot start a program", "my-env true", "env", "spawn"],
    ["without net has no network", "my-curl -s http://127.0.0.1:9/", "curl", "net"],
  ])(
    "%s, and is told so by capability and bundle",
    async (_what, script, argv0, capability) => {
      const { status, out, err } = await run(script);
      expect(status).toBeGreaterThan(0);
      expect(out).toBe("");
      expect(err).toContain(refused(argv0, capability));
    },
    PATIENCE_MS,
  );

  it("is killed when it is over the time of its manifest, and says so", {
    timeout: PATIENCE_MS,
  }, async () => {
    const why = (name: string) => `${name}: killed: over the time limit of 0.5 s that bundle "mine" sets\n`;
    events.length = 0;
    const asleep = await run("my-sleep 60; echo $?");
    expect(asleep).toMatchObject({ status: 0, out: "137\n" });
    expect(asleep.err).toContain(why("sleep"));
    expect((await run("my-yes | tail -n 1 > /dev/null; echo ${PIPESTATUS[0]}")).err).toContain(why("yes"));
    expect(events).toContainEqual({ type: "limit", limit: "time" });
    expect(await run("my-sleep 0.01; sleep 0.7; echo $?")).toMatchObject({ out: "0\n", err: "" });
  });

  it("and an official one gets nothing that the box denies", { timeout: PATIENCE_MS }, async () => {
    const options = engine === "wasmtime" ? { engine, wasmtime: wasmtimePath() } : {};
    await using denying = await Sandbox.create({ ...options, denyCapabilities: ["fs.write", "spawn"] });
    const { stdout, stderr } = await denying.exec("mkdir d; test -e d; echo $?; env true; echo $?");
    expect(text(stdout)).toBe("1\n126\n");
    for (const [name, bundle] of [
      ["fs.write", "core-utils"],
      ["spawn", "system-utils"],
    ])
      expect(text(stderr)).toContain(`"${name}", which bundle "${bundle}" asks for, is denied in this box`);
  });

  it("gets no more memory than its manifest says", { timeout: PATIENCE_MS }, async () => {
    const grow = (mb: number) =>
      `my-awk 'BEGIN { while (n < ${mb}) a[n++] = sprintf("%1000000d", n); print n }'`;
    expect((await run(grow(8))).out).toBe("8\n");
    const { status, out, err } = await run(grow(200));
    expect(status).toBeGreaterThan(0);
    expect(out).toBe("");
    if (engine === "v8") expect(err).toContain("the limit is 64 MiB");
  });
});
