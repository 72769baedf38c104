import { ShellError } from "../errors.ts";
import { AssocArray, IndexedArray } from "./arrays.ts";
import { Journal, type Scope } from "./journal.ts";
import type { Target } from "./target.ts";
import { Attr, fromPlain, type PlainValue, TRANSFORMING, toPlain, Variable } from "./variable.ts";

/** Variables as plain data, for a forked shell. */
export interface PlainVariables {
  chains: { name: string; bindings: { attrs: number; value: PlainValue; level: number }[] }[];
  scopes: { kind: Scope["kind"]; names: string[] }[];
}

const NAMEREF_LIMIT = 64;
/** Variables that mean something by being there. */
const WATCHED: ReadonlySet<string> = new Set(["POSIXLY_CORRECT", "GLOBIGNORE", "BASH_XTRACEFD"]);

/**
 * The variables of a shell with bash's dynamic scopes. A name has one visible binding; a local one remembers the one it
 * shadows. Changes made in a subshell go to its journal and are undone at its end.
 */
export class VariableStore {
  readonly #bindings = new Map<string, Variable>();
  readonly #scopes: Scope[] = [];
  #journal: Journal | undefined;
  readonly #journals: (Journal | undefined)[] = [];
  #epochs = 0;
  #environment: string[] | undefined;
  /** `set -a`. */
  exportAll = false;
  /** Evaluates the value given to an integer variable. */
  evaluate: (text: string) => string = (text) => text;
  /** Told when one of {@link WATCHED} is there for the first time, or gone. */
  changed: (name: string, present: boolean) => void = () => {};
  /** Reports a harmless oddity (circular name references). */
  warn: (message: string) => void = () => {};

  /** The visible binding, not following a nameref. */
  get(name: string): Variable | undefined {
    const found = this.#bindings.get(name);
    return found !== undefined && found.attrs & Attr.CIRCLE ? this.#around(found) : found;
  }

