import { ShellError } from "../errors.ts";
import { doubleQuote, quoteIfNeeded, singleQuote } from "../expand/quote.ts";
import { arrayText } from "../expand/transform.ts";
import { assignText, fillArray, mustUseSubscript, textKey } from "../interp/assign.ts";
import { printFunction } from "../interp/function-text.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { parseAssignment } from "../interp/reparse.ts";
import { UNLISTED } from "../interp/special.ts";
import { trace, traceWord } from "../interp/xtrace.ts";
import type { ArrayLiteral } from "../parse/ast.ts";
import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { Attr, attributeLetters, isName, type Variable } from "../state/variable.ts";

const LETTERS: Record<string, number> = {
  a: Attr.INDEXED,
  A: Attr.ASSOC,
  i: Attr.INTEGER,
  l: Attr.LOWER,
  u: Attr.UPPER,
  c: Attr.CAPITAL,
  n: Attr.NAMEREF,
  r: Attr.READONLY,
  t: Attr.TRACE,
  x: Attr.EXPORT,
};

interface Request {
  name: string;
  on: number;
  off: number;
  functions: boolean;
  namesOnly: boolean;
  global: boolean;
  print: boolean;
  inherit: boolean;
  /** Where plain names go: the function's scope or wherever they are. */
  local: boolean;
}

const USAGE: Record<string, string> = {
  declare: "declare [-aAfFgiIlnrtux] [name[=value] ...] or declare -p [-aAfFilnrtux] [name ...]",
  typeset: "typeset [-aAfFgiIlnrtux] name[=value] ... or typeset -p [-aAfFilnrtux] [name ...]",
  local: "local [option] name[=value] ...",
  export: "export [-fn] [name[=value] ...] or export -p",
  readonly: "readonly [-aAf] [name[=value] ...] or readonly -p",
};

/** `declare`, `typeset` */
export function declareBuiltin(sh: Interpreter, args: string[], name: string): number {
  return run(sh, args, name, sh.vars.functionLevel > 0, 0);
}

/** `local` */
export function localBuiltin(sh: Interpreter, args: string[], name: string): number {
  if (sh.vars.functionLevel === 0) return sh.builtinError("local", "can only be used in a function");
  if (args.length === 1 && args[0] === "-") {
    sh.localOptions ??= { ...sh.state.set };
    return 0;
  }
  return run(sh, args, name, true, 0);
}

/** `export` */
export function exportBuiltin(sh: Interpreter, args: string[], name: string): number {
  return run(sh, args, name, false, Attr.EXPORT);
}

/** `readonly` */
export function readonlyBuiltin(sh: Interpreter, args: string[], name: string): number {
  return run(sh, args, name, false, Attr.READONLY);
}

function run(sh: Interpreter, args: string[], name: string, local: boolean, base: number): number {
  const request: Request = {
    name,
    on: base,
    off: 0,
    functions: false,
    namesOnly: false,
    global: false,
    print: false,
    inherit: false,
    local,
  };
  const at = parseOptions(sh, args, request);
  if (at < 0) return 2;
  if (request.global) request.local = false;
  const rest = args.slice(at);
  const assignments = sh.assignmentArguments;
  sh.assignmentArguments = undefined;
  if (request.functions) return declareFunctions(sh, request, rest);
  if (rest.length === 0) return list(sh, request);
  if (request.print && name !== "export" && name !== "readonly") return printNamed(sh, request, rest);
  let status = 0;
  rest.forEach((text, index) => {
    const literal = assignments?.[at + index + 1]?.value;
    try {
      if (!declareOne(sh, request, text, literal?.type === "ArrayLiteral" ? literal : undefined)) status = 1;
    } catch (error) {
      const failure = sh.report(error);
      if (failure.code === "unbound" || failure.code === "expansion") throw error;
      // A subscript or value that is no number gives up more than the command.
      if (failure.code === "subscript" || (failure.code === "integer" && literal?.type === "ArrayLiteral"))
        throw failure;
      if (failure.code === "integer") throw new ShellError("integer", `${name}: ${failure.message}`);
      if (base !== 0 && failure.code === "readonly") {
        sh.error(failure.message);
        if (sh.posix && !sh.byCommand) sh.exit(1);
      } else sh.builtinError(name, failure.message);
      status = 1;
    }
  });
  return status;
}

