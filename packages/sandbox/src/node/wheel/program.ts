import { SandboxError } from "../../errors.ts";

const Section = { TYPE: 1, IMPORT: 2, FUNCTION: 3, EXPORT: 7, CODE: 10 } as const;
const WASI = "wasi_snapshot_preview1";
const CALL = 0x10;
const END = 0x0b;

/** The functions of a reactor that a program calls, one after the other, and the door to a host of its own. */
export interface Reactor {
  /** Prepares it. */
  readonly begin: string;
  /** Answers the status. */
  readonly run: string;
  /** Its only import that is not WASI's: `(i32, i32, i32, i32) -> i32`. */
  readonly door: { readonly module: string; readonly name: string };
}

/**
 * A WASI program (`_start`, `memory`) made of a reactor: `_start` begins it, runs it and exits with its status. The door is shut: a
 * request to it is a read from a descriptor that never is open, which is refused. Custom sections are left out. Throws SandboxError `invalid`.
 */
export function programOf(bytes: Uint8Array, reactor: Reactor): Uint8Array {
  const parts: Uint8Array[] = [bytes.subarray(0, 8)];
  const found = { types: 0, functions: 0, imports: [] as string[], exports: new Map<string, number>() };
  const reader = new Reader(bytes, 8);
  while (reader.at < bytes.length) {
    const id = reader.byte();
    const size = reader.number();
    const body = new Reader(bytes, reader.at);
    const end = reader.at + size;
    reader.at = end;
    const rest = () => bytes.subarray(body.at, end);
    if (id === 0) continue;
    if (id === Section.TYPE) {
      found.types = body.number();
      parts.push(section(id, [...leb(found.types + 1)], rest(), [0x60, 0, 0]));
    } else if (id === Section.IMPORT) {
      parts.push(section(id, ...shutDoor(body, reactor, found.imports)));
    } else if (id === Section.FUNCTION) {
      found.functions = body.number();
      parts.push(section(id, [...leb(found.functions + 1)], rest(), leb(found.types)));
    } else if (id === Section.EXPORT) {
      readExports(body, found.exports);
      const start = found.imports.length + found.functions;
      parts.push(section(id, leb(2), text("memory"), [2, 0], text("_start"), [0], leb(start)));
    } else if (id === Section.CODE) {
      const calls = [found.exports.get(reactor.begin), found.exports.get(reactor.run)];
      calls.push(found.imports.indexOf("proc_exit"));
      if (calls.some((index) => index === undefined || index < 0))
        throw new SandboxError(
          "invalid",
          `make a program: expected a reactor with "${reactor.begin}" and "${reactor.run}"`,
        );
      const code = [0, ...calls.flatMap((index) => [CALL, ...leb(index as number)]), END];
      const count = body.number();
      parts.push(section(id, leb(count + 1), rest(), leb(code.length), code));
    } else parts.push(section(id, rest()));
  }
  return Buffer.concat(parts);
}

/** The section's parts with the door's import turned into WASI's `fd_read`; names of the imports go to `names`. */
function shutDoor(body: Reader, { door }: Reactor, names: string[]): (Uint8Array | number[])[] {
  const count = body.number();
  const parts: (Uint8Array | number[])[] = [leb(count)];
  for (let i = 0; i < count; i++) {
    const from = body.text();
    const name = body.text();
    const start = body.at;
    body.at++;
    body.number();
    const isDoor = from === door.module && name === door.name;
    if (!isDoor && from !== WASI)
      throw new SandboxError("invalid", `make a program: expected imports from ${WASI}, got ${from}.${name}`);
    names.push(isDoor ? "" : name);
    parts.push(text(WASI), text(isDoor ? "fd_read" : name), body.bytes.subarray(start, body.at));
  }
  return parts;
}

function readExports(body: Reader, into: Map<string, number>): void {
  for (let left = body.number(); left > 0; left--) {
    const name = body.text();
    const kind = body.byte();
    const index = body.number();
    if (kind === 0) into.set(name, index);
  }
}

function section(id: number, ...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array {
  const body = Buffer.concat(parts.map((part) => Uint8Array.from(part)));
  return Buffer.concat([Uint8Array.from([id, ...leb(body.length)]), body]);
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  for (let left = value; ; left >>>= 7) {
    if (left < 128) return [...bytes, left];
    bytes.push((left & 127) | 128);
  }
}

function text(value: string): Uint8Array {
  return Buffer.concat([Uint8Array.from(leb(value.length)), Buffer.from(value)]);
}

class Reader {
  readonly bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.bytes = bytes;
    this.at = at;
  }

  byte(): number {
    const byte = this.bytes[this.at++];
    if (byte === undefined)
      throw new SandboxError("invalid", "make a program: expected a whole module, it ends too early");
    return byte;
  }

  number(): number {
    let value = 0;
    for (let unit = 1; ; unit *= 128) {
      const byte = this.byte();
      value += (byte & 127) * unit;
      if (byte < 128) return value;
    }
  }

  text(): string {
    const length = this.number();
    this.at += length;
    return Buffer.from(this.bytes.subarray(this.at - length, this.at)).toString();
  }
}
