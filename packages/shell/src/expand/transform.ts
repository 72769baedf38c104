import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { attributeLetters, isName, type Variable } from "../state/variable.ts";
import { decodeEscapes } from "./escapes.ts";
import type { ExpansionHost } from "./host.ts";
import type { Found, Reference } from "./parameter.ts";
import { alwaysQuote, doubleQuote } from "./quote.ts";

/** `${x@op}`. */
export function transformAll(
  host: ExpansionHost,
  operator: string,
  reference: Reference,
  found: Found,
): Found {
  const variable = isName(reference.name) ? host.vars.get(reference.name) : undefined;
  if (operator === "a") return attributes(variable, found);
  if (operator === "A" && reference.all === "@" && !isName(reference.name))
    return { list: found.list?.length ? ["set", "--", ...found.list.map(alwaysQuote)] : [] };
  const value = variable?.value;
  if (operator === "A" && reference.all && variable && value !== undefined && typeof value !== "string")
    return {
      list: ["declare", `-${attributeLetters(variable.attrs)}`, `${variable.name}=${arrayText(value)}`],
    };
  if (operator === "A" && reference.all === "@" && value === undefined && isName(reference.name))
    return { list: [] };
  if (operator === "A") return { text: assignment(variable, reference, found) };
  if ((operator === "K" || operator === "k") && found.list) return keyed(variable, found.list, operator);
  if (found.list) return { list: found.list.map((text) => transform(host, operator, text)) };
  return { text: found.text === undefined ? "" : transform(host, operator, found.text) };
}

function transform(host: ExpansionHost, operator: string, text: string): string {
  switch (operator) {
    case "Q":
    case "K":
    case "k":
      return alwaysQuote(text);
    case "E":
      return decodeEscapes(text, "ansi").text;
    case "P":
      return host.prompt(text);
    case "U":
      return text.toUpperCase();
    case "L":
      return text.toLowerCase();
    default: {
      const first = text === "" ? "" : String.fromCodePoint(text.codePointAt(0) as number);
      return first.toUpperCase() + text.slice(first.length);
    }
  }
}

function attributes(variable: Variable | undefined, found: Found): Found {
  const letters = variable ? attributeLetters(variable.attrs) : "";
  return found.list ? { list: found.list.map(() => letters) } : { text: letters };
}

/** The value of an array as `declare -p` writes it, with its parentheses. */
export function arrayText(value: IndexedArray | AssocArray): string {
  if (value instanceof IndexedArray)
    return `(${value
      .indices()
      .map((index) => `[${index}]=${doubleQuote(value.get(index) as string)}`)
      .join(" ")})`;
  const pairs = value.keys().map((key) => `[${keyText(key)}]=${doubleQuote(value.get(key) as string)}`);
  return pairs.length ? `(${pairs.join(" ")} )` : "()";
}

/** A key between brackets: quoted when it has anything special. */
function keyText(key: string): string {
  if (/^[\w./:+,%@=-]+$/.test(key) && key !== "@") return key;
  if (key === "") return '""';
  return doubleQuote(key);
}

function assignment(variable: Variable | undefined, reference: Reference, found: Found): string {
  if (!variable) {
    if (reference.name === "@" || reference.name === "*")
      return found.list?.length ? `set -- ${found.list.map(alwaysQuote).join(" ")}` : "";
    return "";
  }
  const letters = attributeLetters(variable.attrs);
  const text = found.list ? found.list[0] : found.text;
  if (text === undefined) return letters ? `declare -${letters} ${reference.name}` : "";
  const name = reference.name;
  if (letters) return `declare -${letters} ${name}=${alwaysQuote(text)}`;
  return `${name}=${alwaysQuote(text)}`;
}

function keyed(variable: Variable | undefined, list: string[], operator: string): Found {
  const value = variable?.value;
  const keys =
    value instanceof AssocArray
      ? value.keys()
      : value instanceof IndexedArray
        ? value.indices().map(String)
        : undefined;
  if (!keys) return { list: list.map(alwaysQuote) };
  if (operator === "k") return { list: keys.flatMap((key, i) => [key, list[i] as string]) };
  const pairs = keys.map(
    (key, i) => `${value instanceof AssocArray ? keyText(key) : key} ${doubleQuote(list[i] as string)}`,
  );
  return { text: pairs.join(" ") + (value instanceof AssocArray && pairs.length ? " " : "") };
}

/** A key for `declare -p`; kept here beside its kin. */
export const quoteKey = keyText;
