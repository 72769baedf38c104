import { matcherFor } from "../expand/matching.ts";
import { expandArithmetic, expandFields, expandPattern, expandText } from "../expand/word.ts";
import type {
  Arithmetic,
  ArithmeticFor,
  Case,
  For,
  If,
  Select,
  StatementList,
  While,
  Word,
} from "../parse/ast.ts";
import { Attr, isName } from "../state/variable.ts";
import { evaluateArithmetic } from "./arithmetic.ts";
import { runCondition, runList } from "./execute.ts";
import { headText } from "./function-text.ts";
import { readLine } from "./input.ts";
import type { Interpreter } from "./interpreter.ts";
import { checkSignals, debugTrap } from "./traps.ts";
import { wordText } from "./word-text.ts";
import { trace } from "./xtrace.ts";

export function runIf(sh: Interpreter, node: If): number {
  for (const branch of node.branches) {
    const status = runCondition(sh, branch.condition);
    if (sh.flow !== undefined) return status;
    if (status === 0) return runList(sh, branch.body);
  }
  return node.otherwise ? runList(sh, node.otherwise) : 0;
}

/** After a loop's body: whether the loop ends. A `break` or `continue` of more levels is handed on. */
function leavesLoop(sh: Interpreter): boolean {
  const { flow } = sh;
  if (flow === undefined) return false;
  if (flow.kind !== "break" && flow.kind !== "continue") return true;
  if (flow.levels > 1) {
    sh.flow = { kind: flow.kind, levels: flow.levels - 1 };
    return true;
  }
  sh.flow = undefined;
  return flow.kind === "break";
}

function inLoop(sh: Interpreter, body: () => number): number {
  sh.state.loopDepth++;
  try {
    return body();
  } finally {
    sh.state.loopDepth--;
  }
}

export function runWhile(sh: Interpreter, node: While): number {
  return inLoop(sh, () => {
    let status = 0;
    for (;;) {
      checkSignals(sh);
      if (sh.flow !== undefined) return status;
      const condition = runCondition(sh, node.condition);
      // `break` and `continue` in the condition act where the body would have begun.
      if ((condition === 0) === node.until) {
        leavesLoop(sh);
        return status;
      }
      if (sh.flow !== undefined) {
        if (leavesLoop(sh)) return status;
        continue;
      }
      status = runList(sh, node.body);
      if (leavesLoop(sh)) return status;
    }
  });
}

export function runFor(sh: Interpreter, node: For): number {
  sh.state.line = node.line;
  if (!isName(node.name)) {
    sh.error(`\`${node.name}': not a valid identifier`);
    return sh.posix ? sh.exit(2) : 1;
  }
  const values = node.words === null ? sh.state.positional : expandFields(sh, node.words);
  return inLoop(sh, () => {
    let status = 0;
    for (const value of values) {
      checkSignals(sh);
      if (sh.flow !== undefined) return status;
      sh.state.line = node.line;
      sh.begin(node);
      if (debugTrap(sh, headText(node))) continue;
      if (sh.state.set.xtrace) trace(sh, headText(node));
      if (!assignLoopVariable(sh, node.name, value)) return 1;
      status = runList(sh, node.body);
      if (leavesLoop(sh)) return status;
    }
    return status;
  });
}

function assignLoopVariable(sh: Interpreter, name: string, value: string): boolean {
  const variable = sh.vars.get(name);
  try {
    // The loop variable of a nameref is the nameref itself.
    if (variable && variable.attrs & Attr.NAMEREF) sh.vars.writable(name).value = value;
    else sh.vars.set(name, value);
    return true;
  } catch (error) {
    if (sh.posix) throw error;
    sh.error(sh.report(error).message);
    return false;
  }
}

