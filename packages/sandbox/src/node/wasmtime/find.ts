import { accessSync, constants } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join, resolve } from "node:path";

/** The folder for what can be made again: compiled modules. */
export function userCache(env: NodeJS.ProcessEnv): string {
  return join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "shadowbox");
}

/** The `wasmtime` binary that SHADOWBOX_WASMTIME names, else the first of PATH, else the one that `tools/fetch-wasmtime.sh` brought; undefined: there is none. */
export function findWasmtime(env: NodeJS.ProcessEnv): string | undefined {
  if (env.SHADOWBOX_WASMTIME) return resolve(env.SHADOWBOX_WASMTIME);
  const folders = (env.PATH ?? "").split(delimiter).filter(Boolean);
  return [...folders, join(userCache(env), "wasmtime")]
    .map((folder) => join(folder, "wasmtime"))
    .find(isExecutable);
}

export function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
