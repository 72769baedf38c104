import { constants, deflateSync, inflateSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { inflate, store } from "./zlib.ts";

function noise(length: number, kinds: number): Uint8Array {
  let state = length + kinds;
  return Uint8Array.from({ length }, () => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 16) % kinds;
  });
}

const TEXTS = [0, 1, 258, 5000, 70_000, 200_000].flatMap((length) =>
  [1, 4, 256].map((kinds) => noise(length, kinds)),
);

describe("inflate()", () => {
  it.each([
    ["fixed codes", { strategy: constants.Z_FIXED }],
    ["codes of their own", { level: 9 }],
    ["no codes", { level: 0 }],
    ["runs", { strategy: constants.Z_RLE }],
  ])("gives back what zlib packed with %s", (_, options) => {
    for (const bytes of TEXTS)
      expect(Buffer.compare(inflate(deflateSync(bytes, options), bytes.length), bytes)).toBe(0);
  });

  it("refuses what is cut off, damaged, or of another size", () => {
    const bytes = noise(5000, 40);
    const packed = deflateSync(bytes);
    const flipped = packed.map((byte, i) => (i === 900 ? byte ^ 4 : byte));
    for (const bad of [packed.subarray(0, 900), packed.subarray(0, -1), flipped, new Uint8Array()])
      expect(() => inflate(bad, bytes.length)).toThrow("unpack: expected deflated bytes");
    for (const size of [4999, 5001]) expect(() => inflate(packed, size)).toThrow("unpack");
  });
});

describe("store()", () => {
  it("gives what zlib and inflate() unpack", () => {
    for (const bytes of TEXTS) {
      expect(Buffer.compare(inflateSync(store(bytes)), bytes)).toBe(0);
      expect(Buffer.compare(inflate(store(bytes), bytes.length), bytes)).toBe(0);
    }
  });
});
