import { indexValue } from "../expand/subscript.ts";
import { textKey } from "../interp/assign.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { splitSubscript } from "../state/target.ts";
import { Attr } from "../state/variable.ts";
import { Options } from "./options.ts";

/** `unset [-fvn] name …` */
export function unsetBuiltin(sh: Interpreter, args: string[]): number {
  let kind = "";
  const options = new Options(args);
  for (const letter of options) {
    if (!"fvn".includes(letter)) return sh.usage("unset", `-${letter}`, "unset [-f] [-v] [-n] [name ...]");
    if ((kind === "f" && letter === "v") || (kind === "v" && letter === "f"))
      return sh.builtinError("unset", "cannot simultaneously unset a function and a variable");
    kind = letter;
  }
  let status = 0;
  for (const name of options.operands()) if (!unsetOne(sh, name, kind)) status = 1;
  return status;
}

function unsetOne(sh: Interpreter, text: string, kind: string): boolean {
  if (kind === "f") return unsetFunction(sh, text);
  const target = sh.isAssignable(text) ? splitSubscript(text) : undefined;
  if (!target) {
    if (kind === "" && sh.state.functions.read.has(text)) return unsetFunction(sh, text);
    // Without -v it may be the name of a function, of which there is none.
    if (kind === "") return true;
    sh.builtinError("unset", `\`${text}': not a valid identifier`);
    return false;
  }
  const followed =
    kind === "n" ? { name: target.name, subscript: undefined } : (sh.vars.follow(target.name) ?? target);
  const name = followed.name;
  const subscript = target.subscript ?? followed.subscript;
  const variable = sh.vars.get(name);
  if (kind === "n" && variable && !(variable.attrs & Attr.NAMEREF)) return true;
  if (!variable) {
    if (kind === "" && subscript === undefined && sh.state.functions.read.has(name))
      return unsetFunction(sh, name);
    return true;
  }
  if (variable.attrs & Attr.READONLY) {
    sh.builtinError("unset", `${name}: cannot unset: readonly variable`);
    return false;
  }
  if (subscript === undefined && name === "PIPESTATUS") {
    // The next command makes it anew.
    sh.state.pipeStatus = [];
    return true;
  }
  if (subscript === undefined) {
    variable.dynamic = undefined;
    sh.vars.unset(name);
    return true;
  }
  return unsetElement(sh, name, subscript);
}

function unsetElement(sh: Interpreter, name: string, subscript: string): boolean {
  if (subscript === "") return true;
  const variable = sh.vars.writable(name);
  const { value } = variable;
  if (subscript === "@" || subscript === "*") {
    if (value instanceof AssocArray) {
      if (value.has(subscript)) value.delete(subscript);
      else variable.value = new AssocArray();
    } else if (value instanceof IndexedArray) variable.value = new IndexedArray();
    else sh.vars.unset(name);
    return true;
  }
  if (value instanceof AssocArray) {
    value.delete(sh.subscriptText(subscript));
    return true;
  }
  if (value === undefined && !(variable.attrs & Attr.INDEXED && subscript.startsWith("-"))) return true;
  if (value !== undefined && !(value instanceof IndexedArray)) {
    if (Number(textKey(sh, name, subscript)) === 0) {
      sh.vars.unset(name);
      return true;
    }
    sh.builtinError("unset", `${name}: not an array variable`);
    return false;
  }
  const index = indexValue(sh, sh.subscriptText(subscript));
  const at = index < 0 ? (value?.end ?? 0) + index : index;
  if (at < 0) {
    sh.builtinError("unset", `[${subscript}]: bad array subscript`);
    return false;
  }
  value?.delete(at);
  return true;
}

function unsetFunction(sh: Interpreter, name: string): boolean {
  const fn = sh.state.functions.read.get(name);
  if (!fn) return true;
  if (fn.readonly) {
    sh.builtinError("unset", `${name}: cannot unset: readonly function`);
    return false;
  }
  sh.state.functions.write.delete(name);
  return true;
}
