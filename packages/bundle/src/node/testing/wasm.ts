const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const name = (text: string) => [text.length, ...Buffer.from(text)];

/** A tiny program: imports one function, exports memory and a `_start` that does nothing. */
export function program(module: string, field = "fd_write"): Uint8Array {
  return Uint8Array.from([
    ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, 1, 0x60, 0, 0),
    ...section(2, 1, ...name(module), ...name(field), 0, 0),
    ...section(3, 1, 0),
    ...section(5, 1, 0, 1),
    ...section(7, 2, ...name("_start"), 0, 1, ...name("memory"), 2, 0),
    ...section(10, 1, 2, 0, 0x0b),
  ]);
}