export function runArithmeticFor(sh: Interpreter, node: ArithmeticFor): number {
  const evaluate = (part: Arithmetic | null, missing: boolean): boolean => {
    if (part === null) return missing;
    sh.state.line = node.line;
    if (debugTrap(sh, `((${part.text}))`)) return false;
    const text = expandArithmetic(sh, part).trimStart();
    if (sh.state.set.xtrace) trace(sh, `(( ${text} ))`);
    if (text.trim() === "") return missing;
    return isTrue(evaluateArithmetic(sh, text, "(("));
  };
  try {
    evaluate(node.init, true);
    return inLoop(sh, () => {
      let status = 0;
      for (;;) {
        checkSignals(sh);
        if (sh.flow !== undefined) return status;
        if (!evaluate(node.condition, true)) return status;
        status = runList(sh, node.body);
        if (leavesLoop(sh)) return status;
        evaluate(node.step, true);
      }
    });
  } catch (error) {
    const failure = sh.report(error);
    if (failure.code !== "arithmetic") throw error;
    sh.error(failure.message);
    return 1;
  }
}

function isTrue(value: number | bigint): boolean {
  return typeof value === "number" ? value !== 0 : value !== 0n;
}

export function runCase(sh: Interpreter, node: Case): number {
  sh.state.line = node.line;
  sh.begin(node);
  if (debugTrap(sh, headText(node))) return 0;
  if (sh.state.set.xtrace) trace(sh, `case ${wordText(node.word)} in`);
  const text = expandText(sh, node.word);
  let status = 0;
  let matched = false;
  for (const item of node.items) {
    if (!matched && !item.patterns.some((pattern) => caseMatches(sh, pattern, text))) continue;
    status = item.body.length ? runList(sh, item.body) : 0;
    if (sh.flow !== undefined || item.terminator === ";;") return status;
    matched = item.terminator === ";&";
  }
  return status;
}

function caseMatches(sh: Interpreter, word: Word, text: string): boolean {
  const pattern = expandPattern(sh, word);
  if (pattern === "*") return true;
  return matcherFor(sh, pattern, sh.state.shopt.nocasematch).test(text);
}

export function runSelect(sh: Interpreter, node: Select): number {
  sh.state.line = node.line;
  sh.begin(node);
  if (debugTrap(sh, headText(node))) return 0;
  const values = node.words === null ? [...sh.state.positional] : expandFields(sh, node.words);
  if (values.length === 0) return 0;
  return inLoop(sh, () => selectLoop(sh, node.name, values, node.body));
}

function selectLoop(sh: Interpreter, name: string, values: string[], body: StatementList): number {
  let status = 0;
  let show = true;
  for (;;) {
    if (show) sh.errorText(menu(sh, values));
    show = false;
    sh.errorText(sh.prompt(sh.vars.text("PS3") ?? "#? "));
    const line = readLine(sh, 0);
    if (line === undefined) {
      sh.errorText("\n");
      return 1;
    }
    sh.vars.set("REPLY", line);
    if (line === "") {
      show = true;
      continue;
    }
    const choice = /^\s*\d+\s*$/.test(line) ? values[Number(line) - 1] : undefined;
    if (!assignLoopVariable(sh, name, choice ?? "")) return 1;
    status = runList(sh, body);
    if (leavesLoop(sh)) return status;
  }
}

/** The choices of `select` in columns, as bash lays them out: with tabs between them. */
function menu(sh: Interpreter, values: readonly string[]): string {
  const available = Number(sh.vars.text("COLUMNS") ?? 80) || 80;
  const digits = String(values.length).length;
  const widths = values.map((value) => [...value].length);
  const width = Math.max(...widths) + digits + 4;
  let rows = Math.ceil(values.length / Math.max(1, Math.floor(available / width)));
  if (rows === 1) rows = values.length;
  const firstDigits = String(rows).length;
  let out = "";
  for (let row = 0; row < rows; row++) {
    let column = 0;
    for (let index = row; index < values.length; index += rows) {
      const numberWidth = column === 0 ? firstDigits : digits;
      out += `${String(index + 1).padStart(numberWidth)}) ${values[index]}`;
      if (index + rows < values.length)
        out += indent(column + numberWidth + 2 + (widths[index] as number), column + width);
      column += width;
    }
    out += "\n";
  }
  return out;
}

const TAB_WIDTH = 8;

/** Blanks from one column to another, tabs where they fit. */
function indent(from: number, to: number): string {
  const tabs = Math.floor(to / TAB_WIDTH) - Math.floor(from / TAB_WIDTH);
  return tabs > 0 ? "\t".repeat(tabs) + " ".repeat(to % TAB_WIDTH) : " ".repeat(to - from);
}
