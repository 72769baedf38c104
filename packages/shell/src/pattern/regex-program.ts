import type { CharacterTest } from "./character-class.ts";
import type { Assertion, RegexNode } from "./regex-syntax.ts";

/** One instruction; those without `next` of their own go on at the following one. */
export type Instruction =
  | { type: "character"; test: CharacterTest }
  | { type: "split"; first: number; second: number }
  | { type: "jump"; to: number }
  | { type: "save"; slot: number }
  | { type: "assert"; kind: Assertion }
  | { type: "reference"; index: number }
  | { type: "match" };

/** Bound on the size of a program: counted repetition multiplies it. */
const MAX_SIZE = 50_000;

/** The program of a tree, or `undefined` if it is too big. */
export function compileProgram(root: RegexNode): Instruction[] | undefined {
  const compiler = new Compiler();
  compiler.emit(root);
  compiler.code.push({ type: "match" });
  return compiler.code.length > MAX_SIZE ? undefined : compiler.code;
}

class Compiler {
  readonly code: Instruction[] = [];

  emit(node: RegexNode): void {
    const { code } = this;
    if (code.length > MAX_SIZE) return;
    switch (node.type) {
      case "empty":
        return;
      case "character":
        code.push({ type: "character", test: node.test });
        return;
      case "assert":
        code.push({ type: "assert", kind: node.kind });
        return;
      case "reference":
        code.push({ type: "reference", index: node.index });
        return;
      case "group":
        code.push({ type: "save", slot: node.index * 2 });
        this.emit(node.node);
        code.push({ type: "save", slot: node.index * 2 + 1 });
        return;
      case "sequence":
        for (const one of node.nodes) this.emit(one);
        return;
      case "alternatives":
        this.alternatives(node.nodes);
        return;
      case "repeat":
        this.repeat(node.node, node.least, node.most);
    }
  }

  private alternatives(nodes: readonly RegexNode[]): void {
    const jumps: { type: "jump"; to: number }[] = [];
    nodes.forEach((node, i) => {
      if (i === nodes.length - 1) {
        this.emit(node);
        return;
      }
      const split = this.split();
      this.emit(node);
      const jump = { type: "jump" as const, to: 0 };
      this.code.push(jump);
      jumps.push(jump);
      split.second = this.code.length;
    });
    for (const jump of jumps) jump.to = this.code.length;
  }

  /** A split that goes on with the next instruction first. */
  private split(): { first: number; second: number } {
    const split = { type: "split" as const, first: this.code.length + 1, second: 0 };
    this.code.push(split);
    return split;
  }

  private repeat(node: RegexNode, least: number, most: number): void {
    for (let i = 0; i < least; i++) {
      this.emit(node);
      if (this.code.length > MAX_SIZE) return;
    }
    if (most === Number.POSITIVE_INFINITY) {
      const start = this.code.length;
      const split = this.split();
      this.emit(node);
      this.code.push({ type: "jump", to: start });
      split.second = this.code.length;
      return;
    }
    const splits: { second: number }[] = [];
    for (let i = least; i < most && this.code.length <= MAX_SIZE; i++) {
      splits.push(this.split());
      this.emit(node);
    }
    for (const split of splits) split.second = this.code.length;
  }
}
