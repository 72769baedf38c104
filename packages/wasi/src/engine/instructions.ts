import type { Reader } from "./binary.ts";

/** Opcodes of the two instructions that know how large the memory is. */
export const MEMORY_SIZE = 0x3f;
export const MEMORY_GROW = 0x40;

/** How many LEB128 numbers follow an opcode of one byte, where that is all; WebAssembly 2.0, section 5.4. */
const NUMBERS = new Int8Array(256).fill(-1);
function numbers(count: number, from: number, to = from): void {
  NUMBERS.fill(count, from, to + 1);
}
numbers(0, 0x00, 0x01);
// block, loop, if: a type, which is a number too.
numbers(1, 0x02, 0x04);
numbers(0, 0x05);
numbers(0, 0x0b);
numbers(1, 0x0c, 0x0d);
numbers(0, 0x0f);
numbers(1, 0x10);
numbers(2, 0x11);
numbers(0, 0x1a, 0x1b);
numbers(1, 0x20, 0x26);
// Loads and stores: alignment and offset.
numbers(2, 0x28, 0x3e);
numbers(1, 0x3f, 0x42);
numbers(0, 0x45, 0xc4);
numbers(1, 0xd0);
numbers(0, 0xd1);
numbers(1, 0xd2);

/** The same for those behind the prefix 0xfc: conversions, then what copies and fills memories and tables. */
const BULK = [0, 0, 0, 0, 0, 0, 0, 0, 2, 1, 2, 1, 2, 1, 2, 1, 1, 1];

const BR_TABLE = 0x0e;
const SELECT_TYPES = 0x1c;
const F32_CONST = 0x43;
const F64_CONST = 0x44;
const BULK_PREFIX = 0xfc;
const VECTOR_PREFIX = 0xfd;

/** Moves over one instruction; false for one that is not known here. */
export function skipInstruction(reader: Reader): boolean {
  const opcode = reader.byte();
  const count = NUMBERS[opcode] as number;
  if (count >= 0) return skipNumbers(reader, count);
  switch (opcode) {
    case BR_TABLE:
      return skipNumbers(reader, reader.u32() + 1);
    case SELECT_TYPES:
      return skipNumbers(reader, reader.u32());
    case F32_CONST:
      return skipBytes(reader, 4);
    case F64_CONST:
      return skipBytes(reader, 8);
    case BULK_PREFIX: {
      const bulk = BULK[reader.u32()];
      return bulk !== undefined && skipNumbers(reader, bulk);
    }
    case VECTOR_PREFIX:
      return skipVector(reader, reader.u32());
    default:
      return false;
  }
}

function skipVector(reader: Reader, opcode: number): boolean {
  // Loads and stores of a whole vector, of one lane, or into a vector of zeros.
  if (opcode <= 11 || opcode === 92 || opcode === 93) return skipNumbers(reader, 2);
  if (opcode >= 84 && opcode <= 91) return skipNumbers(reader, 2) && skipBytes(reader, 1);
  // A constant, a shuffle; the number of a lane.
  if (opcode <= 13) return skipBytes(reader, 16);
  if (opcode >= 21 && opcode <= 34) return skipBytes(reader, 1);
  return opcode <= 255;
}

function skipNumbers(reader: Reader, count: number): boolean {
  for (let left = count; left > 0; left--) while (reader.byte() & 0x80);
  return true;
}

function skipBytes(reader: Reader, count: number): boolean {
  reader.skip(count);
  return true;
}
