import { WasiError } from "../errors.ts";
import { Guest } from "../preview1/guest.ts";
import { preview1 } from "../preview1/index.ts";
import { leb, Reader, Section } from "./binary.ts";

/** Bytes of one page of linear memory. */
export const PAGE_BYTES = 65536;

const WASI_MODULE = "wasi_snapshot_preview1";

/** What a module may import. */
const FUNCTIONS: ReadonlySet<string> = new Set(Object.keys(preview1(new Guest())));

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
  const exported = new Set<string>();
  let memory: MemorySection | undefined;
  const reader = new Reader(bytes, 8, bytes.length);
  while (reader.at < reader.end) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const body = new Reader(bytes, reader.at, reader.at + size);
    reader.skip(size);
    if (id === Section.IMPORT) checkImports(body, name);
    if (id === Section.EXPORT) readExports(body, exported);
    if (id === Section.MEMORY) memory = readMemory(body, start, reader.at, name);
  }
  for (const wanted of ["_start", "memory"])
    if (!exported.has(wanted))
      throw new WasiError("module", `${name}: expected a WASI command, got a module without ${wanted}`);
  if (memory === undefined) throw new WasiError("module", `${name}: expected a module with its own memory`);
  return withMaximum(bytes, memory, maxPages, name);
}

interface MemorySection {
  start: number;
  end: number;
  flags: number;
  min: number;
  max: number | undefined;
}

function checkImports(body: Reader, name: string): void {
  const count = body.u32();
  for (let i = 0; i < count; i++) {
    const from = body.name();
    const what = body.name();
    const kind = body.byte();
    if (from !== WASI_MODULE || kind !== 0)
      throw new WasiError(
        "module",
        `${name}: expected imports of ${WASI_MODULE} only, got "${from}" "${what}"`,
      );
    if (!FUNCTIONS.has(what))
      throw new WasiError("module", `${name}: expected a function of ${WASI_MODULE}, got import "${what}"`);
    body.u32();
  }
}

function readExports(body: Reader, into: Set<string>): void {
  const count = body.u32();
  for (let i = 0; i < count; i++) {
    into.add(body.name());
    body.byte();
    body.u32();
  }
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
