import { concat } from "@shadowbox/vfs";
import { leb, Reader, Section, sized, text } from "../../engine/binary.ts";

/**
 * What stock wasmtime does not have whole: it refuses to remove `dir/`, tells no status over 125, and bounds no descriptors. A module that
 * imports one of these functions gets it from a second module, which wasmtime loads before it (`--preload`). The two share one memory: the
 * second module's, which the first one imports and exports as its own.
 */
export interface Interposed {
  program: Uint8Array;
  helper: Uint8Array;
}

/** What the helper is called among the imports of the program. */
export const HELPER = "shadowbox";

const WASI = "wasi_snapshot_preview1";

const I32 = 0x7f;
const I64 = 0x7e;
/** The functions that are replaced, with the types of their parameters; all but the last answer an errno. */
const REPLACED = [
  ["path_remove_directory", [I32, I32, I32]],
  ["path_open", [I32, I32, I32, I32, I32, I64, I64, I32, I32]],
  ["fd_close", [I32]],
  ["fd_renumber", [I32, I32]],
  ["proc_exit", [I32]],
] as const;
const NAMES: ReadonlySet<string> = new Set(REPLACED.map(([name]) => name));
/** Statuses from here on are told by the name of the function in which the helper traps. */
const UNTOLD = 126;
const STATUSES = 256 - UNTOLD;

/** A checked command module that starts with `open` descriptors, and its helper; undefined for a module that needs none. */
export function interpose(bytes: Uint8Array, open: number): Interposed | undefined {
  const pieces: Uint8Array[] = [bytes.subarray(0, 8)];
  let memory: Uint8Array | undefined;
  let imports = -1;
  const reader = new Reader(bytes, 8, bytes.length);
  while (reader.at < reader.end) {
    const start = reader.at;
    const id = reader.byte();
    const size = reader.u32();
    const body = bytes.subarray(reader.at, reader.at + size);
    reader.skip(size);
    if (id === Section.MEMORY) memory = body.subarray(1);
    else if (id === Section.IMPORT) imports = pieces.push(body) - 1;
    else pieces.push(bytes.subarray(start, reader.at));
  }
  if (imports < 0 || memory === undefined) return undefined;
  const redirected = redirect(pieces[imports], memory);
  if (redirected === undefined) return undefined;
  pieces[imports] = Uint8Array.from(section(Section.IMPORT, redirected));
  return { program: concat(pieces), helper: helper(memory, open) };
}

/** The imports with those of {@link REPLACED} from the helper, and its memory; undefined if there is none of them. */
function redirect(body: Uint8Array, memory: Uint8Array): number[] | undefined {
  const reader = new Reader(body, 0, body.length);
  const count = reader.u32();
  const out = leb(count + 1);
  let replaced = false;
  for (let index = 0; index < count; index++) {
    const from = reader.name();
    const name = reader.name();
    const isReplaced = NAMES.has(name);
    replaced ||= isReplaced;
    // All imports are functions: that was checked.
    const kind = reader.byte();
    out.push(...text(isReplaced ? HELPER : from), ...text(name), kind, ...leb(reader.u32()));
  }
  out.push(...text(HELPER), ...text("memory"), 2, ...memory);
  return replaced ? out : undefined;
}

/** The status that a program ended with, by wasmtime's words about the trap in its helper; undefined for other traps. */
export function statusOf(verdict: string): number | undefined {
  const name = /wasm backtrace:\s+0:.*!status(\d+)\b/.exec(verdict)?.[1];
  return name === undefined ? undefined : Number(name);
}

/** Functions of the helper: those of wasmtime, as many in their place, and one for each status. */
const Fn = { OURS: REPLACED.length, STATUS: 2 * REPLACED.length } as const;
/** The type of the functions of statuses, after those of the others. */
const STATUS_TYPE = REPLACED.length;
const [REMOVE, OPEN, CLOSE, RENUMBER, EXIT] = REPLACED.keys();

