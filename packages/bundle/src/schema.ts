import { BundleError } from "./errors.ts";
import { isSorted } from "./json.ts";
import { LIMITS } from "./limits.ts";

/** A JSON Schema (2020-12), as far as it can say what a check asks for. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** Throws `schema` (or `malformed`, for the order of names) where a value is not what it must be; `at` is its place. */
export interface Check {
  (value: unknown, at: string): void;
  readonly schema: JsonSchema;
}

/** A check and what it asks for, in one. */
export const check = (schema: JsonSchema, test: (value: unknown, at: string) => void): Check =>
  Object.assign(test, { schema });

/** Ends a check: "read PLACE: expected X, got Y". */
export function mismatch(at: string, expected: string, got: unknown): never {
  const shown = JSON.stringify(got) ?? String(got);
  const short = shown.length > 80 ? `${shown.slice(0, 80)}…` : shown;
  throw new BundleError("schema", `read ${at}: expected ${expected}, got ${short}`);
}

function members(value: unknown, at: string): [Record<string, unknown>, string[]] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) mismatch(at, "an object", value);
  const names = Object.keys(value);
  if (!isSorted(names))
    throw new BundleError("malformed", `read ${at}: expected names in the order of RFC 8785`);
  return [value as Record<string, unknown>, names];
}

const schemasOf = (checks: Record<string, Check>) =>
  Object.fromEntries(Object.entries(checks).map(([name, { schema }]) => [name, schema]));

/** An object with exactly these fields; `optional` ones may be absent. An unknown field is refused, if not told else. */
export function object(
  fields: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
  unknown: { readonly others?: "ignored" } = {},
): Check {
  const known = new Map([...Object.entries(fields), ...Object.entries(optional)]);
  const required = Object.keys(fields);
  const properties = schemasOf({ ...fields, ...optional });
  const schema = { type: "object", required, properties, additionalProperties: unknown.others !== undefined };
  return check(schema, (value, at) => {
    const [record, names] = members(value, at);
    for (const name of names) {
      const field = known.get(name);
      if (field) field(record[name], `${at}.${name}`);
      else if (!unknown.others) mismatch(at, "no unknown field", name);
    }
    for (const name of required) if (!Object.hasOwn(record, name)) mismatch(at, `a field ${name}`, names);
  });
}

/** An object used as a table: every name and every value is checked. */
export function table(name: Check, entry: Check, max: number): Check {
  const schema = {
    type: "object",
    propertyNames: name.schema,
    additionalProperties: entry.schema,
    maxProperties: max,
  };
  return check(schema, (value, at) => {
    const [record, names] = members(value, at);
    if (names.length > max) mismatch(at, `at most ${max} entries`, names.length);
    for (const key of names) {
      name(key, at);
      entry(record[key], `${at}.${key}`);
    }
  });
}

/** An array of at most `max` elements. */
export function list(element: Check, max: number): Check {
  return check({ type: "array", items: element.schema, maxItems: max }, (value, at) => {
    if (!Array.isArray(value)) mismatch(at, "an array", value);
    if (value.length > max) mismatch(at, `at most ${max} elements`, value.length);
    for (const [i, item] of value.entries()) element(item, `${at}[${i}]`);
  });
}

/** An array whose strings are in order, each once. */
export function set(element: Check, max: number): Check {
  const each = list(element, max);
  return check({ ...each.schema, uniqueItems: true }, (value, at) => {
    each(value, at);
    if (!isSorted(value as string[])) mismatch(at, "a sorted array without duplicates", value);
  });
}

/** A string that matches the whole of a pattern, of at most `max` UTF-16 units. */
export function match(pattern: RegExp, expected: string, max: number = LIMITS.text): Check {
  return check({ type: "string", pattern: pattern.source, maxLength: max }, (value, at) => {
    if (typeof value !== "string" || !pattern.test(value)) mismatch(at, expected, value);
    if (value.length > max) mismatch(at, `at most ${max} characters`, value);
  });
}

/** One of these strings. */
export function oneOf(...choices: readonly string[]): Check {
  const known = new Set<unknown>(choices);
  return check({ enum: choices }, (value, at) => {
    if (!known.has(value)) mismatch(at, choices.map((choice) => `"${choice}"`).join(" or "), value);
  });
}

/** A text for people: well-formed Unicode without control or direction-changing characters. */
export const text: Check = check({ type: "string", maxLength: LIMITS.text }, (value, at) => {
  if (typeof value !== "string") mismatch(at, "a string", value);
  if (value.length > LIMITS.text) mismatch(at, `at most ${LIMITS.text} characters`, value.length);
  if (/[\p{Cc}\p{Cs}\p{Bidi_Control}]/u.test(value)) mismatch(at, "text without control characters", value);
});

/** A whole number from `min` to `max`. */
export function integer(min: number, max: number): Check {
  return check({ type: "integer", minimum: min, maximum: max }, (value, at) => {
    if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max)
      mismatch(at, `a whole number from ${min} to ${max}`, value);
  });
}
