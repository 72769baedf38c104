// Built as NAME.cjs beside NAME.code.cjs, once for the command and once for each kind of worker: starts that code as it
// was compiled before. CommonJS, because Node 20 takes compiled code for scripts only, and needs no loader for it.
import { readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { Script } from "node:vm";
import { cacheName, HEADER_BYTES, header, holdSave, saveCompiledCode, writeCache } from "./cache.ts";

type Code = (exports: object, require: NodeJS.Require, module: { exports: object }, url: string) => void;

/** Modules of Node that take milliseconds to load, and that most runs never use: loaded when something of them is asked for. */
const LATER = /^node:(child_process|crypto|dns|http|https|net|readline|tls|zlib)\b/;

function requireLater(require: NodeJS.Require): NodeJS.Require {
  const later = (name: string) =>
    LATER.test(name) ? new Proxy({}, { get: (_, key) => require(name)[key] }) : require(name);
  return Object.assign(later, require);
}

function start(path: string): Record<string, unknown> {
  const head = header(statSync(path));
  const cache = cacheName(path);
  const kept = read(cache);
  const isOurs = kept !== undefined && head.equals(kept.subarray(0, HEADER_BYTES));
  // The bundle is ASCII, which is the quickest to read.
  const text = readFileSync(path, "latin1");
  const script = new Script(text, {
    filename: path,
    ...(isOurs && { cachedData: kept.subarray(HEADER_BYTES) }),
  });
  // One that V8 refuses (other flags) is left for those it suits.
  if (!isOurs) holdSave(() => writeCache(cache, head, script.createCachedData()));
  const module = { exports: {} };
  const code = script.runInThisContext() as Code;
  code(module.exports, requireLater(createRequire(path)), module, pathToFileURL(path).href);
  return module.exports as Record<string, unknown>;
}

function read(path: string): Buffer | undefined {
  try {
    return readFileSync(path);
  } catch {
    return undefined;
  }
}

const code = start(__filename.replace(/\.cjs$/, ".code.cjs"));

/** A command's entry; undefined is what it answers when it did nothing. */
export async function run(args: readonly string[]): Promise<unknown> {
  const result = await (code.run as (args: readonly string[]) => Promise<unknown>)(args);
  if (result !== undefined) saveCompiledCode();
  return result;
}
