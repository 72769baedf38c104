import { type Captures, holds } from "./regex-assert.ts";
import type { Instruction } from "./regex-program.ts";

/** Steps a search with back-references may take before it gives up (as if nothing matched). */
const MAX_STEPS = 400_000;

interface Way {
  pc: number;
  at: number;
  captures: Captures;
}

/** For programs with back-references: tries one way after the other, with a bound on all of them together. */
export function findBacktracking(
  program: readonly Instruction[],
  slots: number,
  text: string,
): Captures | null {
  const budget = { steps: MAX_STEPS };
  for (let start = 0; start <= text.length; start++) {
    const captures = new Array<number>(slots).fill(-1);
    captures[0] = start;
    const found = longestFrom(program, text, { pc: 0, at: start, captures }, budget);
    if (found || budget.steps <= 0) return found;
  }
  return null;
}

function longestFrom(
  program: readonly Instruction[],
  text: string,
  start: Way,
  budget: { steps: number },
): Captures | null {
  let best: Captures | null = null;
  const stack = [start];
  for (let way = stack.pop(); way && budget.steps-- > 0; way = stack.pop()) {
    const instruction = program[way.pc]!;
    if (instruction.type === "match") {
      if (best === null || way.at > best[1]!) {
        best = way.captures.slice();
        best[1] = way.at;
      }
      if (best[1] === text.length) return best;
    } else pushNext(instruction, way, text, stack);
  }
  return best;
}

/** Pushes the ways on from an instruction, the preferred one last. */
function pushNext(instruction: Instruction, way: Way, text: string, stack: Way[]): void {
  const { pc, at, captures } = way;
  switch (instruction.type) {
    case "character": {
      const code = text.codePointAt(at);
      if (code !== undefined && instruction.test(code))
        stack.push({ pc: pc + 1, at: at + (code > 0xffff ? 2 : 1), captures });
      return;
    }
    case "jump":
      stack.push({ pc: instruction.to, at, captures });
      return;
    case "split":
      stack.push({ pc: instruction.second, at, captures }, { pc: instruction.first, at, captures });
      return;
    case "save": {
      const saved = captures.slice();
      saved[instruction.slot] = at;
      stack.push({ pc: pc + 1, at, captures: saved });
      return;
    }
    case "assert":
      if (holds(instruction.kind, text, at)) stack.push({ pc: pc + 1, at, captures });
      return;
    case "reference": {
      const from = captures[instruction.index * 2]!;
      const to = captures[instruction.index * 2 + 1]!;
      if (to < 0) return;
      const group = text.slice(from, to);
      if (text.startsWith(group, at)) stack.push({ pc: pc + 1, at: at + group.length, captures });
    }
  }
}