/** Index of the first operand, -1 after an error. */
function parseOptions(sh: Interpreter, args: string[], request: Request): number {
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") return at + 1;
    const on = arg[0] === "-";
    if (!/^[-+]./.test(arg) || (!on && (request.name === "export" || request.name === "readonly"))) break;
    for (const letter of arg.slice(1)) {
      if (!option(request, letter, on)) {
        sh.usage(request.name, `${arg[0]}${letter}`, USAGE[request.name] as string);
        return -1;
      }
    }
  }
  return at;
}

function option(request: Request, letter: string, on: boolean): boolean {
  const restricted = request.name === "export" ? "fnp" : request.name === "readonly" ? "aAfnp" : undefined;
  if (restricted && !restricted.includes(letter)) return false;
  if (request.name === "export" && letter === "n") {
    request.off |= Attr.EXPORT;
    request.on &= ~Attr.EXPORT;
    return true;
  }
  if (request.name === "readonly" && letter === "n") return true;
  if (letter === "f" || letter === "F") {
    request.functions = true;
    if (letter === "F") request.namesOnly = true;
  } else if (letter === "p") request.print = true;
  else if (letter === "g") request.global = true;
  else if (letter === "I") request.inherit = true;
  else {
    const bit = LETTERS[letter];
    if (bit === undefined) return false;
    if (on) request.on |= bit;
    else request.off |= bit;
    if (on && letter === "l") request.off |= Attr.UPPER | Attr.CAPITAL;
    if (on && letter === "u") request.off |= Attr.LOWER | Attr.CAPITAL;
  }
  return true;
}

function declareFunctions(sh: Interpreter, request: Request, names: string[]): number {
  const { functions } = sh.state;
  if (names.length === 0) {
    for (const name of [...functions.read.keys()].sort()) {
      const fn = functions.read.get(name)!;
      if (request.on & Attr.EXPORT && !fn.exported) continue;
      if (request.on & Attr.READONLY && !fn.readonly) continue;
      const flags = `${fn.readonly ? "r" : ""}${fn.traced ? "t" : ""}${fn.exported ? "x" : ""}`;
      if (!request.namesOnly) sh.out(`${printFunction(fn)}\n`, request.name);
      if (request.namesOnly || flags) sh.out(`declare -f${flags} ${name}\n`, request.name);
    }
    return 0;
  }
  const kind = request.on & Attr.INDEXED ? "a" : request.on & Attr.ASSOC ? "A" : "i";
  if (request.on & (Attr.INDEXED | Attr.ASSOC | Attr.INTEGER) && request.name !== "readonly")
    return sh.builtinError(request.name, `-${kind}: invalid option`);
  let status = 0;
  for (const name of names) {
    const fn = functions.read.get(name);
    if (!fn) {
      status = 1;
      if (name.includes("=")) return sh.builtinError(request.name, "cannot use `-f' to make functions");
      if (request.name === "export" || request.name === "readonly")
        sh.builtinError(request.name, `${name}: not a function`);
      continue;
    }
    const changes =
      request.on & (Attr.EXPORT | Attr.READONLY | Attr.TRACE) ||
      request.off & (Attr.EXPORT | Attr.TRACE | Attr.READONLY);
    if (!changes) {
      const flags = `${fn.readonly ? "r" : ""}${fn.traced ? "t" : ""}${fn.exported ? "x" : ""}`;
      if (!request.namesOnly) {
        sh.out(`${printFunction(fn)}\n`, request.name);
        if (request.print && flags) sh.out(`declare -f${flags} ${name}\n`, request.name);
      } else
        sh.out(
          sh.state.shopt.extdebug
            ? `${name} ${fn.line} ${fn.source}\n`
            : `${request.print ? "declare -f " : ""}${name}\n`,
          request.name,
        );
      continue;
    }
    if (request.on & Attr.EXPORT && /[=/]/.test(name)) {
      status = sh.builtinError(request.name, `${name}: cannot export`);
      continue;
    }
    if (request.off & Attr.READONLY && fn.readonly) {
      status = sh.builtinError(request.name, `${name}: readonly function`);
      continue;
    }
    functions.write.set(name, {
      ...fn,
      exported: request.on & Attr.EXPORT ? true : request.off & Attr.EXPORT ? false : fn.exported,
      readonly: fn.readonly || (request.on & Attr.READONLY) !== 0,
      traced: request.on & Attr.TRACE ? true : request.off & Attr.TRACE ? false : fn.traced,
    });
  }
  return status;
}

