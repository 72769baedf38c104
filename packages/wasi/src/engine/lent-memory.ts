import { concat } from "@shadowbox/vfs";
import { leb, Reader, Section, sized, text } from "./binary.ts";
import { MEMORY_GROW, MEMORY_SIZE, skipInstruction } from "./instructions.ts";
import { PAGE_BYTES } from "./module.ts";

/**
 * A linear memory that one program after another uses. To make one, to have it grow and to collect it take a third of the time of a
 * short process; to wipe one takes a twentieth, and nobody waits for that. So commands are rewritten before they are compiled: they
 * import their memory, and count its pages themselves, from the number that they declare. A program sees what it would see of a
 * memory of its own, but that an access shortly beyond its end may find zeros instead of a trap.
 */

/** Module and name of the import. */
const FROM = "shadowbox";
const NAME = "memory";
/** Name of the exported number that is 1 while the last wish for more memory was refused. */
export const REFUSED = "shadowbox.refused";
/** Name of the section that tells how large a memory a module wants. */
const WANTED = "shadowbox.memory";
/** Most pages of a memory that is kept, and of one that is worth it when it starts. */
const KEPT = 48;
const WORTH = 40;

/** Pages that a module's memory starts with, and may have. */
interface Limits {
  min: number;
  max: number;
}

/** Order of the sections: tags are before globals, the count of data before the code. */
const ORDER = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11];

/** A command module, whose memory has a maximum, as one that imports its memory; as it is where that cannot be done or is not worth it. */
export function borrowMemory(bytes: Uint8Array): Uint8Array {
  const sections = readSections(bytes);
  const limits = sections.get(Section.MEMORY) && readLimits(sections.get(Section.MEMORY) as Uint8Array);
  if (limits === undefined || limits.min > WORTH || !replaceGrow(sections, limits.min)) return bytes;
  const imports = sections.get(Section.IMPORT) ?? new Uint8Array(1);
  const memory = [...text(FROM), ...text(NAME), 2, 1, ...leb(limits.min), ...leb(limits.max)];
  sections.set(Section.IMPORT, append(imports, memory));
  sections.delete(Section.MEMORY);
  const wanted = [...text(WANTED), ...leb(limits.min), ...leb(limits.max)];
  return assemble(bytes, sections, [Section.CUSTOM, ...sized(wanted)]);
}

/** A command module as one that tells by {@link REFUSED} whether it was refused memory; as it is where that cannot be done. */
export function watchMemory(bytes: Uint8Array): Uint8Array {
  const sections = readSections(bytes);
  return replaceGrow(sections) ? assemble(bytes, sections) : bytes;
}

/**
 * Puts a function in place of `memory.grow`, which notes a refusal; with `min` pages to start with, also the module's own count of its pages
 * in place of `memory.size`. False if that cannot be done.
 */
function replaceGrow(sections: Map<number, Uint8Array>, min?: number): boolean {
  const code = sections.get(Section.CODE);
  const types = sections.get(Section.TYPE);
  const functions = sections.get(Section.FUNCTION);
  const exports = sections.get(Section.EXPORT);
  if (!code || !types || !functions || !exports) return false;
  const globals = sections.get(Section.GLOBAL) ?? new Uint8Array(1);
  const grow = countOf(sections.get(Section.IMPORT) ?? new Uint8Array(1)) + countOf(functions);
  const refused = countOf(globals);
  const pages = min === undefined ? undefined : refused + 1;
  const body = rewriteCode(code, grow, pages);
  if (body === undefined) return false;
  const number = (value: number) => [0x7f, 1, 0x41, ...signedLeb(value), 0x0b];
  const noted = append(globals, number(0));
  const growing = pages === undefined ? watchedGrow(refused) : growFunction(pages, refused);
  sections.set(Section.TYPE, append(types, [0x60, 1, 0x7f, 1, 0x7f]));
  sections.set(Section.FUNCTION, append(functions, leb(countOf(types))));
  sections.set(Section.GLOBAL, min === undefined ? noted : append(noted, number(min)));
  sections.set(Section.EXPORT, append(exports, [...text(REFUSED), 3, ...leb(refused)]));
  sections.set(Section.CODE, append(body, sized(growing)));
  return true;
}

