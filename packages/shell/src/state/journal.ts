import { cloneValue, type Value, type Variable } from "./variable.ts";

/** The locals of one running function (or of one command with assignments before it, which may be one that reads commands). */
export interface Scope {
  readonly kind: "function" | "command" | "reader";
  readonly names: string[];
  /** The subshell whose journal knows the length of `names`. */
  epoch: number;
}

type Entry =
  | { kind: "content"; variable: Variable; attrs: number; value: Value; epoch: number }
  | { kind: "binding"; name: string; old: Variable | undefined }
  | { kind: "scope"; scope: Scope; length: number; epoch: number };

/** What one subshell changed, so that leaving it costs what it changed and entering it costs nothing. */
export class Journal {
  readonly epoch: number;
  readonly depth: number;
  readonly #entries: Entry[] = [];

  constructor(epoch: number, depth: number) {
    this.epoch = epoch;
    this.depth = depth;
  }

  /** Called before the first change of a variable in this subshell; the variable goes on with its own copy. */
  content(variable: Variable): void {
    if (variable.epoch === this.epoch) return;
    const { attrs, value, epoch } = variable;
    this.#entries.push({ kind: "content", variable, attrs, value, epoch });
    variable.value = cloneValue(value);
    variable.epoch = this.epoch;
  }

  binding(name: string, old: Variable | undefined): void {
    this.#entries.push({ kind: "binding", name, old });
  }

  scope(scope: Scope): void {
    if (scope.epoch === this.epoch) return;
    this.#entries.push({ kind: "scope", scope, length: scope.names.length, epoch: scope.epoch });
    scope.epoch = this.epoch;
  }

  /** Puts everything back, last change first. */
  undo(bindings: Map<string, Variable>): void {
    for (let i = this.#entries.length - 1; i >= 0; i--) {
      const entry = this.#entries[i] as Entry;
      if (entry.kind === "content") {
        entry.variable.attrs = entry.attrs;
        entry.variable.value = entry.value;
        entry.variable.epoch = entry.epoch;
      } else if (entry.kind === "binding") {
        if (entry.old) bindings.set(entry.name, entry.old);
        else bindings.delete(entry.name);
      } else {
        entry.scope.names.length = entry.length;
        entry.scope.epoch = entry.epoch;
      }
    }
  }
}
