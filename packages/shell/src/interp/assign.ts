import { ShellError } from "../errors.ts";
import { BAD_INDEX, indexIn, indexText, indexValue, keyOf } from "../expand/subscript.ts";
import { expandFields, expandText } from "../expand/word.ts";
import type { ArrayLiteral, Assignment, Subscript, Word } from "../parse/ast.ts";
import { wordParts } from "../parse/parts.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { splitSubscript } from "../state/target.ts";
import { Attr, type Variable } from "../state/variable.ts";
import type { Interpreter } from "./interpreter.ts";
import { arrayLiteralText } from "./word-text.ts";

/** Carries out `name=value`, `name[sub]=value`, `name=(…)` for the shell itself. `trace` prints it for `set -x`. */
export function assign(sh: Interpreter, node: Assignment, trace?: (value: string) => void): void {
  if (node.value.type === "ArrayLiteral") {
    if (trace && sh.state.set.xtrace) trace(arrayLiteralText(node.value.elements));
    assignArray(sh, node.name, node.value, node.append, node.subscript);
    return;
  }
  const value = expandText(sh, node.value, true);
  if (trace && sh.state.set.xtrace) trace(value);
  if (node.subscript === null) {
    const variable = sh.vars.get(node.name);
    if (variable && variable.attrs & Attr.NAMEREF) assignThroughNameref(sh, node.name, value, node.append);
    else sh.vars.set(node.name, value, node.append);
    return;
  }
  assignSubscript(sh, node.name, node.subscript, value, node.append);
}

function assignThroughNameref(sh: Interpreter, name: string, value: string, append: boolean): void {
  const target = sh.vars.follow(name);
  if (!target) throw new ShellError("assignment", "");
  if (target.subscript !== undefined) {
    assignText(sh, `${target.name}[${target.subscript}]`, value, append);
    return;
  }
  const variable = sh.vars.get(target.name);
  // A nameref without a target yet takes the value as its target.
  if (variable && variable.attrs & Attr.NAMEREF && target.name === name && !splitSubscript(value))
    throw new ShellError("assignment", `\`${value}': not a valid identifier`);
  if (variable && variable.attrs & Attr.NAMEREF) {
    sh.vars.writable(target.name).value = value;
    return;
  }
  sh.vars.set(target.name, value, append);
}

function assignSubscript(
  sh: Interpreter,
  name: string,
  subscript: Subscript,
  value: string,
  append: boolean,
): void {
  const target = sh.vars.follow(name)?.name ?? name;
  const existing = sh.vars.get(target);
  if (existing && existing.attrs & Attr.READONLY)
    throw new ShellError("readonly", `${target}: readonly variable`);
  const assoc = existing !== undefined && (existing.attrs & Attr.ASSOC) !== 0;
  if (!assoc && (subscript.text === "@" || subscript.text === "*"))
    throw new ShellError("assignment", `${name}[${subscript.text}]: bad array subscript`);
  if (subscript.text === "") throw new ShellError("assignment", `${name}[]: bad array subscript`);
  const key = keyOf(sh, target, subscript);
  if (key === BAD_INDEX || (assoc && key === ""))
    throw new ShellError("assignment", `${name}[${subscript.text}]: bad array subscript`);
  sh.vars.setElement(sh.vars.writable(target), key, value, append);
}

/** Assigns to a target given as text, as `read`, `printf -v`, `getopts` and arithmetic do. */
export function assignText(sh: Interpreter, text: string, value: string, append: boolean): void {
  const target = splitSubscript(text);
  if (!target) throw new ShellError("assignment", `\`${text}': not a valid identifier`);
  const real = sh.vars.follow(target.name);
  if (!real) throw new ShellError("assignment", `${target.name}: circular name reference`);
  const name = real.name;
  const subscript = target.subscript ?? real.subscript;
  if (subscript === undefined) {
    const variable = sh.vars.get(name);
    if (variable && variable.attrs & Attr.NAMEREF) assignThroughNameref(sh, name, value, append);
    else sh.vars.set(name, value, append);
    return;
  }
  sh.vars.setElement(sh.vars.writable(name), textKey(sh, name, subscript), value, append);
}

/** The key or index of a subscript given as text. */
export function textKey(sh: Interpreter, name: string, subscript: string, reading = false): string | number {
  const variable = sh.vars.get(name);
  const expanded = sh.subscriptText(subscript);
  if (variable && variable.attrs & Attr.ASSOC) return expanded;
  const index = indexIn(variable, indexValue(sh, expanded));
  if (index === BAD_INDEX && !reading)
    throw new ShellError("assignment", `${name}[${subscript}]: bad array subscript`);
  return index;
}

/** `name=(…)` and `name+=(…)`. */
export function assignArray(
  sh: Interpreter,
  name: string,
  literal: ArrayLiteral,
  append: boolean,
  subscript: Subscript | null,
): void {
  if (subscript !== null)
    throw new ShellError("assignment", `${name}[${subscript.text}]: cannot assign list to array member`);
  const target = sh.vars.follow(name);
  if (target?.subscript !== undefined)
    throw new ShellError("assignment", `\`${target.name}[${target.subscript}]': not a valid identifier`);
  const real = target?.name ?? name;
  const existing = sh.vars.get(real);
  const assoc = existing !== undefined && (existing.attrs & Attr.ASSOC) !== 0;
  // It is there, empty, while its elements are expanded.
  if (!existing) startArray(sh, sh.vars.writable(real), false, false);
  fillArray(
    sh,
    () => sh.vars.writable(real),
    assoc,
    literal,
    append,
    (text) => mustUseSubscript(real, text),
  );
}