function assemble(
  bytes: Uint8Array,
  sections: ReadonlyMap<number, Uint8Array>,
  more: readonly number[] = [],
): Uint8Array {
  return concat([
    bytes.subarray(0, 8),
    ...ORDER.flatMap((id) => {
      const section = sections.get(id);
      return section ? [Uint8Array.from([id, ...leb(section.length)]), section] : [];
    }),
    Uint8Array.from(more),
  ]);
}

/** What is in each section but the custom ones. */
function readSections(bytes: Uint8Array): Map<number, Uint8Array> {
  const sections = new Map<number, Uint8Array>();
  const reader = new Reader(bytes, 8, bytes.length);
  while (reader.at < reader.end) {
    const id = reader.byte();
    const size = reader.u32();
    const from = reader.at;
    reader.skip(size);
    if (id !== Section.CUSTOM) sections.set(id, bytes.subarray(from, reader.at));
  }
  return sections;
}

function readLimits(section: Uint8Array): Limits | undefined {
  const reader = new Reader(section, 0, section.length);
  if (reader.u32() !== 1) return undefined;
  const { min, max } = reader.limits();
  return max === undefined ? undefined : { min, max };
}

function countOf(section: Uint8Array): number {
  return new Reader(section, 0, section.length).u32();
}

/** A section, which is a vector, with one more element. */
function append(section: Uint8Array, element: readonly number[] | Uint8Array): Uint8Array {
  const reader = new Reader(section, 0, section.length);
  const count = reader.u32();
  return concat([Uint8Array.from(leb(count + 1)), section.subarray(reader.at), Uint8Array.from(element)]);
}

/** Functions that ask global `pages`, if given, for the memory's size and call function `grow`; undefined if an instruction is not known. */
function rewriteCode(section: Uint8Array, grow: number, pages: number | undefined): Uint8Array | undefined {
  const reader = new Reader(section, 0, section.length);
  const count = reader.u32();
  const pieces = [section.subarray(0, reader.at)];
  let copied = reader.at;
  for (let index = 0; index < count; index++) {
    const start = reader.at;
    const size = reader.u32();
    const from = reader.at;
    reader.skip(size);
    if (!mayKnowSize(section, from, reader.at)) continue;
    const body = rewriteBody(section.subarray(from, reader.at), grow, pages);
    if (body === undefined) return undefined;
    pieces.push(section.subarray(copied, start), Uint8Array.from(leb(body.length)), body);
    copied = reader.at;
  }
  pieces.push(section.subarray(copied));
  return concat(pieces);
}

/** Whether the two instructions' bytes are there at all, as such or as part of others: few functions have them. */
function mayKnowSize(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to - 1; at++) {
    const byte = bytes[at];
    if ((byte === MEMORY_GROW || byte === MEMORY_SIZE) && bytes[at + 1] === 0) return true;
  }
  return false;
}

function rewriteBody(body: Uint8Array, grow: number, pages: number | undefined): Uint8Array | undefined {
  const reader = new Reader(body, 0, body.length);
  for (let groups = reader.u32(); groups > 0; groups--) {
    reader.u32();
    reader.byte();
  }
  const pieces: Uint8Array[] = [];
  let copied = 0;
  while (reader.at < reader.end) {
    const at = reader.at;
    const opcode = body[at];
    if (!skipInstruction(reader)) return undefined;
    const size = opcode === MEMORY_SIZE ? pages : undefined;
    if (opcode !== MEMORY_GROW && size === undefined) continue;
    pieces.push(body.subarray(copied, at));
    pieces.push(Uint8Array.from(size === undefined ? [CALL, ...leb(grow)] : [GLOBAL_GET, ...leb(size)]));
    copied = reader.at;
  }
  pieces.push(body.subarray(copied));
  return concat(pieces);
}

