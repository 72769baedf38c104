import { BundleError } from "../errors.ts";

const ALLOWED = "wasi_snapshot_preview1";

/** Refuses a module that is not valid wasm, imports from elsewhere than WASI preview 1 or is no program: `wasm-import`. */
export function checkModule(bytes: Uint8Array, what: string): void {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw new BundleError("wasm-import", `read ${what}: not a valid WebAssembly module`, { cause });
  }
  for (const { module: from, name } of WebAssembly.Module.imports(module))
    if (from !== ALLOWED)
      throw new BundleError(
        "wasm-import",
        `read ${what}: expected imports from ${ALLOWED}, got ${from}.${name}`,
      );
  const names = new Map(WebAssembly.Module.exports(module).map(({ name, kind }) => [name, kind]));
  if (names.get("_start") !== "function" || names.get("memory") !== "memory")
    throw new BundleError("wasm-import", `read ${what}: expected exports _start and memory`);
}
