import { ShellError } from "../errors.ts";
import type { DefaultOperation, Parameter, ParameterOperation, Subscript } from "../parse/ast.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { splitSubscript } from "../state/target.ts";
import { Attr, isName, type Value, type Variable } from "../state/variable.ts";
import type { ExpansionHost } from "./host.ts";
import { applyOperation, countCharacters, cutOut } from "./operations.ts";
import { type Sink, separatorsOf } from "./sink.ts";
import { BAD_INDEX, indexIn, indexValue, keyOf } from "./subscript.ts";
import { transformAll } from "./transform.ts";
import { expandOperand, expandText } from "./word.ts";

/** Which parameter is meant, after indirection: a name and maybe a subscript (text of it, and its key once known). */
export interface Reference {
  name: string;
  /** `@` or `*`: all elements or positional parameters. */
  all: "@" | "*" | undefined;
  /** Index or key of one element. */
  key: number | string | undefined;
  /** As messages show it. */
  shown: string;
}

/** The value of a reference: one text, or a list. */
export type Found = { list: string[]; text?: undefined } | { list?: undefined; text: string | undefined };

/** Expands one `$name` or `${…}` into a sink. */
export function expandParameter(host: ExpansionHost, part: Parameter, sink: Sink, quoted: boolean): void {
  if (part.operation === null && part.subscript === null && !part.indirect) {
    const variable = host.vars.get(part.name);
    if (variable && !(variable.attrs & Attr.NAMEREF)) {
      const text = variable.scalar;
      if (text !== undefined) {
        if (quoted) sink.quoted(text);
        else sink.split(text);
        return;
      }
    }
  }
  const reference = referenceOf(host, part);
  if (reference === undefined) {
    withOperation(
      host,
      part,
      { name: part.name, all: undefined, key: undefined, shown: part.name },
      { text: undefined },
      sink,
      quoted,
    );
    return;
  }
  if (typeof reference === "string") {
    put(sink, reference, quoted);
    return;
  }
  if (part.operation?.type === "Keys") {
    const keys = keysOf(host, reference.name);
    const star = reference.all === "*";
    // `${!a[*]}` with an empty IFS is joined even where it is not quoted.
    if (star && !quoted && host.vars.text("IFS") === "") put(sink, keys.join(" "), quoted);
    else sink.list(keys, quoted, star);
    return;
  }
  // Of `${#a[-9]}` bash shows what follows the bracket.
  const shownBad =
    part.operation?.type === "Length" && part.subscript ? `${part.subscript.text}]` : undefined;
  withOperation(host, part, reference, lookUp(host, reference, shownBad), sink, quoted);
}

function put(sink: Sink, text: string, quoted: boolean): void {
  if (quoted) sink.quoted(text);
  else sink.split(text);
}

function putFound(sink: Sink, found: Found, quoted: boolean, star: boolean): void {
  if (found.list) sink.list(found.list, quoted, star);
  else put(sink, found.text ?? "", quoted);
}