const CALL = 0x10;
const GLOBAL_GET = 0x23;
const GLOBAL_SET = 0x24;

/** `memory.grow` by the program's own count: only what goes over the memory that there is makes it larger. */
function growFunction(pages: number, refused: number): number[] {
  const global = leb(pages);
  const fail = [...note(refused, 1), 0x41, 0x7f, 0x0f];
  return [
    // One more local: the pages wanted.
    ...[1, 1, 0x7f],
    // if more than 65536 pages are asked for: -1
    ...[0x20, 0, 0x41, ...signedLeb(65536), 0x4b, 0x04, 0x40, ...fail, 0x0b],
    // wanted = pages + asked
    ...[GLOBAL_GET, ...global, 0x20, 0, 0x6a, 0x21, 1],
    // if wanted > memory.size and memory.grow(wanted - memory.size) = -1: -1
    ...[0x20, 1, MEMORY_SIZE, 0, 0x4b, 0x04, 0x40],
    ...[0x20, 1, MEMORY_SIZE, 0, 0x6b, MEMORY_GROW, 0, 0x41, 0x7f, 0x46, 0x04, 0x40, ...fail, 0x0b, 0x0b],
    ...note(refused, 0),
    // pages = wanted; the result is what it was before
    ...[GLOBAL_GET, ...global, 0x20, 1, GLOBAL_SET, ...global, 0x0b],
  ];
}

/** `memory.grow`, and whether it was refused. */
function watchedGrow(refused: number): number[] {
  const grow = [0x20, 0, MEMORY_GROW, 0, 0x22, 0];
  return [0, ...grow, 0x41, 0x7f, 0x46, GLOBAL_SET, ...leb(refused), 0x20, 0, 0x0b];
}

function note(global: number, value: number): number[] {
  return [0x41, value, GLOBAL_SET, ...leb(global)];
}

/** A number that is not negative as signed LEB128. */
function signedLeb(value: number): number[] {
  const bytes = leb(value);
  const last = bytes[bytes.length - 1] as number;
  return last & 0x40 ? [...bytes.slice(0, -1), last | 0x80, 0] : bytes;
}

/** Lends a worker's programs their memory, one after another. */
export class MemoryLender {
  readonly #wanted = new WeakMap<WebAssembly.Module, Limits | "none">();
  #kept: { memory: WebAssembly.Memory; max: number } | undefined;
  #lent: { memory: WebAssembly.Memory; max: number } | undefined;

  /** What a module imports besides functions. */
  lend(module: WebAssembly.Module): WebAssembly.ModuleImports | undefined {
    const limits = this.#limits(module);
    if (limits === "none") return undefined;
    const kept = this.#kept;
    this.#kept = undefined;
    const { min, max } = limits;
    const fits = kept !== undefined && kept.max === max && kept.memory.buffer.byteLength >= min * PAGE_BYTES;
    this.#lent = fits ? kept : { memory: new WebAssembly.Memory({ initial: min, maximum: max }), max };
    return { [NAME]: this.#lent.memory };
  }

  #limits(module: WebAssembly.Module): Limits | "none" {
    let limits = this.#wanted.get(module);
    if (limits === undefined) {
      const [section] = WebAssembly.Module.customSections(module, WANTED);
      const reader = section && new Reader(new Uint8Array(section), 0, section.byteLength);
      limits = reader ? { min: reader.u32(), max: reader.u32() } : "none";
      this.#wanted.set(module, limits);
    }
    return limits;
  }

  /** Takes back what was lent, and leaves nothing in it. The program has ended. */
  takeBack(): void {
    const lent = this.#lent;
    this.#lent = undefined;
    if (lent === undefined || lent.memory.buffer.byteLength > KEPT * PAGE_BYTES) return;
    new Uint8Array(lent.memory.buffer).fill(0);
    this.#kept = lent;
  }
}

/** The import's module name. */
export const LENDER = FROM;