  /** The global binding that a nameref to its own name stands for. */
  #around(circle: Variable): Variable | undefined {
    this.warn(`warning: ${circle.name}: circular name reference`);
    let found: Variable | undefined = circle;
    while (found && found.level > 0) found = found.shadowed;
    return found;
  }

  /** The text of a scalar (element 0 of an array) through namerefs to plain names; `undefined` when unset. */
  text(name: string): string | undefined {
    const variable = this.find(name);
    return variable?.scalar;
  }

  /** The visible binding at the end of the namerefs; `undefined` for none (also when a subscript is meant). */
  find(name: string): Variable | undefined {
    const variable = this.#bindings.get(name);
    if (!variable || !(variable.attrs & Attr.NAMEREF)) return variable;
    const target = this.follow(name);
    return target && target.subscript === undefined ? this.#bindings.get(target.name) : undefined;
  }

  /** Follows namerefs; `undefined` for a circle. A nameref without a target leads to itself. */
  follow(name: string): Target | undefined {
    let current = name;
    for (let i = 0; i < NAMEREF_LIMIT; i++) {
      const variable = this.#bindings.get(current);
      if (!variable || !(variable.attrs & Attr.NAMEREF) || typeof variable.value !== "string")
        return { name: current, subscript: undefined };
      if (variable.attrs & Attr.CIRCLE) return { name: current, subscript: undefined };
      const value = variable.value;
      if (value === "") return { name: current, subscript: undefined };
      const bracket = value.indexOf("[");
      if (bracket > 0 && value.endsWith("]"))
        return { name: value.slice(0, bracket), subscript: value.slice(bracket + 1, -1) };
      if (value === name || value === current) break;
      current = value;
    }
    this.warn(`warning: ${name}: circular name reference`);
    return undefined;
  }

  /** All names with a visible binding, sorted. */
  names(prefix = ""): string[] {
    const names: string[] = [];
    for (const name of this.#bindings.keys()) if (name.startsWith(prefix)) names.push(name);
    return names.sort();
  }

  /** The variable to change, made at the global level if there is none; throws for a readonly one. */
  writable(name: string): Variable {
    const found = this.#bindings.get(name);
    if (!found) {
      const made = this.#bind(name, 0, undefined, 0);
      if (WATCHED.has(name)) this.changed(name, true);
      return made;
    }
    if (found.attrs & Attr.CIRCLE) {
      this.warn(`warning: ${name}: circular name reference`);
      return this.global(name);
    }
    if (found.attrs & Attr.READONLY) throw new ShellError("readonly", `${name}: readonly variable`);
    this.touch(found);
    return found;
  }

  /** Says that a variable is about to change. */
  touch(variable: Variable): void {
    if (this.#journal !== undefined && variable.epoch !== this.#journal.epoch)
      this.#journal.content(variable);
    if (variable.attrs & Attr.EXPORT) this.#environment = undefined;
  }

  /** Assigns a scalar, or element 0 of an array. Throws `readonly`. `name` is not a nameref (see {@link follow}). */
  set(name: string, value: string, append = false): void {
    const variable = this.writable(name);
    this.assign(variable, value, append);
  }

  /** As {@link set}, for a binding that {@link writable} gave. */
  assign(variable: Variable, value: string, append = false): void {
    if (this.exportAll) this.setAttributes(variable, Attr.EXPORT, 0);
    if (variable.dynamic) {
      const old = append ? (variable.scalar ?? "") : "";
      if (variable.attrs & Attr.INTEGER)
        variable.dynamic.set?.(this.evaluate(append ? `${old}+(${value})` : value));
      else variable.dynamic.set?.(old + value);
      return;
    }
    if (variable.onAssign) variable.onAssign();
    const current = variable.value;
    if (current === undefined || typeof current === "string") {
      if (variable.attrs & (Attr.INDEXED | Attr.ASSOC))
        this.setElement(variable, variable.attrs & Attr.ASSOC ? "0" : 0, value, append);
      else if (variable.attrs & TRANSFORMING)
        variable.value = this.#transformed(variable, current, value, append);
      else variable.value = append && current !== undefined ? current + value : value;
    } else this.setElement(variable, current instanceof AssocArray ? "0" : 0, value, append);
  }

  /** Assigns one element, making an array of a scalar. The variable comes from {@link writable}. */
  setElement(variable: Variable, key: number | string, value: string, append = false): void {
    if (variable.dynamic?.elements) {
      variable.dynamic.elements.set(key, value);
      return;
    }
    if (variable.dynamic?.set && !variable.value) {
      variable.dynamic.set(value);
      return;
    }
    const array = this.array(variable, typeof key === "string");
    const old = append || variable.attrs & TRANSFORMING ? array.get(key as never) : undefined;
    const text =
      variable.attrs & TRANSFORMING ? this.#transformed(variable, old, value, append) : (old ?? "") + value;
    array.set(key as never, text);
  }

  /** The array of a variable that is being written; a scalar becomes its element 0. */
  array(variable: Variable, assoc: boolean): IndexedArray | AssocArray {
    const value = variable.value;
    if (value !== undefined && typeof value !== "string") return value;
    const array = assoc ? new AssocArray() : new IndexedArray();
    if (value !== undefined) array.set((assoc ? "0" : 0) as never, value);
    variable.value = array;
    this.setAttributes(variable, assoc ? Attr.ASSOC : Attr.INDEXED, 0);
    return array;
  }

  #transformed(variable: Variable, old: string | undefined, value: string, append: boolean): string {
    const attrs = variable.attrs;
    if (attrs & Attr.INTEGER) {
      const result = this.evaluate(value);
      return append && old !== undefined && old !== "" ? this.evaluate(`(${old})+(${result})`) : result;
    }
    const text = append ? (old ?? "") + value : value;
    if (attrs & Attr.LOWER) return text.toLowerCase();
    if (attrs & Attr.UPPER) return text.toUpperCase();
    return text && (text[0] as string).toUpperCase() + text.slice(1).toLowerCase();
  }

  setAttributes(variable: Variable, on: number, off: number): void {
    if (variable.dynamic?.plain) return;
    const attrs = (variable.attrs | on) & ~off;
    if (attrs === variable.attrs) return;
    if (this.#journal !== undefined) this.#journal.content(variable);
    if ((attrs ^ variable.attrs) & Attr.EXPORT) this.#environment = undefined;
    variable.attrs = attrs;
  }

  /** Adds a computed variable, as the shell starts. */
  define(name: string, attrs: number, dynamic: Dynamic0): Variable {
    const variable = this.#bind(name, attrs, undefined, 0);
    variable.dynamic = dynamic;
    return variable;
  }

  /** The binding of the innermost scope (of a function when `functionOnly`), newly made unless it is there already. */
  local(name: string): Variable {
    const level = this.functionLevel;
    const found = this.#bindings.get(name);
    if (found && found.level >= level && found.level > 0) {
      this.touch(found);
      found.temporary = false;
      return found;
    }
    return this.#bind(name, 0, undefined, level);
  }

  /** The binding at the global level, made if it is missing (`declare -g`). */
  global(name: string): Variable {
    let variable = this.#bindings.get(name);
    if (!variable) return this.#bind(name, 0, undefined, 0);
    while (variable.level > 0 && variable.shadowed) variable = variable.shadowed;
    if (variable.level > 0) return this.#insert(name, 0);
    this.touch(variable);
    return variable;
  }

  /**
   * The binding under what assignments before commands made, which stays when they go: the nearest one, or with `level` the one of
   * that scope. Made if it is missing.
   */
  beneath(name: string, level?: number): Variable {
    let found = this.#bindings.get(name);
    while (found?.temporary) found = found.shadowed;
    if (!found || (level !== undefined && found.level !== level)) return this.#insert(name, level ?? 0);
    this.touch(found);
    return found;
  }

  /** Removes the visible binding. In its own function a local stays, without a value. */
  unset(name: string): void {
    const variable = this.#bindings.get(name);
    if (!variable) return;
    if (variable.attrs & Attr.EXPORT) this.#environment = undefined;
    if (WATCHED.has(name)) this.changed(name, false);
    if (variable.level > 0 && variable.level >= this.functionLevel && !variable.temporary) {
      this.touch(variable);
      variable.value = undefined;
      variable.attrs = 0;
      return;
    }
    this.#rebind(name, variable, variable.shadowed);
  }

  pushScope(kind: Scope["kind"]): void {
    this.#scopes.push({ kind, names: [], epoch: this.#epochs });
  }

  popScope(): void {
    const level = this.#scopes.length;
    const scope = this.#scopes.pop();
    if (!scope) return;
    for (const name of scope.names) {
      const variable = this.#bindings.get(name);
      if (variable?.level !== level) continue;
      if (variable.attrs & Attr.EXPORT || (variable.shadowed && variable.shadowed.attrs & Attr.EXPORT))
        this.#environment = undefined;
      this.#rebind(name, variable, variable.shadowed);
    }
  }

  /** Whether a binding was made by assignments before `eval` or `source`. */
  isOfReader({ level }: Variable): boolean {
    return this.#scopes[level - 1]?.kind === "reader";
  }

  /** A binding in the innermost scope of any kind: an assignment before a command. */
  temporary(name: string): Variable {
    const found = this.#bindings.get(name);
    if (found && found.level === this.#scopes.length) return found;
    const made = this.#bind(name, 0, undefined, this.#scopes.length);
    made.temporary = true;
    return made;
  }

  /** The level of the innermost function's scope; 0 outside of functions. */
  get functionLevel(): number {
    for (let level = this.#scopes.length; level > 0; level--)
      if (this.#scopes[level - 1]?.kind === "function") return level;
    return 0;
  }

  get depth(): number {
    return this.#scopes.length;
  }

  /** Names local to the innermost function, sorted. */
  localNames(): string[] {
    const level = this.functionLevel;
    const names = this.#scopes[level - 1]?.names ?? [];
    return names.filter((name) => this.#bindings.get(name)?.level === level).sort();
  }

  /** From here on changes are journalled until {@link endSubshell}. */
  beginSubshell(): void {
    this.#journals.push(this.#journal);
    this.#journal = new Journal(++this.#epochs, this.#scopes.length);
  }

  endSubshell(): void {
    const journal = this.#journal;
    if (!journal) return;
    this.#scopes.length = journal.depth;
    journal.undo(this.#bindings);
    this.#journal = this.#journals.pop();
    this.#environment = undefined;
  }

  /** `NAME=value` of the exported variables. */
  environment(): string[] {
    if (this.#environment) return this.#environment;
    const list: string[] = [];
    for (const variable of this.#bindings.values()) {
      if (!(variable.attrs & Attr.EXPORT) || variable.attrs & (Attr.INDEXED | Attr.ASSOC)) continue;
      const value = variable.scalar;
      if (value !== undefined) list.push(`${variable.name}=${value}`);
    }
    this.#environment = list;
    return list;
  }

  /** Everything as plain data; computed variables are left out, the new shell has its own. */
  toPlain(): PlainVariables {
    const chains: PlainVariables["chains"] = [];
    for (const [name, top] of this.#bindings) {
      const bindings: PlainVariables["chains"][number]["bindings"] = [];
      for (let at: Variable | undefined = top; at; at = at.shadowed)
        if (!at.dynamic) bindings.unshift({ attrs: at.attrs, value: toPlain(at.value), level: at.level });
      if (bindings.length) chains.push({ name, bindings });
    }
    return { chains, scopes: this.#scopes.map(({ kind, names }) => ({ kind, names: [...names] })) };
  }

  /** Replaces all variables but the computed ones with those of {@link toPlain}. */
  fromPlain(plain: PlainVariables): void {
    for (const [name, variable] of this.#bindings) if (!variable.dynamic) this.#bindings.delete(name);
    this.#scopes.length = 0;
    for (const { kind, names } of plain.scopes) this.#scopes.push({ kind, names: [...names], epoch: 0 });
    for (const { name, bindings } of plain.chains) {
      let top: Variable | undefined = this.#bindings.get(name);
      for (const { attrs, value, level } of bindings)
        top = new Variable(name, attrs, fromPlain(value), level, top);
      if (top) this.#bindings.set(name, top);
    }
    this.#environment = undefined;
  }

  #bind(name: string, attrs: number, value: string | undefined, level: number): Variable {
    const old = this.#bindings.get(name);
    const journal = this.#journal;
    const variable = new Variable(name, attrs, value, level, old, journal ? journal.epoch : 0);
    this.#bindings.set(name, variable);
    if (journal) journal.binding(name, old);
    if (level > 0) {
      const scope = this.#scopes[level - 1] as Scope;
      if (journal) journal.scope(scope);
      scope.names.push(name);
    }
    if (old && old.attrs & Attr.EXPORT) this.#environment = undefined;
    return variable;
  }

  #rebind(name: string, old: Variable, next: Variable | undefined): void {
    if (this.#journal) this.#journal.binding(name, old);
    if (next) this.#bindings.set(name, next);
    else this.#bindings.delete(name);
  }

  /** Puts a binding for the scope `level` under those of inner ones: the chain is built anew. */
  #insert(name: string, level: number): Variable {
    const inner: Variable[] = [];
    let outer = this.#bindings.get(name);
    for (; outer && outer.level > level; outer = outer.shadowed) inner.unshift(outer);
    const epoch = this.#journal?.epoch ?? 0;
    const made = new Variable(name, 0, undefined, level, outer, epoch);
    let top = made;
    for (const variable of inner) {
      top = new Variable(name, variable.attrs, variable.value, variable.level, top, variable.epoch);
      top.dynamic = variable.dynamic;
      top.temporary = variable.temporary;
    }
    if (this.#journal) this.#journal.binding(name, this.#bindings.get(name));
    this.#bindings.set(name, top);
    const scope = this.#scopes[level - 1];
    if (scope) {
      if (this.#journal) this.#journal.scope(scope);
      scope.names.push(name);
    }
    return made;
  }
}

type Dynamic0 = NonNullable<Variable["dynamic"]>;
