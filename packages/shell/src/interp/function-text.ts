import type {
  AndOr,
  Case,
  Command,
  CompoundCommand,
  ConditionalExpression,
  FunctionDefinition,
  HereDocument,
  Pipeline,
  Redirect,
  SimpleCommand,
  Statement,
  StatementList,
} from "../parse/ast.ts";
import type { ShellFunction } from "../state/shell-state.ts";
import { assignmentText, wordText } from "./word-text.ts";
import { commandText } from "./xtrace.ts";

/** A function as `declare -f` prints it. */
export function printFunction(fn: ShellFunction): string {
  return new Printer("function").definition(fn.name, fn.definition, false);
}

/** A command as `declare -f` would print it, on one line where bash does so. */
export function printCommand(node: AndOr | Pipeline | Command): string {
  return new Printer("line").node(node);
}

/** The inside of `$(…)` or `<(…)` as bash shows it again. */
export function printSubstitution(list: StatementList): string {
  return new Printer("substitution").body(list);
}

/** A command as BASH_COMMAND shows it: of those with a list of words only the first line. */
export function headText(node: Command): string {
  switch (node.type) {
    case "Simple":
      return commandText(node);
    case "For":
    case "Select":
      return `${node.type.toLowerCase()} ${node.name} in ${node.words?.map(wordText).join(" ") ?? '"$@"'}`;
    case "Case":
      return `case ${wordText(node.word)} in `;
    default:
      return printCommand(node);
  }
}

/** Where a text stands: in a function each command has its line, elsewhere only as far as `$(…)` was written so. */
type Layout = "function" | "line" | "substitution";

/** Writes a syntax tree as source in bash's layout: four spaces a level, `;` between commands. */
class Printer {
  #layout: Layout;
  #level = 0;
  /** Here-documents whose bodies are still to come: within lists they wait for what joins the commands. */
  #pending: HereDocument[] = [];
  /** How many lists of several commands are around. */
  #lists = 0;
  /** A body was written: bash leaves out the `;` that comes next. */
  #afterBody = false;

  constructor(layout: Layout) {
    this.#layout = layout;
  }

  /** The commands of a substitution. */
  body(list: StatementList): string {
    const text = this.#list(list) + this.#bodies();
    return text.startsWith("(") ? ` ${text}` : text;
  }

  definition(name: string, node: FunctionDefinition, nested: boolean): string {
    const layout = this.#layout;
    this.#layout = "function";
    const text = this.#definition(name, node, nested);
    this.#afterBody = false;
    this.#layout = layout;
    return text;
  }