/** One line of `declare -p`. */
export function describeVariable(variable: Variable): string {
  const letters = attributeLetters(variable.attrs) || "-";
  const value = variable.dynamic ? variable.dynamic.get() : variable.value;
  const head = `declare -${letters} ${variable.name}`;
  if (value === undefined) return `${head}\n`;
  if (typeof value === "string") return `${head}=${doubleQuote(value)}\n`;
  return `${head}=${arrayText(value)}\n`;
}

function list(sh: Interpreter, request: Request): number {
  const { vars } = sh;
  // With another attribute, -a and -A say of which kind of variables to show those.
  const arrays = request.on & (Attr.INDEXED | Attr.ASSOC);
  const wanted = request.on === arrays ? arrays : request.on & ~arrays;
  const names = request.name === "local" ? vars.localNames() : vars.names();
  let out = "";
  const asDeclare =
    request.print ||
    wanted !== 0 ||
    request.name === "local" ||
    request.name === "export" ||
    request.name === "readonly";
  for (const name of names) {
    const variable = vars.get(name);
    if (!variable || (wanted !== 0 && (variable.attrs & wanted) === 0)) continue;
    if (arrays !== 0 && (variable.attrs & arrays) === 0) continue;
    if (asDeclare) {
      if (variable.dynamic && variable.dynamic.get() === undefined) continue;
      out += posixPrefix(sh, request, describeVariable(variable));
    } else if (!UNLISTED.has(name)) out += setLine(variable);
  }
  sh.out(out, request.name);
  if (!asDeclare && request.name !== "local") {
    for (const name of [...sh.state.functions.read.keys()].sort())
      sh.out(`${printFunction(sh.state.functions.read.get(name)!)}\n`, request.name);
  }
  return 0;
}

function posixPrefix(sh: Interpreter, request: Request, line: string): string {
  if (!sh.posix || (request.name !== "export" && request.name !== "readonly")) return line;
  return line.replace(/^declare -\S+/, request.name);
}

/** A variable as `set` prints it; nothing when it has no value. */
export function setLine(variable: Variable): string {
  const value = variable.dynamic ? variable.dynamic.get() : variable.value;
  if (value === undefined) return "";
  return `${variable.name}=${typeof value === "string" ? quoteIfNeeded(value) : arrayText(value)}\n`;
}

function printNamed(sh: Interpreter, request: Request, names: string[]): number {
  let status = 0;
  for (const name of names) {
    const variable = sh.vars.get(name);
    const level = sh.vars.functionLevel;
    if (!variable || (request.name === "local" && variable.level !== level)) {
      status = sh.builtinError(request.name, `${name}: not found`);
      continue;
    }
    sh.out(describeVariable(variable), request.name);
  }
  return status;
}

/** `name`, `name=value`, `name+=value`, `name[sub]=value`; false after a complaint. */
function declareOne(
  sh: Interpreter,
  request: Request,
  text: string,
  literal: ArrayLiteral | undefined,
): boolean {
  const match = /^([A-Za-z_]\w*)(\[.*?\](?=\+?=|$))?(\+?=)?/s.exec(text);
  const isWhole = match && (match[0].length === text.length || match[3] !== undefined);
  if (!isWhole || (match[2] && !sh.isAssignable(`${match[1]}${match[2]}`) && match[2] !== "[]")) {
    sh.builtinError(request.name, `\`${text}': not a valid identifier`);
    return false;
  }
  if (match[2] && (request.name === "export" || request.name === "readonly")) {
    sh.builtinError(request.name, `\`${match[1]}${match[2]}': not a valid identifier`);
    return false;
  }
  const name = match[1] as string;
  const subscript = match[2]?.slice(1, -1);
  const append = match[3] === "+=";
  const value = match[3] ? text.slice(match[0].length) : undefined;
  if (request.on & Attr.NAMEREF && value === name && sh.vars.functionLevel === 0) {
    sh.builtinError(request.name, `${name}: nameref variable self references not allowed`);
    return false;
  }
  const kept = keptBy(sh, request, name);
  if (kept)
    return applyDeclaration(sh, request, kept.variable, {
      subscript,
      append,
      value: value ?? kept.value,
      literal,
    });
  const variable = bindingFor(sh, request, name, subscript !== undefined);
  if (!variable) return false;
  return applyDeclaration(sh, request, variable, { subscript, append, value, literal });
}

