import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Rule } from "@shadowbox/agent";
import { CliError } from "../cli/errors.ts";

const DECISIONS: readonly unknown[] = ["allow", "ask", "deny"];

/**
 * The rules that a person made for one project by answering "always": a file of JSON in the state folder, for its owner only.
 * It is not in the project, which may be anybody's.
 */
export class ProjectRules {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Throws CliError naming the file where it holds something else. */
  read(): Rule[] {
    if (!existsSync(this.path)) return [];
    try {
      const { rules } = JSON.parse(readFileSync(this.path, "utf8")) as { rules: Rule[] };
      const odd = rules.find(
        ({ decision, tool }) => !DECISIONS.includes(decision) || typeof tool !== "string",
      );
      if (odd !== undefined) throw new Error(`expected a rule, got ${JSON.stringify(odd)}`);
      return rules;
    } catch (error) {
      throw new CliError(`read ${this.path}: ${(error as Error).message}; delete it to forget its rules`);
    }
  }

  add(rule: Rule): void {
    mkdirSync(dirname(this.path), { recursive: true, mode: 0o700 });
    const draft = `${this.path}.${process.pid}.tmp`;
    const text = JSON.stringify({ rules: [...this.read(), rule] }, null, 2);
    writeFileSync(draft, `${text}\n`, { mode: 0o600 });
    renameSync(draft, this.path);
  }

  /** How many there were. */
  forget(): number {
    const { length } = this.read();
    rmSync(this.path, { force: true });
    return length;
  }
}
