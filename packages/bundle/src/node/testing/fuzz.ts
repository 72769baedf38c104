import { fromUtf8, utf8 } from "../../bytes.ts";
import { openEnvelope } from "../../envelope.ts";

/** A generator of numbers below a bound that depends on its seed only (mulberry32). */
export function seeded(seed: number): (bound: number) => number {
  let state = seed;
  return (bound) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % bound;
  };
}

/** What parsers stumble over. */
const NASTY = [
  ...'{}[],:"\\/ \t\n\0\u202e\ufeff\u{1f4a9}',
  ...["null", "true", "NaN", "Infinity", "-0", "1e400", "1.0", "9007199254740993", "0x1", "1e-7"],
  ...[
    '"__proto__":',
    '"constructor":{',
    '"\\ud800"',
    "\\u0000",
    "../",
    "//",
    "[[[[[[[[",
    "}}}}}}}}",
    '"format":2,',
  ],
  `"${"a".repeat(3000)}"`,
  "[".repeat(5000),
];

/** Between one and four changes at random places: bits, cuts, copies, pieces of another text, nasty tokens. */
export function mutate(text: string, other: string, random: (bound: number) => number): string {
  let result = text;
  for (let left = 1 + random(4); left > 0; left--) {
    const at = random(result.length + 1);
    const end = Math.min(result.length, at + 1 + random(40));
    const [before, piece, after] = [result.slice(0, at), result.slice(at, end), result.slice(end)];
    const from = random(other.length);
    const changes = [
      () => before + after,
      () => before + piece + piece + after,
      () => before + NASTY[random(NASTY.length)] + piece + after,
      () => before + NASTY[random(NASTY.length)] + after,
      () => before + other.slice(from, from + random(60)) + after,
      () => before + String.fromCharCode(random(random(2) ? 128 : 65_536)) + piece.slice(1) + after,
    ];
    result = changes[random(changes.length)]!();
  }
  return result;
}

/** What fields are seldom prepared for. */
const ODD = [
  ...[
    null,
    true,
    -1,
    0,
    0.5,
    1e300,
    2 ** 31,
    2 ** 53,
    "",
    " ",
    "a",
    "A",
    "..",
    "/",
    "../x",
    "0",
    "__proto__",
  ],
  ...[
    "1.0.0",
    "01.0.0",
    "2026-02-30T00:00:00Z",
    "\u202e",
    "é",
    "x".repeat(3000),
    "0".repeat(64),
    "f".repeat(128),
  ],
  ...[[], {}, [[]], ["net"], ["net", "net"], { a: 1 }],
];

type Place = { readonly holder: Record<string, unknown>; readonly key: string };

function* placesIn(value: unknown): Generator<Place> {
  if (typeof value !== "object" || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    yield { holder: value as Record<string, unknown>, key };
    yield* placesIn(inner);
  }
}

/** Changes one to three values of a document: left out, odd ones, those of other fields, under other names, with another character. */
export function changeValues(document: object, random: (bound: number) => number): void {
  for (let left = 1 + random(3); left > 0; left--) {
    const places = [...placesIn(document)];
    if (places.length === 0) return;
    const { holder, key } = places[random(places.length)]!;
    const other = places[random(places.length)]!;
    const value = holder[key];
    const changes = [
      () => delete holder[key],
      () => (holder[key] = structuredClone(ODD[random(ODD.length)])),
      () => (holder[key] = structuredClone(other.holder[other.key])),
      () => (holder[Array.isArray(holder) ? holder.length : other.key] = structuredClone(value)),
      () =>
        (holder[key] =
          typeof value === "string" ? asText(asBytes(mutate(value, other.key, random))) : random(100)),
      () => (holder[key] = typeof value === "number" ? value + random(3) - 1 : value),
    ];
    changes[random(changes.length)]!();
  }
}

/** The document's text in a signed file. */
export const textIn = (bytes: Uint8Array): string => openEnvelope(bytes, bytes.length, "test").signed;

/** Any bytes as text and back, for mutating whole files. */
export const asText = (bytes: Uint8Array): string => fromUtf8(bytes);
export const asBytes = (text: string): Uint8Array => utf8(text);