/** `x=1 export x`: what an assignment before the command gave is what the variable under it gets, and keeps. */
function keptBy(
  sh: Interpreter,
  request: Request,
  name: string,
): { variable: Variable; value: string | undefined } | undefined {
  const { vars } = sh;
  const visible = vars.get(name);
  if (!visible?.temporary || request.global || request.on & Attr.NAMEREF) return undefined;
  if (request.local) {
    if (visible.level <= vars.functionLevel) return undefined;
    if (vars.isOfReader(visible)) {
      vars.touch(visible);
      visible.temporary = false;
      return { variable: visible, value: undefined };
    }
    return { variable: vars.beneath(name, vars.functionLevel), value: visible.scalar };
  }
  if (!(request.on & (Attr.EXPORT | Attr.READONLY))) return undefined;
  const variable = vars.beneath(name);
  vars.setAttributes(variable, Attr.EXPORT, 0);
  return { variable, value: visible.scalar };
}

/** The variable to declare. */
function bindingFor(
  sh: Interpreter,
  request: Request,
  given: string,
  subscripted: boolean,
): Variable | undefined {
  const { vars } = sh;
  let name = given;
  if (!(request.on & Attr.NAMEREF) && !(request.off & Attr.NAMEREF)) {
    const visible = vars.get(given);
    const ownLevel = !request.local || visible?.level === vars.functionLevel;
    if (ownLevel) {
      const target = vars.follow(given);
      if (target && isName(target.name)) name = target.name;
    }
  }
  void subscripted;
  if (request.global || !request.local) {
    const existing = vars.get(name);
    if (existing === undefined) return made(sh, request, vars.global(name));
    if (request.global) return vars.global(name);
    vars.touch(existing);
    return existing;
  }
  const visible = vars.get(name);
  if (visible && visible.attrs & Attr.READONLY && visible.level < vars.functionLevel && visible.level === 0) {
    throw new ShellError("readonly", `${name}: readonly variable`);
  }
  if (visible?.level === vars.functionLevel) return vars.local(name);
  const temporary =
    visible && visible.level === vars.functionLevel - 1 && visible.level > 0 && visible.attrs & Attr.EXPORT
      ? visible
      : undefined;
  const local = vars.local(name);
  const source = request.inherit || sh.state.shopt.localvar_inherit ? visible : temporary;
  if (source) {
    local.value =
      source.value === undefined || typeof source.value === "string" ? source.value : source.value.clone();
    vars.setAttributes(local, source.attrs & ~Attr.NAMEREF, 0);
  }
  return local;
}

/** A variable that was not there: `set -a` exports it, unless it is an array. */
function made({ vars }: Interpreter, { on, off }: Request, variable: Variable): Variable {
  if (vars.exportAll && !(on & (Attr.INDEXED | Attr.ASSOC)) && !(off & Attr.EXPORT))
    vars.setAttributes(variable, Attr.EXPORT, 0);
  return variable;
}

interface Declared {
  subscript: string | undefined;
  append: boolean;
  value: string | undefined;
  literal: ArrayLiteral | undefined;
}

function applyDeclaration(sh: Interpreter, request: Request, variable: Variable, given: Declared): boolean {
  const { vars } = sh;
  const { value, subscript } = given;
  if (
    variable.attrs & Attr.READONLY &&
    (value !== undefined ||
      request.off & Attr.READONLY ||
      request.on & (Attr.INDEXED | Attr.ASSOC) & ~variable.attrs)
  )
    throw new ShellError("readonly", `${variable.name}: readonly variable`);
  // A local that becomes an array starts anew.
  const array = request.on & (Attr.INDEXED | Attr.ASSOC) || subscript !== undefined;
  if (array && request.local && variable.level > 0 && typeof variable.value === "string")
    variable.value = request.on & Attr.ASSOC ? new AssocArray() : new IndexedArray();
  if (!setKind(sh, request, variable)) return false;
  vars.setAttributes(variable, request.on & ~(Attr.READONLY | Attr.NAMEREF), request.off);
  if (request.on & Attr.NAMEREF && !makeNameref(sh, request, variable, value)) return false;
  if (value !== undefined && !(request.on & Attr.NAMEREF)) {
    const literal = given.literal ?? literalOf(request, variable, value);
    // `set -a` exports what an array is made of, but not what was declared to be one.
    const declared = request.on & Attr.INDEXED || variable.attrs & Attr.ASSOC;
    if (literal && vars.exportAll && !request.local && !declared)
      vars.setAttributes(variable, Attr.EXPORT, 0);
    if (subscript !== undefined && !literal)
      vars.setElement(variable, textKey(sh, variable.name, subscript), value, given.append);
    else if (literal)
      fillArray(
        sh,
        () => variable,
        (variable.attrs & Attr.ASSOC) !== 0,
        literal,
        given.append,
        (text) => mustUseSubscript(variable.name, singleQuote(text)),
      );
    else if (request.name === "export" || request.name === "readonly")
      traced(sh, variable, value, given.append);
    else if (variable.attrs & Attr.NAMEREF) assignText(sh, variable.name, value, given.append);
    else vars.assign(variable, value, given.append);
  } else if (subscript !== undefined && !(variable.attrs & (Attr.INDEXED | Attr.ASSOC)))
    vars.setAttributes(variable, Attr.INDEXED, 0);
  if (request.on & Attr.READONLY) vars.setAttributes(variable, Attr.READONLY, 0);
  return true;
}

