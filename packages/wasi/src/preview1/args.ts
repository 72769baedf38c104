import type { Guest, GuestFunctions } from "./guest.ts";

/**
 * `args_sizes_get`, `args_get`: the command line. Memory of `args_get`: at `argv` one pointer per argument, at
 * `buffer` the arguments, each ended by a NUL.
 */
export function argsFunctions(guest: Guest): GuestFunctions {
  return {
    args_sizes_get(count: number, size: number): number {
      return writeSizes(guest, guest.process.args().argv, count, size);
    },
    args_get(argv: number, buffer: number): number {
      return writeStrings(guest, guest.process.args().argv, argv, buffer);
    },
  };
}

/** Writes how many strings there are and how many bytes they take with their NULs. */
export function writeSizes(
  guest: Guest,
  strings: readonly Uint8Array[],
  count: number,
  size: number,
): number {
  let bytes = 0;
  for (const string of strings) bytes += string.length + 1;
  guest.setU32(count, strings.length);
  guest.setU32(size, bytes);
  return 0;
}

/** Writes the strings with their NULs at `buffer` and pointers to them at `pointers`. */
export function writeStrings(
  guest: Guest,
  strings: readonly Uint8Array[],
  pointers: number,
  buffer: number,
): number {
  let to = buffer >>> 0;
  for (const [index, string] of strings.entries()) {
    guest.setU32((pointers >>> 0) + index * 4, to);
    const place = guest.bytes(to, string.length + 1);
    place.set(string);
    place[string.length] = 0;
    to += string.length + 1;
  }
  return 0;
}
