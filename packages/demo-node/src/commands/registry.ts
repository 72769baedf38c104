import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { keyIdOf, OFFICIAL, parseRecipes, refuseConfusableRoots, type TrustRoot } from "@shadowbox/bundle";
import {
  createRegistry,
  generateKey,
  nodePlatform,
  publish,
  rotate,
  serveRegistry,
  signerFromFile,
} from "@shadowbox/bundle/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { trustFromFile } from "../cli/registries.ts";
import type { CliCommand } from "./command.ts";

export const registry: CliCommand = {
  usage: "registry keygen FILE | init|publish|sign|rotate|revoke|serve DIR [options]",
  about: "Runs a registry of your own (docs/registry.md).",
  flags: {
    help: COMMON.help,
    name: { type: "string", value: "NAME", help: "init: the registry's name" },
    trust: {
      type: "string",
      value: "FILE",
      help: "publish, sign, rotate, revoke: the trust root that `init` printed",
    },
    "root-key": {
      type: "string",
      multiple: true,
      value: "FILE",
      help: "init, rotate, revoke: PEM of a root key",
    },
    "signing-key": {
      type: "string",
      value: "FILE",
      help: "PEM of the key that signs the index and manifests (the new one)",
    },
    revoke: {
      type: "string",
      multiple: true,
      value: "KEYID",
      help: "revoke: ids of keys nothing may be signed with",
    },
    bundles: { type: "string", value: "FILE", help: "publish: what, as in docs/registry.md" },
    binaries: { type: "string", value: "DIR", help: "publish: BUNDLE/MODULE.wasm" },
    port: { type: "string", value: "N", help: "serve: default any free one" },
  },
  run: runRegistry,
};

type Action = (place: string, values: Parsed["values"]) => Promise<void> | void;

const ACTIONS: Readonly<Record<string, Action>> = {
  keygen,
  init,
  publish: publishAll,
  sign,
  rotate: change,
  revoke: change,
  serve,
};

async function runRegistry({ values, positionals }: Parsed): Promise<number> {
  const [action = "", place] = positionals;
  if (!Object.hasOwn(ACTIONS, action))
    throw new CliError(`registry: expected ${Object.keys(ACTIONS).join(", ")}, got "${action}"`, EXIT.USAGE);
  if (place === undefined) throw new CliError(`registry ${action}: expected a file or folder`, EXIT.USAGE);
  if (action === "revoke" && values.revoke === undefined)
    throw new CliError(
      "registry revoke: expected --revoke KEYID, the id that `registry keygen` printed (root.json has all)",
      EXIT.USAGE,
    );
  await ACTIONS[action]!(resolve(place), values);
  return EXIT.OK;
}

function say(value: object): void {
  process.stdout.write(`${JSON.stringify(value)}\n`);
}

function dates(days: number): { created: string; expires: string } {
  const seconds = (time: number) => `${new Date(time).toISOString().slice(0, 19)}Z`;
  const now = Date.now();
  return { created: seconds(now), expires: seconds(now + days * 86_400_000) };
}

function need(values: Parsed["values"], flag: string): string {
  const value = values[flag];
  if (typeof value !== "string") throw new CliError(`registry: expected --${flag}`, EXIT.USAGE);
  return value;
}

const rootSigners = (values: Parsed["values"]) =>
  ((values["root-key"] ?? []) as string[]).map((file) => signerFromFile(file));

function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new CliError(`read ${file}: ${(error as Error).message}`);
  }
}

/** A new key; only its public half is printed. */
function keygen(file: string): void {
  if (existsSync(file)) throw new CliError(`registry keygen: ${file} is there already`);
  const { pem, signer } = generateKey();
  writeFileSync(file, pem, { mode: 0o600, flag: "wx" });
  say({ key: file, public: signer.publicKey, id: keyIdOf(signer.publicKey, nodePlatform()) });
}

/** Makes the first root; prints what users have to trust. */
function init(folder: string, values: Parsed["values"]): void {
  const signers = rootSigners(values);
  const keys = signers.map(({ publicKey }) => publicKey);
  const trust: TrustRoot = {
    name: need(values, "name"),
    version: 1,
    keys,
    threshold: Math.max(1, keys.length),
  };
  refuseConfusableRoots([OFFICIAL, trust]);
  const targets = { keys: [signerFromFile(need(values, "signing-key")).publicKey], threshold: 1 };
  mkdirSync(folder, { recursive: true });
  createRegistry({ folder, trust, rootSigners: signers, targets, ...dates(3650) });
  say(trust);
}

function publishAll(folder: string, values: Parsed["values"]): void {
  const { added, unchanged, index } = publish({
    ...{ folder, trust: trustFromFile(values.trust), ...dates(365) },
    signers: [signerFromFile(need(values, "signing-key"))],
    recipes: parseRecipes(readText(need(values, "bundles"))),
    binaries: need(values, "binaries"),
  });
  say({ index, added, unchanged });
}

/** The index as it is, with a new date: news stay news for another year. */
function sign(folder: string, values: Parsed["values"]): void {
  const { index } = publish({
    ...{ folder, trust: trustFromFile(values.trust), ...dates(365) },
    signers: [signerFromFile(need(values, "signing-key"))],
    ...{ recipes: [], binaries: folder, refresh: true },
  });
  say({ index });
}

/** New keys, or keys that are not good any more; all is signed anew. */
function change(folder: string, values: Parsed["values"]): void {
  const signer = signerFromFile(need(values, "signing-key"));
  const done = rotate({
    ...{ folder, trust: trustFromFile(values.trust), rootSigners: rootSigners(values), signers: [signer] },
    targets: { keys: [signer.publicKey], threshold: 1 },
    ...(values.revoke !== undefined && { revoke: values.revoke as string[] }),
    ...dates(365),
  });
  say(done);
}

async function serve(folder: string, { port = "0" }: Parsed["values"]): Promise<void> {
  if (!/^\d{1,5}$/.test(String(port)) || Number(port) > 65_535)
    throw new CliError(`--port: expected a number from 0 to 65535, got "${port}"`, EXIT.USAGE);
  if (!existsSync(join(folder, "root.json")))
    throw new CliError(`registry serve: expected a registry in ${folder}, it has no root.json`);
  const server = await serveRegistry(folder, { port: Number(port) });
  say({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` });
  await new Promise((done) => process.once("SIGINT", done).once("SIGTERM", done));
  server.closeAllConnections();
  server.close();
}