/** `export` and `readonly` show what they assign once more. */
function traced(sh: Interpreter, variable: Variable, value: string, append: boolean): void {
  if (sh.state.set.xtrace)
    trace(sh, `${variable.name}${append ? "+=" : "="}${value === "" ? "" : traceWord(value)}`);
  if (variable.attrs & Attr.NAMEREF) assignText(sh, variable.name, value, append);
  else sh.vars.assign(variable, value, append);
}

/** `declare 'a=(1 2)'`: text that is an array literal, where an array is declared. */
function literalOf(request: Request, variable: Variable, value: string): ArrayLiteral | undefined {
  if (!(variable.attrs & (Attr.INDEXED | Attr.ASSOC)) || !/^\(.*\)$/s.test(value)) return undefined;
  void request;
  const parsed = parseAssignment(`a=${value}`);
  return parsed?.value.type === "ArrayLiteral" ? parsed.value : undefined;
}

/** Turns the variable into the kind of array that was asked for. */
function setKind(sh: Interpreter, request: Request, variable: Variable): boolean {
  const { vars } = sh;
  const current = variable.value;
  if (request.off & (Attr.INDEXED | Attr.ASSOC) && variable.attrs & (Attr.INDEXED | Attr.ASSOC)) {
    sh.builtinError(request.name, `${variable.name}: cannot destroy array variables in this way`);
    return false;
  }
  if (request.on & Attr.ASSOC) {
    if (variable.attrs & Attr.INDEXED || current instanceof IndexedArray) {
      sh.builtinError(request.name, `${variable.name}: cannot convert indexed to associative array`);
      return false;
    }
    if (typeof current === "string") vars.array(variable, true);
  } else if (request.on & Attr.INDEXED) {
    if (variable.attrs & Attr.ASSOC || current instanceof AssocArray) {
      sh.builtinError(request.name, `${variable.name}: cannot convert associative to indexed array`);
      return false;
    }
    if (typeof current === "string") vars.array(variable, false);
  }
  return true;
}

function makeNameref(
  sh: Interpreter,
  request: Request,
  variable: Variable,
  value: string | undefined,
): boolean {
  const target = value ?? (typeof variable.value === "string" ? variable.value : undefined);
  if (variable.attrs & (Attr.INDEXED | Attr.ASSOC)) {
    sh.builtinError(request.name, `${variable.name}: reference variable cannot be an array`);
    return false;
  }
  if (target !== undefined) {
    if (!/^[A-Za-z_]\w*(\[.+\])?$/s.test(target)) {
      sh.builtinError(
        request.name,
        target === "" && value === undefined
          ? `${variable.name}: not a valid identifier`
          : `\`${target}': invalid variable name for name reference`,
      );
      return false;
    }
    if (value !== undefined && target === variable.name)
      sh.builtinError(request.name, `warning: ${variable.name}: circular name reference`);
    const circle = value !== undefined && target === variable.name && sh.vars.functionLevel > 0;
    sh.vars.setAttributes(variable, circle ? Attr.CIRCLE : 0, circle ? 0 : Attr.CIRCLE);
    variable.value = target;
    if (value !== undefined && sh.vars.exportAll) sh.vars.setAttributes(variable, Attr.EXPORT, 0);
  }
  sh.vars.setAttributes(variable, Attr.NAMEREF, 0);
  return true;
}