function helper(memory: Uint8Array, open: number): Uint8Array {
  const types = REPLACED.map(([name, parameters]) => {
    const results = name === "proc_exit" ? [0] : [1, I32];
    return [0x60, parameters.length, ...parameters, ...results];
  });
  const imports = REPLACED.map(([name], type) => [...text(WASI), ...text(name), 0, type]);
  const exports = REPLACED.map(([name], index) => [...text(name), 0, Fn.OURS + index]);
  const statuses = Array.from({ length: STATUSES }, (_, index) => leb(Fn.STATUS + index));
  const names = statuses.map((fn, index) => [...fn, ...text(`status${UNTOLD + index}`)]);
  const bodies = [
    REMOVE_BODY,
    OPEN_BODY,
    CLOSE_BODY,
    RENUMBER_BODY,
    EXIT_BODY,
    ...statuses.map(() => TRAP_BODY),
  ];
  return Uint8Array.from([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(Section.TYPE, vector([...types, [0x60, 0, 0]])),
    ...section(Section.IMPORT, vector(imports)),
    ...section(
      Section.FUNCTION,
      vector([...REPLACED.map((_, type) => [type]), ...statuses.map(() => [STATUS_TYPE])]),
    ),
    ...section(TABLE, vector([[0x70, 0, ...leb(STATUSES)]])),
    ...section(Section.MEMORY, [1, ...memory]),
    ...section(Section.GLOBAL, vector([[I32, 1, 0x41, (open & 0x7f) | 0x80, open >> 7, 0x0b]])),
    ...section(Section.EXPORT, vector([...exports, [...text("memory"), 2, 0]])),
    ...section(ELEMENTS, vector([[0, 0x41, 0, 0x0b, ...vector(statuses)]])),
    ...section(Section.CODE, vector(bodies.map(sized))),
    ...section(Section.CUSTOM, [...text("name"), 1, ...sized(vector(names))]),
  ]);
}

const TABLE = 4;
const ELEMENTS = 9;

/** Takes the slashes at the end off the path, as far as it is in the memory at all. */
const REMOVE_BODY = [
  ...[0, 0x02, 0x40, 0x03, 0x40],
  // one byte is left: enough
  ...[0x20, 2, 0x41, 2, 0x49, 0x0d, 1],
  // it ends beyond the memory, in 64 bits: wasmtime says so
  ...[0x20, 1, 0xad, 0x20, 2, 0xad, 0x7c, 0x3f, 0, 0xad, 0x42, 16, 0x86, 0x56, 0x0d, 1],
  // its last byte is no slash: enough
  ...[0x20, 1, 0x20, 2, 0x6a, 0x41, 1, 0x6b, 0x2d, 0, 0, 0x41, 0x2f, 0x47, 0x0d, 1],
  ...[0x20, 2, 0x41, 1, 0x6b, 0x21, 2, 0x0c, 0, 0x0b, 0x0b],
  ...[0x20, 0, 0x20, 1, 0x20, 2, 0x10, REMOVE, 0x0b],
];

/** The parameters of a function, and wasmtime's function called with them; the errno in local `result`. */
function passOn(fn: number, result: number): number[] {
  const parameters = Array.from({ length: result }, (_, index) => [0x20, index]).flat();
  return [...parameters, 0x10, fn, 0x21, result];
}

/** EMFILE with as many descriptors as a process may have; else one more, if it succeeds. */
const OPEN_BODY = [
  ...[1, 1, I32, 0x23, 0, 0x41, ...[0x80, 2], 0x4f, 0x04, 0x40, 0x41, 33, 0x0f, 0x0b],
  ...passOn(OPEN, 9),
  ...[0x23, 0, 0x20, 9, 0x45, 0x6a, 0x24, 0, 0x20, 9, 0x0b],
];

/** One descriptor less, if it succeeds. */
const CLOSE_BODY = [1, 1, I32, ...passOn(CLOSE, 1), 0x23, 0, 0x20, 1, 0x45, 0x6b, 0x24, 0, 0x20, 1, 0x0b];

/** The same, if the two are not one. */
const RENUMBER_BODY = [
  ...[1, 1, I32, ...passOn(RENUMBER, 2)],
  ...[0x23, 0, 0x20, 2, 0x45, 0x20, 0, 0x20, 1, 0x47, 0x71, 0x6b, 0x24, 0, 0x20, 2, 0x0b],
];

/** A status has eight bits. One that wasmtime does not tell ends in the function of its name. */
const EXIT_BODY = [
  ...[0, 0x20, 0, 0x41, ...[0xff, 1], 0x71, 0x22, 0, 0x41, ...[0xfe, 0], 0x4f, 0x04, 0x40],
  ...[0x20, 0, 0x41, ...[0xfe, 0], 0x6b, 0x11, STATUS_TYPE, 0, 0x0b],
  ...[0x20, 0, 0x10, EXIT, 0x0b],
];

/** Nothing but a trap. */
const TRAP_BODY = [0, 0x00, 0x0b];

function vector(elements: readonly (readonly number[])[]): number[] {
  return [...leb(elements.length), ...elements.flat()];
}

function section(id: number, body: readonly number[]): number[] {
  return [id, ...sized(body)];
}
