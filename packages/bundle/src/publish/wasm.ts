import { BundleError } from "../errors.ts";

const ALLOWED = "wasi_snapshot_preview1";

/**
 * Refuses a module that is not valid wasm, imports from elsewhere than WASI preview 1 or is no program: `wasm-import`. With `compiles`
 * false it needs what this engine may lack: its imports and exports alone are read.
 */
export function checkModule(bytes: Uint8Array, what: string, compiles = true): void {
  const { imports, exports } = compiles ? compiled(bytes, what) : outlineOf(bytes, what);
  for (const { module: from, name } of imports)
    if (from !== ALLOWED)
      throw new BundleError(
        "wasm-import",
        `read ${what}: expected imports from ${ALLOWED}, got ${from}.${name}`,
      );
  const names = new Map(exports.map(({ name, kind }) => [name, kind]));
  if (names.get("_start") !== "function" || names.get("memory") !== "memory")
    throw new BundleError("wasm-import", `read ${what}: expected exports _start and memory`);
}

interface Outline {
  imports: readonly { module: string; name: string }[];
  exports: readonly { name: string; kind: string }[];
}

function compiled(bytes: Uint8Array, what: string): Outline {
  let module: WebAssembly.Module;
  try {
    module = new WebAssembly.Module(bytes as Uint8Array<ArrayBuffer>);
  } catch (cause) {
    throw new BundleError("wasm-import", `read ${what}: not a valid WebAssembly module`, { cause });
  }
  return { imports: WebAssembly.Module.imports(module), exports: WebAssembly.Module.exports(module) };
}

const Section = { IMPORT: 2, EXPORT: 7 } as const;
const KINDS = ["function", "table", "memory", "global", "tag"];

/** Imports and exports of a module whose imports are functions, as WASI's are. */
function outlineOf(bytes: Uint8Array, what: string): Outline {
  const imports: { module: string; name: string }[] = [];
  const exports: { name: string; kind: string }[] = [];
  const text = new TextDecoder();
  let at = 8;
  const number = () => {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = bytes[at++];
      if (byte === undefined) throw new BundleError("wasm-import", `read ${what}: it ends too early`);
      value += (byte & 127) * shift;
      if (byte < 128) return value;
    }
  };
  const name = () => {
    const length = number();
    at += length;
    return text.decode(bytes.subarray(at - length, at));
  };
  while (at < bytes.length) {
    const id = bytes[at++];
    const end = number() + at;
    for (let count = id === Section.IMPORT ? number() : 0; count > 0; count--) {
      imports.push({ module: name(), name: name() });
      if (bytes[at++] !== 0)
        throw new BundleError("wasm-import", `read ${what}: expected functions as imports, got another kind`);
      number();
    }
    for (let count = id === Section.EXPORT ? number() : 0; count > 0; count--) {
      const exported = name();
      exports.push({ name: exported, kind: KINDS[bytes[at++] ?? 0] ?? "" });
      number();
    }
    at = end;
  }
  return { imports, exports };
}
