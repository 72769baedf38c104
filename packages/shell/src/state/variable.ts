import { AssocArray, IndexedArray } from "./arrays.ts";

/** Attributes of a variable, as bits. */
export const Attr = {
  EXPORT: 1,
  READONLY: 2,
  INTEGER: 4,
  LOWER: 8,
  UPPER: 16,
  CAPITAL: 32,
  INDEXED: 64,
  ASSOC: 128,
  NAMEREF: 256,
  TRACE: 512,
  /** A nameref in a function to its own name: what it stands for is the global variable. */
  CIRCLE: 1024,
} as const;

/** Attributes whose presence makes an assignment more than storing the text. */
export const TRANSFORMING = Attr.INTEGER | Attr.LOWER | Attr.UPPER | Attr.CAPITAL;

/** `undefined`: declared without a value. */
export type Value = string | IndexedArray | AssocArray | undefined;

/** A variable whose value is computed, such as RANDOM. */
export interface Dynamic {
  get(): Value;
  /** Without it assignments are taken and forgotten. */
  set?: ((value: string) => void) | undefined;
  /** Takes assignments to elements. */
  elements?: { set(key: number | string, value: string): void } | undefined;
  /** Its attributes stay what they are: each command makes it anew. */
  plain?: boolean;
}

/** One binding of a name. `shadowed` is the binding that reappears when the scope `level` ends. */
export class Variable {
  readonly name: string;
  attrs: number;
  value: Value;
  readonly level: number;
  readonly shadowed: Variable | undefined;
  dynamic: Dynamic | undefined;
  /** Called when a value is assigned (OPTIND). */
  onAssign: (() => void) | undefined;
  /** An assignment before a command made it: `unset` takes it away, where a local would stay without a value. */
  temporary: boolean;
  /** The subshell whose undo journal already knows this variable. */
  epoch: number;

  constructor(name: string, attrs: number, value: Value, level: number, shadowed?: Variable, epoch = 0) {
    this.name = name;
    this.attrs = attrs;
    this.value = value;
    this.level = level;
    this.shadowed = shadowed;
    this.dynamic = undefined;
    this.onAssign = undefined;
    this.temporary = false;
    this.epoch = epoch;
  }

  /** Whether it counts as set for `${x+…}`: a scalar with a value, an array with its element 0 (key "0"). */
  get scalar(): string | undefined {
    const value = this.dynamic ? this.dynamic.get() : this.value;
    if (typeof value === "string" || value === undefined) return value;
    return value instanceof IndexedArray ? value.get(0) : value.get("0");
  }
}

/** The letters of `declare -p` and `${x@a}`, in bash's order. */
export function attributeLetters(attrs: number): string {
  let letters = "";
  if (attrs & Attr.INDEXED) letters += "a";
  if (attrs & Attr.ASSOC) letters += "A";
  if (attrs & Attr.INTEGER) letters += "i";
  if (attrs & Attr.NAMEREF) letters += "n";
  if (attrs & Attr.READONLY) letters += "r";
  if (attrs & Attr.TRACE) letters += "t";
  if (attrs & Attr.EXPORT) letters += "x";
  if (attrs & Attr.CAPITAL) letters += "c";
  if (attrs & Attr.LOWER) letters += "l";
  if (attrs & Attr.UPPER) letters += "u";
  return letters;
}

export function cloneValue(value: Value): Value {
  return value === undefined || typeof value === "string" ? value : value.clone();
}

/** A value as plain data that survives structured cloning, and back. */
export type PlainValue = string | undefined | { indexed: [number, string][] } | { assoc: [string, string][] };

export function toPlain(value: Value): PlainValue {
  if (value instanceof IndexedArray)
    return { indexed: value.indices().map((i) => [i, value.get(i) as string]) };
  if (value instanceof AssocArray) return { assoc: value.keys().map((k) => [k, value.get(k) as string]) };
  return value;
}

export function fromPlain(value: PlainValue): Value {
  if (value === undefined || typeof value === "string") return value;
  if ("indexed" in value) {
    const array = new IndexedArray();
    for (const [index, text] of value.indexed) array.set(index, text);
    return array;
  }
  const array = new AssocArray();
  for (const [key, text] of value.assoc.toReversed()) array.set(key, text);
  return array;
}

const NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** Whether a text can be a variable's name. */
export function isName(text: string): boolean {
  return NAME.test(text);
}
