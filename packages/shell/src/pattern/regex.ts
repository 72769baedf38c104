import { type Captures, holds } from "./regex-assert.ts";
import { findBacktracking } from "./regex-backtrack.ts";
import { compileProgram, type Instruction } from "./regex-program.ts";
import { parseRegex, type RegexNode } from "./regex-syntax.ts";

/** A compiled POSIX extended regular expression. */
export interface Regex {
  /** The leftmost match, the longest there; `null` for none. */
  find(text: string): Captures | null;
}

const cache = new Map<string, Regex | undefined>();
const CACHE_SIZE = 500;

/**
 * Compiles a regex as `[[ text =~ regex ]]` takes it. `undefined`: it is not valid (or expands to more than 50,000 steps).
 * Matching takes time in proportion to text × regex; back-references, which allow no such bound, get a bounded number of tries.
 */
export function compileRegex(source: string, nocase = false): Regex | undefined {
  const key = (nocase ? "i" : "-") + source;
  if (cache.has(key)) return cache.get(key);
  const regex = build(source, nocase);
  if (cache.size >= CACHE_SIZE) cache.clear();
  cache.set(key, regex);
  return regex;
}

/** Texts of the match and its groups, as in BASH_REMATCH; `null`: no match, `undefined`: not a valid regex. */
export function matchRegex(source: string, text: string, nocase: boolean): string[] | null | undefined {
  const regex = compileRegex(source, nocase);
  if (!regex) return undefined;
  const captures = regex.find(text);
  if (!captures) return null;
  const groups: string[] = [];
  for (let i = 0; i < captures.length; i += 2)
    groups.push(captures[i + 1]! < 0 ? "" : text.slice(captures[i], captures[i + 1]));
  return groups;
}

function build(source: string, nocase: boolean): Regex | undefined {
  const parsed = parseRegex(source, nocase);
  const program = parsed && compileProgram(parsed.root);
  if (!program) return undefined;
  const slots = (parsed.groups + 1) * 2;
  if (parsed.references) return { find: (text) => findBacktracking(program, slots, text) };
  const anchored = startsAnchored(parsed.root);
  return { find: (text) => new Machine(program, slots, text).run(anchored) };
}

/** No match can start but at the start of the text. */
function startsAnchored(node: RegexNode): boolean {
  if (node.type === "assert") return node.kind === "^";
  if (node.type === "sequence") return startsAnchored(node.nodes[0]!);
  return node.type === "group" && startsAnchored(node.node);
}

/** All ways to match are followed at once, one character after the other; each instruction holds the best way to it. */
class Machine {
  private readonly program: readonly Instruction[];
  private readonly slots: number;
  private readonly text: string;
  /** For each instruction: the position it was last reached at, and the captures of the best way there. */
  private readonly reachedAt: Int32Array;
  private readonly captures: (Captures | undefined)[];
  private best: Captures | null = null;

  constructor(program: readonly Instruction[], slots: number, text: string) {
    this.program = program;
    this.slots = slots;
    this.text = text;
    this.reachedAt = new Int32Array(program.length).fill(-1);
    this.captures = new Array(program.length);
  }

  run(anchored: boolean): Captures | null {
    const { text, program } = this;
    let current: number[] = [];
    for (let at = 0; ; ) {
      if (this.best === null && (at === 0 || !anchored)) this.add(0, this.start(at), at, current);
      if (current.length === 0 && (this.best !== null || anchored)) return this.best;
      if (at >= text.length) return this.best;
      const code = text.codePointAt(at)!;
      const next = at + (code > 0xffff ? 2 : 1);
      const following: number[] = [];
      const held = current.map((pc) => this.captures[pc]!);
      for (let i = 0; i < current.length; i++) {
        const instruction = program[current[i]!]!;
        if (instruction.type === "character" && instruction.test(code))
          this.add(current[i]! + 1, held[i]!, next, following);
      }
      current = following;
      at = next;
    }
  }

  private start(at: number): Captures {
    const captures = new Array<number>(this.slots).fill(-1);
    captures[0] = at;
    return captures;
  }

  /** Follows a way to `pc` at a position, through everything that takes no character. */
  private add(pc: number, captures: Captures, at: number, list: number[]): void {
    const stack: { pc: number; captures: Captures }[] = [{ pc, captures }];
    for (let way = stack.pop(); way; way = stack.pop()) {
      const seen = this.reachedAt[way.pc] === at;
      if (seen && !isBetter(way.captures, this.captures[way.pc]!)) continue;
      this.reachedAt[way.pc] = at;
      this.captures[way.pc] = way.captures;
      const instruction = this.program[way.pc]!;
      switch (instruction.type) {
        case "character":
          if (!seen) list.push(way.pc);
          break;
        case "match":
          this.accept(way.captures, at);
          break;
        case "jump":
          stack.push({ pc: instruction.to, captures: way.captures });
          break;
        case "split":
          stack.push({ pc: instruction.second, captures: way.captures });
          stack.push({ pc: instruction.first, captures: way.captures });
          break;
        case "save": {
          const saved = way.captures.slice();
          saved[instruction.slot] = at;
          // A group that starts again has no end yet.
          if (instruction.slot % 2 === 0) saved[instruction.slot + 1] = -1;
          stack.push({ pc: way.pc + 1, captures: saved });
          break;
        }
        case "assert":
          if (holds(instruction.kind, this.text, at)) stack.push({ pc: way.pc + 1, captures: way.captures });
      }
    }
  }

  private accept(captures: Captures, at: number): void {
    const candidate = captures.slice();
    candidate[1] = at;
    if (this.best === null || isBetter(candidate, this.best)) this.best = candidate;
  }
}

/** POSIX order of two ways to one place: the earlier start wins, then for each group in turn the earlier start and the later end. */
function isBetter(a: Captures, b: Captures): boolean {
  for (let i = 0; i < a.length; i += 2) {
    const startA = a[i]!;
    const startB = b[i]!;
    if (startA !== startB) return startB < 0 || (startA >= 0 && startA < startB);
    if (a[i + 1] !== b[i + 1]) return a[i + 1]! > b[i + 1]!;
  }
  return false;
}