/** The message about an element without a subscript among those that have one. */
export function mustUseSubscript(name: string, element: string): string {
  return `${name}: ${element}: must use subscript when assigning associative array`;
}

/** Evaluates an array literal, then stores it: the old value is visible to the elements. `complaint`: {@link mustUseSubscript} of one. */
export function fillArray(
  sh: Interpreter,
  writable: () => Variable,
  assoc: boolean,
  literal: ArrayLiteral,
  append: boolean,
  complaint: (element: string) => string,
): void {
  if (assoc) fillAssoc(sh, writable, literal, append, complaint);
  else fillIndexed(sh, writable, literal, append);
}

type Element = { key: Word | undefined; text: string; append: boolean };

function fillIndexed(
  sh: Interpreter,
  writable: () => Variable,
  literal: ArrayLiteral,
  append: boolean,
): void {
  const plain = literal.elements.every((element) => element.subscript === null);
  if (plain) {
    const values = expandFields(
      sh,
      literal.elements.map((element) => element.value),
    );
    const variable = writable();
    if (
      !append &&
      !(variable.attrs & (Attr.INTEGER | Attr.LOWER | Attr.UPPER | Attr.CAPITAL)) &&
      !variable.dynamic
    ) {
      variable.value = IndexedArray.of(values);
      sh.vars.setAttributes(variable, Attr.INDEXED, 0);
      return;
    }
    const array = startArray(sh, variable, append, false) as IndexedArray;
    let next = array.end;
    for (const value of values) sh.vars.setElement(variable, next++, value);
    return;
  }
  const elements: Element[] = [];
  for (const { subscript, append: add, value } of literal.elements) {
    if (subscript?.text === "") sh.error(`[]=${expandText(sh, value, true)}: bad array subscript`);
    else if (subscript && value.braces) {
      for (const text of expandBracedElement(sh, subscript, value))
        elements.push({ key: undefined, text, append: false });
    } else if (subscript)
      elements.push({ key: subscript.word, text: expandText(sh, value, true), append: add });
    else for (const text of expandFields(sh, [value])) elements.push({ key: undefined, text, append: false });
  }
  const variable = writable();
  const array = startArray(sh, variable, append, false) as IndexedArray;
  let next = array.end;
  for (const { key, text, append: add } of elements) {
    let index = next;
    if (key) {
      index = indexValue(sh, indexText(sh, key));
      if (index < 0) index += array.end;
      if (index < 0) {
        sh.error(`[${key.text}]=${text}: bad array subscript`);
        continue;
      }
    }
    sh.vars.setElement(variable, index, text, add);
    next = index + 1;
  }
}

/** `[2]={a,b}`: the braces make several words of it, which are no longer assignments. */
function expandBracedElement(sh: Interpreter, subscript: Subscript, value: Word): string[] {
  return expandFields(sh, [withSubscript(subscript, value)]);
}

/** `[subscript]=value` as a word, where it is not an assignment. */
function withSubscript(subscript: Subscript, value: Word): Word {
  const bracket = (text: string) => ({ type: "Literal" as const, value: text });
  const parts = [bracket("["), ...wordParts(subscript.word), bracket("]="), ...wordParts(value)];
  return { ...value, parts, plain: null };
}

function startArray(
  sh: Interpreter,
  variable: Variable,
  append: boolean,
  assoc: boolean,
): IndexedArray | AssocArray {
  if (!append) variable.value = assoc ? new AssocArray() : new IndexedArray();
  sh.vars.setAttributes(variable, assoc ? Attr.ASSOC : Attr.INDEXED, 0);
  return sh.vars.array(variable, assoc);
}

/** A key or value of an associative array: tildes stay. */
function expandElement(sh: Interpreter, word: Word): string {
  return expandText(sh, word, "none");
}

function fillAssoc(
  sh: Interpreter,
  writable: () => Variable,
  literal: ArrayLiteral,
  append: boolean,
  complaint: (element: string) => string,
): void {
  const pairs: { key: string; value: string; append: boolean }[] = [];
  const [first] = literal.elements;
  if (first && first.subscript === null) {
    const texts = literal.elements.map(({ subscript, value }) =>
      expandElement(sh, subscript === null ? value : withSubscript(subscript, value)),
    );
    for (let i = 0; i < texts.length; i += 2)
      pairs.push({ key: texts[i] as string, value: texts[i + 1] ?? "", append: false });
  } else {
    for (const element of literal.elements) {
      if (element.subscript === null) {
        sh.error(complaint(element.value.text));
        continue;
      }
      pairs.push({
        key: expandElement(sh, element.subscript.word),
        value: expandElement(sh, element.value),
        append: element.append,
      });
    }
  }
  const variable = writable();
  const old = append ? undefined : variable.value;
  startArray(sh, variable, append, true);
  for (const { key, value: text, append: add } of pairs) {
    // `+=` in a new array still adds to what the old one had there.
    const value =
      add && !append ? ((old instanceof AssocArray ? old.get(key) : undefined) ?? "") + text : text;
    if (key === "") sh.error(`[]=${value}: bad array subscript`);
    else sh.vars.setElement(variable, key, value, add && append);
  }
}

/** `a[0]=x command`: an element cannot be assigned to for a command, which runs all the same, but not in POSIX mode. */
export function refusesElement(sh: Interpreter, { name, subscript }: Assignment): boolean {
  if (subscript === null) return false;
  sh.error(`\`${name}[${subscript.text}]': not a valid identifier`);
  if (sh.posix) sh.exit(1);
  return true;
}
