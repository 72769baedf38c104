import { type ArithmeticScope, type ElementKey, runArithmetic } from "../arith/evaluate.ts";
import { parseArithmetic } from "../arith/parse.ts";
import type { ArithmeticProgram, Integer } from "../arith/syntax.ts";
import { ShellError } from "../errors.ts";
import { unbound } from "../expand/parameter.ts";
import { BAD_INDEX } from "../expand/subscript.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { Attr } from "../state/variable.ts";
import { assignText, textKey } from "./assign.ts";
import type { Interpreter } from "./interpreter.ts";

const programs = new Map<string, ArithmeticProgram>();
const scopes = new WeakMap<Interpreter, ArithmeticScope>();
const CACHE_LIMIT = 2000;

function programOf(text: string): ArithmeticProgram {
  let program = programs.get(text);
  if (!program) {
    program = parseArithmetic(text);
    if (programs.size >= CACHE_LIMIT) programs.clear();
    programs.set(text, program);
  }
  return program;
}

/** Evaluates an expression with the shell's variables. `command` (`((`, `let`) goes in front of a failure's message. */
export function evaluateArithmetic(sh: Interpreter, text: string, command = ""): Integer {
  let scope = scopes.get(sh);
  if (!scope) {
    scope = new ShellScope(sh);
    scopes.set(sh, scope);
  }
  try {
    return runArithmetic(programOf(text), scope);
  } catch (error) {
    const failure = sh.report(error);
    if (failure.code !== "arithmetic" || !command) throw failure;
    throw new ShellError("arithmetic", `${command}: ${failure.message}`);
  }
}

/** The shell's variables as an expression sees them. */
class ShellScope implements ArithmeticScope {
  readonly #sh: Interpreter;

  constructor(sh: Interpreter) {
    this.#sh = sh;
  }

  get(name: string): string | undefined {
    const sh = this.#sh;
    const variable = sh.vars.get(name);
    let text: string | undefined;
    if (variable && !(variable.attrs & Attr.NAMEREF)) text = variable.scalar;
    else if (variable) {
      const target = sh.vars.follow(name);
      if (target?.subscript !== undefined)
        return this.getElement(target.name, this.key(target.name, target.subscript));
      text = target && sh.vars.get(target.name)?.scalar;
    }
    if (text === undefined && sh.state.set.nounset) throw unbound(name);
    return text;
  }

  set(name: string, value: Integer): void {
    const { vars } = this.#sh;
    const variable = vars.get(name);
    if (variable && variable.attrs & Attr.NAMEREF) assignText(this.#sh, name, String(value), false);
    else vars.set(name, String(value));
  }

  key(name: string, subscript: string): ElementKey {
    return textKey(this.#sh, this.#sh.vars.follow(name)?.name ?? name, subscript, true);
  }

  getElement(name: string, key: ElementKey): string | undefined {
    const sh = this.#sh;
    const variable = sh.vars.get(sh.vars.follow(name)?.name ?? name);
    const value = variable?.dynamic ? variable.dynamic.get() : variable?.value;
    let text: string | undefined;
    if (value instanceof AssocArray) text = value.get(String(key));
    else if (key === BAD_INDEX) {
      sh.error(`${name}: bad array subscript`);
      return undefined;
    } else if (value instanceof IndexedArray) text = value.get(Number(key));
    else if (Number(key) === 0) text = value;
    if (value === undefined && sh.state.set.nounset) throw unbound(name);
    return text;
  }

  setElement(name: string, key: ElementKey, value: Integer): void {
    const { vars } = this.#sh;
    if (key === BAD_INDEX) throw new ShellError("assignment", `${name}[${key}]: bad array subscript`);
    vars.setElement(
      vars.writable(vars.follow(name)?.name ?? name),
      typeof key === "string" ? key : Number(key),
      String(value),
    );
  }
}