/** Follows `!` and namerefs. A text is the answer itself (`${!ref}` of a nameref); `undefined`: nothing is named. */
function referenceOf(host: ExpansionHost, part: Parameter): Reference | string | undefined {
  if (!part.indirect)
    return directReference(host, part.name, part.subscript, part.text, part.operation?.type === "Length");
  const variable = host.vars.get(part.name);
  if (variable && variable.attrs & Attr.NAMEREF && part.subscript === null) {
    const target = typeof variable.value === "string" ? variable.value : "";
    if (part.operation === null) return host.vars.follow(target)?.name ?? target;
  }
  const pointer = directReference(host, part.name, part.subscript, part.text);
  const found = pointer && lookUp(host, pointer);
  const text = found?.list
    ? found.list.length
      ? found.list.join(separatorsOf(host.vars.text("IFS")).joiner)
      : undefined
    : found?.text;
  if (text === undefined) {
    const empty = found?.list !== undefined && variable?.value !== undefined;
    if (part.operation?.type === "Default" && (!isName(part.name) || empty)) return undefined;
    if (found?.list && (!isName(part.name) || variable?.value !== undefined)) return "";
    const shown = part.subscript ? `${part.name}[${part.subscript.text}]` : part.name;
    if (/^[@*\d!#?$-]/.test(part.name) && part.name !== "0") {
      if (host.state.set.nounset && /^\d/.test(part.name)) throw unbound(`!${part.name}`);
    } else if (host.state.set.nounset && part.subscript && variable) throw unbound(`!${shown}`);
    throw new ShellError("expansion", `${shown}: invalid indirect expansion`);
  }
  return namedReference(host, text);
}

/** The reference that a text names: `x`, `a[1]`, `@`, `1`, … */
export function namedReference(host: ExpansionHost, text: string): Reference {
  if (text === "@" || text === "*") return { name: text, all: text, key: undefined, shown: text };
  if (/^(\d+|[#?$!-])$/.test(text)) return { name: text, all: undefined, key: undefined, shown: text };
  const target = splitSubscript(text);
  if (!target) throw new ShellError("expansion", `${text}: invalid variable name`);
  return textReference(host, target.name, target.subscript, text);
}

/** A reference whose subscript is text that was not parsed with the script. */
function textReference(
  host: ExpansionHost,
  name: string,
  subscript: string | undefined,
  shown: string,
): Reference {
  if (subscript === undefined) {
    const target = host.vars.follow(name);
    if (target && target.subscript !== undefined)
      return textReference(host, target.name, target.subscript, shown);
    return { name: target?.name ?? name, all: undefined, key: undefined, shown };
  }
  const real = host.vars.follow(name)?.name ?? name;
  if (subscript === "@" || subscript === "*") return { name: real, all: subscript, key: undefined, shown };
  const variable = host.vars.get(real);
  if (variable && variable.attrs & Attr.ASSOC)
    return { name: real, all: undefined, key: host.subscriptText(subscript), shown };
  return {
    name: real,
    all: undefined,
    key: indexIn(variable, indexValue(host, host.subscriptText(subscript))),
    shown,
  };
}

function directReference(
  host: ExpansionHost,
  name: string,
  subscript: Subscript | null,
  text: string,
  length = false,
): Reference | undefined {
  if (name === "@" || name === "*") return { name, all: name, key: undefined, shown: text };
  if (!isName(name)) return { name, all: undefined, key: undefined, shown: name };
  const target = host.vars.follow(name);
  if (!target) return undefined;
  if (subscript === null) return textReference(host, target.name, target.subscript, name);
  const shown = `${name}[${subscript.text}]`;
  if (
    length &&
    host.vars.get(target.name)?.value === undefined &&
    subscript.text !== "@" &&
    subscript.text !== "*"
  )
    return { name: target.name, all: undefined, key: 0, shown };
  // A subscript of a nameref that has one itself names nothing.
  if (target.subscript !== undefined)
    return { name: "", all: subscript.text === "@" ? "@" : undefined, key: undefined, shown };
  if (subscript.text === "@" || subscript.text === "*")
    return { name: target.name, all: subscript.text, key: undefined, shown };
  return { name: target.name, all: undefined, key: keyOf(host, target.name, subscript), shown };
}

function valueOfVariable(variable: Variable | undefined): Value {
  return variable?.dynamic ? variable.dynamic.get() : variable?.value;
}

/** Looks a reference up. */
export function lookUp(host: ExpansionHost, reference: Reference, shownBad?: string): Found {
  const { name, all, key } = reference;
  if (name === "@" || name === "*") return { list: host.state.positional };
  if (name === "") return all ? { list: [] } : { text: undefined };
  if (/^\d/.test(name)) {
    const index = Number(name);
    return { text: index === 0 ? host.state.argv0 : host.state.positional[index - 1] };
  }
  if (!isName(name)) return { text: host.special(name) };
  const variable = host.vars.get(name);
  const value = valueOfVariable(variable);
  if (all) {
    if (value === undefined) return { list: [] };
    return { list: typeof value === "string" ? [value] : value.values() };
  }
  if (key === undefined) return { text: variable ? variable.scalar : host.special(name) };
  if (key === BAD_INDEX) {
    // `${#x[-1]}` of what has no value is 0, of what has one it gives up the line.
    const complaint = `${shownBad ?? name}: bad array subscript`;
    if (shownBad === undefined && !host.state.set.errexit) host.warn(complaint);
    else if (shownBad === undefined || value !== undefined) throw new ShellError("expansion", complaint);
    return { text: undefined };
  }
  if (value instanceof AssocArray) return { text: value.get(String(key)) };
  if (value instanceof IndexedArray) return { text: value.get(Number(key)) };
  return { text: key === 0 ? value : undefined };
}

function keysOf(host: ExpansionHost, name: string): string[] {
  const value = valueOfVariable(host.vars.get(name));
  if (value === undefined) return [];
  if (typeof value === "string") return ["0"];
  return value instanceof AssocArray ? value.keys() : value.indices().map(String);
}

export function unbound(name: string): ShellError {
  return new ShellError("unbound", `${name}: unbound variable`);
}

/** Whether a parameter has a value. */
export function isSet(host: ExpansionHost, part: Parameter): boolean {
  const reference = referenceOf(host, part);
  return typeof reference === "object" && !isNothing(lookUp(host, reference));
}

/** How messages call a parameter: `$1` for a positional one that was written so, without braces. */
function messageName(reference: Reference, text: string): string {
  return /^(\d+|[!])$/.test(reference.name) && !text.startsWith("${")
    ? `$${reference.name}`
    : reference.shown;
}

function withOperation(
  host: ExpansionHost,
  part: Parameter,
  reference: Reference,
  found: Found,
  sink: Sink,
  quoted: boolean,
): void {
  const operation = part.operation;
  if (operation?.type === "Default") {
    expandDefault(host, operation, reference, found, sink, quoted, part.indirect);
    return;
  }
  if (
    found.list === undefined &&
    found.text === undefined &&
    host.state.set.nounset &&
    !(operation?.type === "Length" && part.subscript !== null) &&
    !(isAttributeQuery(operation) && host.vars.get(reference.name))
  )
    throw unbound(messageName(reference, part.text));
  if (operation?.type === "Length" && part.subscript !== null) needsElements(host, reference.name);
  const star = reference.all === "*";
  if (operation === null) {
    putFound(sink, found, quoted, star);
    return;
  }
  if (operation.type === "Length") {
    // Of a nameref to an element bash finds no variable.
    const text = part.subscript === null && reference.key !== undefined ? "" : (found.text ?? "");
    put(sink, String(found.list?.length ?? countCharacters(text)), quoted);
    return;
  }
  if (operation.type === "Transform") {
    const done = transformAll(host, operation.operator, reference, found);
    const whole = operation.operator === "A" && (quoted ? star : host.vars.text("IFS") !== "");
    putFound(sink, whole && done.list ? { text: done.list.join(" ") } : done, quoted, star);
    return;
  }
  if (operation.type === "Substring") {
    // Of nothing there is no part, whatever the numbers say.
    if (found.list ? found.list.length === 0 && isName(reference.name) : found.text === undefined) {
      putFound(sink, found, quoted, star);
      return;
    }
    putFound(sink, cutOut(host, operation, reference, found), quoted, star);
    return;
  }
  if (isNothing(found) || (found.text === "" && operation.type === "Remove")) {
    putFound(sink, found, quoted, star);
    return;
  }
  const apply = applyOperation(host, operation);
  if (found.list) sink.list(found.list.map(apply), quoted, star);
  else put(sink, found.text === undefined ? "" : apply(found.text), quoted);
}

/** Of nothing there is nothing to match: a pattern is not expanded. */
function isNothing(found: Found): boolean {
  return found.list ? found.list.length === 0 : found.text === undefined;
}

/** With `set -u` the length of an element wants an array that has a value: a plain variable has no elements here. */
function needsElements({ state, vars }: ExpansionHost, name: string): void {
  if (state.set.nounset && typeof (vars.get(name)?.value ?? "") === "string")
    throw new ShellError("expansion", `${name}: unbound variable`);
}

/** `${x@a}` and its kin may ask about an unset array. */
function isAttributeQuery(operation: ParameterOperation | null): boolean {
  return operation?.type === "Transform" && (operation.operator === "a" || operation.operator === "A");
}

/** Whether all positional parameters together count as empty for `${@:-…}`. */
function isNullList(host: ExpansionHost, list: readonly string[], star: boolean): boolean {
  if (list.length < 2) return list.length === 0 || list[0] === "";
  return star && list.join(separatorsOf(host.vars.text("IFS")).joiner) === "";
}

/** `${x:=text}`: what `x` is then. */
function assignDefault(host: ExpansionHost, { name, key }: Reference, text: string): string {
  try {
    const variable = host.vars.writable(name);
    if (key === undefined) {
      host.vars.assign(variable, text);
      return variable.scalar ?? "";
    }
    host.vars.setElement(variable, key, text);
    return text;
  } catch (error) {
    if (error instanceof ShellError && error.code === "readonly") error.status = 2;
    throw error;
  }
}

function expandDefault(
  host: ExpansionHost,
  operation: DefaultOperation,
  reference: Reference,
  found: Found,
  sink: Sink,
  quoted: boolean,
  indirect: boolean,
): void {
  const { operator, colon, word } = operation;
  const set = found.list ? found.list.length > 0 : found.text !== undefined;
  const list = found.list;
  // What `${!ref}` finds in a list counts as a value even where all of it is empty.
  const empty = list ? !indirect && isNullList(host, list, reference.all === "*") : found.text === "";
  const present = set && !(colon && empty);
  if (operator === "+") {
    if (present) expandOperand(host, word, sink, quoted);
    else if (reference.all === "@") sink.list([], quoted, false);
    else put(sink, "", quoted);
    return;
  }
  if (present) {
    if (found.list) sink.list(found.list, quoted, reference.all === "*");
    else put(sink, found.text as string, quoted);
    return;
  }
  if (operator === "-") {
    expandOperand(host, word, sink, quoted);
    return;
  }
  const text = expandText(host, word);
  if (operator === "?") {
    const message = word.text === "" ? (colon ? "parameter null or not set" : "parameter not set") : text;
    throw new ShellError(
      "unbound",
      `${reference.shown.startsWith("$") ? reference.name : reference.shown}: ${message}`,
    );
  }
  if (!isName(reference.name) || reference.all) {
    const shown = isName(reference.name) ? reference.shown : `$${reference.name}`;
    throw new ShellError("expansion", `${shown}: cannot assign in this way`);
  }
  const value = assignDefault(host, reference, text);
  if (quoted) sink.mark(true);
  put(sink, value, quoted);
}
