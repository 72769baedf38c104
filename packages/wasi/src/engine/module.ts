import { WasiError } from "../errors.ts";
import { leb, Reader, Section } from "./binary.ts";
import { NOTHING, readTypes, type Signature, signatureOf, spelt } from "./signatures.ts";

/** Bytes of one page of linear memory. */
export const PAGE_BYTES = 65536;

const WASI_MODULE = "wasi_snapshot_preview1";

/** Whether `bytes` begin like a WebAssembly module of version 1. */
export function isModule(bytes: Uint8Array): boolean {
  const magic = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];
  return bytes.length >= 8 && magic.every((byte, index) => bytes[index] === byte);
}

/**
 * Checks that a module is a WASI preview 1 command (no imports but the interface's functions, a `_start`, one memory) and
 * answers its bytes with the memory's maximum lowered to `maxPages`. Throws WasiError `module`, one line that `name`
 * begins.
 */
export function limitModule(bytes: Uint8Array, maxPages: number, name: string): Uint8Array {
  if (!isModule(bytes))
    throw new WasiError("module", `${name}: expected a WebAssembly module, got other bytes`);
  const outline = readOutline(bytes, name);
  checkImports(outline, name);
  checkExports(outline, name);
  if (outline.memory === undefined)
    throw new WasiError("module", `${name}: expected a module with its own memory`);
  return withMaximum(bytes, outline.memory, maxPages, name);
}

/** What is looked at of a module. */
interface Outline {
  types: Signature[];
  imports: { what: string; type: number }[];
  /** Numbers of the types of its own functions. */
  functions: number[];
  exports: Map<string, { kind: number; index: number }>;
  memory: MemorySection | undefined;
}

const FUNCTION_KIND = 0;
const MEMORY_KIND = 2;

function readOutline(bytes: Uint8Array, name: string): Outline {
  const outline: Outline = { types: [], imports: [], functions: [], exports: new Map(), memory: undefined };
  const reader = new Reader(bytes, 8, bytes.length);
  try {
    while (reader.at < reader.end) {
      const start = reader.at;
      const id = reader.byte();
      const size = reader.u32();
      const body = new Reader(bytes, reader.at, reader.at + size);
      reader.skip(size);
      if (id === Section.TYPE) outline.types = readTypes(body);
      if (id === Section.IMPORT) readImports(body, outline, name);
      if (id === Section.FUNCTION)
        for (let left = body.u32(); left > 0; left--) outline.functions.push(body.u32());
      if (id === Section.EXPORT) readExports(body, outline.exports);
      if (id === Section.MEMORY) outline.memory = readMemory(body, start, reader.at, name);
    }
  } catch (error) {
    const { message } = error as Error;
    const why = message.startsWith(name) ? message : `${name}: expected a valid module: ${message}`;
    throw new WasiError("module", why, { cause: error });
  }
  return outline;
}

interface MemorySection {
  start: number;
  end: number;
  flags: number;
  min: number;
  max: number | undefined;
}

function readImports(body: Reader, { imports }: Outline, name: string): void {
  const count = body.u32();
  for (let i = 0; i < count; i++) {
    const [from, what, kind] = [body.name(), body.name(), body.byte()];
    if (from !== WASI_MODULE || kind !== FUNCTION_KIND)
      throw new WasiError(
        "module",
        `${name}: expected imports of ${WASI_MODULE} only, got "${from}" "${what}"`,
      );
    imports.push({ what, type: body.u32() });
  }
}

function checkImports({ imports, types }: Outline, name: string): void {
  for (const { what, type } of imports) {
    const wanted = signatureOf(what);
    if (wanted === undefined)
      throw new WasiError("module", `${name}: expected a function of ${WASI_MODULE}, got import "${what}"`);
    const got = types[type];
    if (got !== undefined && got !== wanted)
      throw new WasiError(
        "module",
        `${name}: expected import "${what}" as ${spelt(wanted)}, got ${spelt(got)}`,
      );
  }
}

function readExports(body: Reader, into: Outline["exports"]): void {
  const count = body.u32();
  for (let i = 0; i < count; i++) {
    const name = body.name();
    into.set(name, { kind: body.byte(), index: body.u32() });
  }
}

function checkExports({ exports, imports, functions, types }: Outline, name: string): void {
  for (const [wanted, kind] of [["_start", FUNCTION_KIND] as const, ["memory", MEMORY_KIND] as const])
    if (exports.get(wanted)?.kind !== kind)
      throw new WasiError("module", `${name}: expected a WASI command, got a module without ${wanted}`);
  const index = exports.get("_start")?.index ?? 0;
  const type = index < imports.length ? imports[index]?.type : functions[index - imports.length];
  const start = type === undefined ? undefined : types[type];
  if (start !== undefined && start !== NOTHING)
    throw new WasiError("module", `${name}: expected _start as ${spelt(NOTHING)}, got ${spelt(start)}`);
}

function readMemory(body: Reader, start: number, end: number, name: string): MemorySection | undefined {
  const count = body.u32();
  if (count === 0) return undefined;
  const limits = body.limits();
  if (count > 1 || (limits.flags & ~1) !== 0)
    throw new WasiError("module", `${name}: expected one 32-bit memory that is not shared, got another kind`);
  return { start, end, ...limits };
}

function withMaximum(bytes: Uint8Array, memory: MemorySection, maxPages: number, name: string): Uint8Array {
  const limit = `${(maxPages * PAGE_BYTES) / 1024 / 1024} MiB`;
  if (memory.min > maxPages)
    throw new WasiError(
      "module",
      `${name}: needs ${memory.min} pages of memory, the limit is ${maxPages} (${limit})`,
    );
  if (memory.max !== undefined && memory.max <= maxPages) return bytes;
  const body = [1, 1, ...leb(memory.min), ...leb(maxPages)];
  const section = [Section.MEMORY, ...leb(body.length), ...body];
  const out = new Uint8Array(bytes.length - (memory.end - memory.start) + section.length);
  out.set(bytes.subarray(0, memory.start));
  out.set(section, memory.start);
  out.set(bytes.subarray(memory.end), memory.start + section.length);
  return out;
}