  #definition(name: string, node: FunctionDefinition, nested: boolean): string {
    const head = nested ? `function ${name} () \n${this.#indent()}` : `${name} () \n`;
    const { body } = node;
    if (body.type === "Group") return `${head}${this.#group(body.body)}${this.#redirects(body.redirects)}`;
    // A body of another kind is shown between braces.
    this.#level++;
    const text = `${head}{ \n${this.#indent()}${this.node(body)}`;
    this.#level--;
    return `${text}\n${this.#indent()}}`;
  }

  node(node: AndOr | Pipeline | Command): string {
    switch (node.type) {
      case "AndOr": {
        this.#lists++;
        let text = this.node(node.first);
        for (const { operator, command } of node.rest)
          text += ` ${operator} ${this.#bodies(" ")}${this.node(command)}${this.#bodies()}`;
        this.#lists--;
        return text;
      }
      case "Pipeline":
        return this.#pipeline(node);
      case "Simple":
        return this.#simple(node);
      case "Function":
        return this.definition(node.name, node, true);
      case "Coproc":
        return `coproc ${node.name?.text ?? "COPROC"} ${this.node(node.body)}`;
      default:
        return this.#compound(node) + this.#redirects(node.redirects);
    }
  }

  #pipeline(node: Pipeline): string {
    let text = node.timed ? `time ${node.timed === "posix" ? "-p " : ""}` : "";
    if (node.negated) text += "! ";
    if (node.commands.length === 1) return text + this.node(node.commands[0] as Command);
    this.#lists++;
    node.commands.forEach((command, i) => {
      if (i > 0) text += ` |${this.#bodies(" ")} `;
      text += this.node(command);
    });
    this.#lists--;
    return text + this.#bodies();
  }

  #simple(node: SimpleCommand): string {
    const pieces: string[] = [];
    for (const assignment of node.assignments) pieces.push(assignmentText(assignment));
    for (const word of node.words) pieces.push(wordText(word));
    return pieces.join(" ") + this.#redirects(node.redirects).slice(pieces.length ? 0 : 1);
  }

  #compound(node: CompoundCommand): string {
    switch (node.type) {
      case "Group":
        return this.#group(node.body);
      case "Subshell":
        return `( ${this.#list(node.body)}${this.#bodies()} )`;
      case "If":
        return this.#if(node);
      case "While": {
        const head = ended(
          `${node.until ? "until" : "while"} ${this.#list(node.condition)}${this.#bodies()}`,
        );
        return `${head} do\n${this.#body(node.body)}done`;
      }
      case "For": {
        const words = node.words === null ? '"$@"' : node.words.map(wordText).join(" ");
        return `for ${node.name} in ${words};\n${this.#indent()}do\n${this.#body(node.body)}done`;
      }
      case "Select": {
        const words = node.words === null ? '"$@"' : node.words.map(wordText).join(" ");
        return `select ${node.name} in ${words};\n${this.#indent()}do\n${this.#body(node.body)}done`;
      }
      case "ArithmeticFor": {
        const part = (one: { text: string } | null) => one?.text.trimStart() ?? "1";
        const head = `for ((${part(node.init)}; ${part(node.condition)}; ${part(node.step)}))`;
        return `${head}\n${this.#indent()}do\n${this.#body(node.body)}done`;
      }
      case "Case":
        return this.#case(node);
      case "Conditional":
        return `[[ ${this.#condition(node.expression)} ]]`;
      case "ArithmeticCommand":
        return `((${node.expression.text}))`;
    }
  }

  #if(node: Extract<CompoundCommand, { type: "If" }>): string {
    const [first, ...more] = node.branches;
    let text = `${ended(`if ${this.#list(first?.condition ?? [])}`)} then\n${this.#body(first?.body ?? [])}`;
    let closing = "fi";
    // `elif` is an `if` inside of `else`.
    for (const branch of more) {
      text += `else\n`;
      this.#level++;
      text += `${this.#indent()}${ended(`if ${this.#list(branch.condition)}`)} then\n${this.#body(branch.body)}`;
      closing = `fi;\n${this.#indent(-1)}${closing}`;
    }
    if (node.otherwise) text += `else\n${this.#body(node.otherwise)}`;
    this.#level -= more.length;
    return text + closing;
  }

  #case(node: Case): string {
    let text = `case ${wordText(node.word)} in `;
    this.#level++;
    for (const item of node.items) {
      text += `\n${this.#indent()}${item.patterns.map(wordText).join(" | ")})\n`;
      this.#level++;
      if (item.body.length) text += `${this.#indent()}${this.#list(item.body)}${this.#bodies()}`;
      this.#level--;
      text += `\n${this.#indent()}${item.terminator}`;
    }
    this.#level--;
    return `${text}\n${this.#indent()}esac`;
  }

  #group(body: StatementList): string {
    if (this.#layout !== "function") {
      return `{ ${ended(this.#list(body) + this.#bodies())} }`;
    }
    this.#level++;
    const text = `{ \n${this.#indent()}${this.#list(body)}${this.#bodies()}`;
    this.#level--;
    return `${text}\n${this.#indent()}}`;
  }

  /** The commands of a loop or branch, each ended by `;`, and the indentation of the word that closes it. */
  #body(list: StatementList): string {
    this.#level++;
    const text = ended(`${this.#indent()}${this.#list(list)}${this.#bodies()}`);
    this.#level--;
    return `${text}\n${this.#indent()}`;
  }

  #list(list: StatementList): string {
    if (list.length === 1 && !list[0]?.background) return this.node((list[0] as Statement).command);
    this.#lists++;
    let text = "";
    list.forEach((statement, i) => {
      text += this.node(statement.command);
      const next = list[i + 1];
      if (i > 0) text += this.#bodies();
      if (statement.background) text += ` &${this.#bodies(" ")}${next ? " " : ""}`;
      else if (next) text += this.#between(statement, next);
    });
    text += this.#bodies();
    this.#lists--;
    return text;
  }

  /** What stands between two commands. */
  #between(one: Statement, next: Statement): string {
    const newline = this.#layout === "substitution" && next.line > one.line;
    let text = "";
    if (this.#pending.length) text = this.#bodies();
    else if (this.#afterBody) this.#afterBody = false;
    else text = newline ? "\n" : ";";
    if (this.#layout === "function") return `${text}\n${this.#indent()}`;
    return newline ? text : `${text} `;
  }

  /** Here-documents that are due, with `after` when there are any. */
  #bodies(after = ""): string {
    if (!this.#pending.length) return "";
    let text = "";
    for (const { delimiter, body } of this.#pending) text += `\n${body.text}${delimiter}`;
    this.#pending = [];
    this.#afterBody = true;
    return `${text}\n${after}`;
  }

  #redirects(redirects: readonly Redirect[]): string {
    if (redirects.length === 0) return "";
    this.#afterBody = false;
    const text = redirects.map((node) => ` ${this.#redirect(node)}`).join("");
    return this.#lists > 0 ? text : text + this.#bodies();
  }

  #redirect(node: Redirect): string {
    const { operator, target } = node;
    const fd = node.fdVariable ? `{${node.fdVariable}}` : node.fd === null ? "" : String(node.fd);
    if (node.hereDocument) {
      this.#pending.push(node.hereDocument);
      const { delimiter, quoted } = node.hereDocument;
      return `${fd}${operator}${quoted ? `'${delimiter}'` : delimiter}`;
    }
    if (operator === ">&" || operator === "<&") {
      if (operator === ">&" && node.fd === null && !/^(\d+-?|-|[$`"'].*)$/.test(target.text))
        return `&> ${wordText(target)}`;
      return `${fd || (operator === ">&" ? "1" : "0")}${operator}${wordText(target)}`;
    }
    const shown = fd === (operator.startsWith("<") ? "0" : "1") ? "" : fd;
    return `${shown}${operator} ${wordText(target)}`;
  }

  #condition(node: ConditionalExpression): string {
    switch (node.type) {
      case "ConditionalWord":
        return `-n ${wordText(node.word)}`;
      case "ConditionalUnary":
        return `${node.operator} ${wordText(node.operand)}`;
      case "ConditionalBinary":
        return `${wordText(node.left)} ${node.operator} ${wordText(node.right)}`;
      case "ConditionalNot":
        return `! ${this.#condition(node.expression)}`;
      case "ConditionalGroup":
        return `( ${this.#condition(node.expression)} )`;
      case "ConditionalLogic":
        return `${this.#condition(node.left)} ${node.operator} ${this.#condition(node.right)}`;
    }
  }

  #indent(less = 0): string {
    return "    ".repeat(this.#level + less);
  }
}

/** A command with the `;` that ends it, unless something else does. */
function ended(text: string): string {
  return /[&\n]$/.test(text) ? text : `${text};`;
}
