import { AssocArray, IndexedArray } from "../state/arrays.ts";
import { SET_NAMES, type SetOption } from "../state/options.ts";
import { splitSubscript } from "../state/target.ts";
import { Attr } from "../state/variable.ts";
import { textKey } from "./assign.ts";
import type { Interpreter } from "./interpreter.ts";

/** The unary operators of `test` and `[[`, without `-o`, `-v`, `-R`, `-z`, `-n`. */
const FILE_OPERATORS = "abcdefghkprstuwxGLNOS";

export function isUnaryOperator(text: string): boolean {
  return text.length === 2 && text[0] === "-" && `${FILE_OPERATORS}onvRz`.includes(text[1] as string);
}

const TYPES: Record<string, number> = {
  b: 0o060000,
  c: 0o020000,
  d: 0o040000,
  f: 0o100000,
  p: 0o010000,
  S: 0o140000,
};

/** `-X operand`. */
export function testUnary(sh: Interpreter, operator: string, operand: string): boolean {
  switch (operator) {
    case "-z":
      return operand === "";
    case "-n":
      return operand !== "";
    case "-o":
      return (SET_NAMES as string[]).includes(operand) && sh.state.set[operand as SetOption];
    case "-v":
      return isSet(sh, operand);
    case "-R": {
      const variable = sh.vars.get(operand);
      return variable !== undefined && (variable.attrs & Attr.NAMEREF) !== 0 && variable.value !== undefined;
    }
    case "-t":
      return /^\d+$/.test(operand) && sh.system.isatty(Number(operand));
    default:
      return testFile(sh, operator[1] as string, operand);
  }
}

function testFile(sh: Interpreter, letter: string, path: string): boolean {
  if (path === "") return false;
  const fd = /^\/dev\/fd\/(\d+)$/.exec(path);
  if (fd && !sh.system.fdExists(Number(fd[1]))) return false;
  const stat = sh.system.stat(path, letter !== "L" && letter !== "h");
  if (typeof stat === "number") return false;
  const { mode } = stat;
  const type = TYPES[letter];
  if (type !== undefined) return (mode & 0o170000) === type;
  switch (letter) {
    case "L":
    case "h":
      return (mode & 0o170000) === 0o120000;
    case "s":
      return stat.size > 0;
    case "r":
      return sh.system.access(path, 4) >= 0;
    case "w":
      return sh.system.access(path, 2) >= 0;
    case "x":
      return sh.system.access(path, 1) >= 0;
    case "u":
      return (mode & 0o4000) !== 0;
    case "g":
      return (mode & 0o2000) !== 0;
    case "k":
      return (mode & 0o1000) !== 0;
    case "O":
      return stat.uid === sh.system.user.uid;
    case "G":
      return stat.gid === sh.system.user.gid;
    case "N":
      return stat.mtimeNs > stat.atimeNs;
    default:
      return true;
  }
}

/** `-nt`, `-ot`, `-ef`. */
export function compareFiles(sh: Interpreter, operator: string, left: string, right: string): boolean {
  const a = sh.system.stat(left, true);
  const b = sh.system.stat(right, true);
  if (operator === "-ef")
    return typeof a !== "number" && typeof b !== "number" && a.dev === b.dev && a.ino === b.ino;
  if (operator === "-nt") return typeof a !== "number" && (typeof b === "number" || a.mtimeNs > b.mtimeNs);
  return typeof b !== "number" && (typeof a === "number" || a.mtimeNs < b.mtimeNs);
}

/** `-v name`, `-v name[subscript]`. */
export function isSet(sh: Interpreter, text: string): boolean {
  if (/^\d+$/.test(text)) return Number(text) === 0 || Number(text) <= sh.state.positional.length;
  const target = splitSubscript(text);
  if (!target) return false;
  const followed = sh.vars.follow(target.name);
  if (!followed) return false;
  // A nameref to an element names no variable here.
  if (followed.subscript !== undefined) return false;
  const { subscript } = target;
  const variable = sh.vars.get(followed.name);
  if (!variable) {
    // What is wrong with a subscript is told all the same.
    if (subscript !== undefined && subscript !== "@" && subscript !== "*")
      textKey(sh, followed.name, subscript, true);
    return false;
  }
  const value = variable.dynamic ? variable.dynamic.get() : variable.value;
  if (subscript === undefined) return variable.scalar !== undefined;
  if (value instanceof AssocArray) {
    if (subscript === "@" || subscript === "*") return value.count > 0;
    return value.has(sh.subscriptText(subscript));
  }
  if (subscript === "@" || subscript === "*")
    return value instanceof IndexedArray ? value.count > 0 : value !== undefined;
  const key = Number(textKey(sh, followed.name, subscript));
  return value instanceof IndexedArray ? value.get(key) !== undefined : key === 0 && value !== undefined;
}
