/**
 * The syntax tree of bash 5.2. Plain objects told apart by `type`, with every field always present (absence is `null`),
 * so that nodes of one type share a shape and a tree passes through structured clone. Nothing in the tree depends on
 * the state of a shell: variables, options and files are looked at when it is interpreted.
 *
 * `line` is the 1-based line where the node starts, as `LINENO` and messages count it.
 */

/** A list of statements: a whole file, the inside of `$(…)` or of a compound command. */
export type StatementList = Statement[];

/** What one call of the parser yields, and the body of a command or process substitution. */
export interface Script {
  type: "Script";
  statements: StatementList;
}

/** `list ;` or `list &`. */
export interface Statement {
  type: "Statement";
  line: number;
  /** A command alone stands here without a wrapper; a pipeline only if it has `!`, `time` or a `|`. */
  command: AndOr | Pipeline | Command;
  /** Ended by `&`. */
  background: boolean;
}

/** `a && b || c`, evaluated from left to right with equal precedence. */
export interface AndOr {
  type: "AndOr";
  line: number;
  first: Pipeline | Command;
  rest: AndOrElement[];
}

/** One more pipeline of an and-or list, with the operator in front of it. */
export interface AndOrElement {
  type: "AndOrElement";
  operator: "&&" | "||";
  command: Pipeline | Command;
}

/** `[time [-p]] [!] a | b |& c`. */
export interface Pipeline {
  type: "Pipeline";
  line: number;
  /** An odd number of `!`. */
  negated: boolean;
  /** `time`, `time -p`. */
  timed: "bash" | "posix" | null;
  /** Empty for `time` or `!` alone. `|&` was turned into a `2>&1` that is the last redirect of its left command. */
  commands: Command[];
  /** For each `|` between the commands: whether it was written `|&` (for printing; the redirect is already there). */
  joined: boolean[];
}

/** Anything that can stand between two `|`. */
export type Command = SimpleCommand | CompoundCommand | FunctionDefinition | Coproc;

/** What can be the body of a function. Each has its own redirects. */
export type CompoundCommand =
  | Subshell
  | Group
  | If
  | While
  | For
  | ArithmeticFor
  | Select
  | Case
  | Conditional
  | ArithmeticCommand;

/** Assignments, words and redirects; each list may be empty, not all three. */
export interface SimpleCommand {
  type: "Simple";
  line: number;
  assignments: Assignment[];
  words: Word[];
  redirects: Redirect[];
}

/** `( list )` */
export interface Subshell {
  type: "Subshell";
  line: number;
  body: StatementList;
  redirects: Redirect[];
}

/** `{ list; }` */
export interface Group {
  type: "Group";
  line: number;
  body: StatementList;
  redirects: Redirect[];
}

/** `if … then … elif … then … else … fi` */
export interface If {
  type: "If";
  line: number;
  /** `if` and each `elif`. */
  branches: IfBranch[];
  otherwise: StatementList | null;
  redirects: Redirect[];
}

export interface IfBranch {
  type: "IfBranch";
  condition: StatementList;
  body: StatementList;
}

/** `while … do … done`, `until … do … done` */
export interface While {
  type: "While";
  line: number;
  until: boolean;
  condition: StatementList;
  body: StatementList;
  redirects: Redirect[];
}

/** `for name [in words]; do … done` */
export interface For {
  type: "For";
  line: number;
  name: string;
  /** `null`: no `in`, so `"$@"`. */
  words: Word[] | null;
  body: StatementList;
  redirects: Redirect[];
}

/** `for ((init; condition; step)); do … done`; an empty part is `null`. */
export interface ArithmeticFor {
  type: "ArithmeticFor";
  line: number;
  init: Arithmetic | null;
  condition: Arithmetic | null;
  step: Arithmetic | null;
  body: StatementList;
  redirects: Redirect[];
}

/** `select name [in words]; do … done` */
export interface Select {
  type: "Select";
  line: number;
  name: string;
  words: Word[] | null;
  body: StatementList;
  redirects: Redirect[];
}

/** `case word in … esac` */
export interface Case {
  type: "Case";
  line: number;
  word: Word;
  items: CaseItem[];
  redirects: Redirect[];
}

export interface CaseItem {
  type: "CaseItem";
  patterns: Word[];
  body: StatementList;
  terminator: ";;" | ";&" | ";;&";
}

/** `[[ expression ]]` */
export interface Conditional {
  type: "Conditional";
  line: number;
  expression: ConditionalExpression;
  redirects: Redirect[];
}

/** `(( expression ))` */
export interface ArithmeticCommand {
  type: "ArithmeticCommand";
  line: number;
  expression: Arithmetic;
  redirects: Redirect[];
}

/** `name() body`, `function name [()] body`. Redirects written after the body are the body's. */
export interface FunctionDefinition {
  type: "Function";
  line: number;
  /** As written, quotes included (bash refuses a quoted name when the definition runs). */
  name: string;
  /** Written with the word `function`. */
  keyword: boolean;
  /** Where the body ends: the line that messages about the definition name. */
  endLine: number;
  body: CompoundCommand;
}

/** `coproc [NAME] command`; a name only before a compound command, otherwise `null` (`COPROC`). */
export interface Coproc {
  type: "Coproc";
  line: number;
  name: Word | null;
  body: Command;
}

// Conditional expressions.

export type ConditionalExpression =
  | ConditionalUnary
  | ConditionalBinary
  | ConditionalWord
  | ConditionalNot
  | ConditionalLogic
  | ConditionalGroup;

/** `-f word`, `-z word`, `-v name`, … */
export interface ConditionalUnary {
  type: "ConditionalUnary";
  line: number;
  operator: string;
  operand: Word;
}

/** `a == b`, `a -eq b`, `a =~ b`, …; the right side of `== = !=` is a pattern, of `=~` a regex, quoted parts of it literal. */
export interface ConditionalBinary {
  type: "ConditionalBinary";
  line: number;
  operator: string;
  left: Word;
  right: Word;
}

/** A word alone: true if not empty. */
export interface ConditionalWord {
  type: "ConditionalWord";
  line: number;
  word: Word;
}

/** `! expression` */
export interface ConditionalNot {
  type: "ConditionalNot";
  line: number;
  expression: ConditionalExpression;
}

/** `left && right`, `left || right` (`&&` binds tighter). */
export interface ConditionalLogic {
  type: "ConditionalLogic";
  line: number;
  operator: "&&" | "||";
  left: ConditionalExpression;
  right: ConditionalExpression;
}

/** `( expression )` */
export interface ConditionalGroup {
  type: "ConditionalGroup";
  line: number;
  expression: ConditionalExpression;
}

// Redirects.

export type RedirectOperator =
  | "<"
  | ">"
  | ">>"
  | ">|"
  | "<>"
  | "<&"
  | ">&"
  | "&>"
  | "&>>"
  | "<<"
  | "<<-"
  | "<<<";

export interface Redirect {
  type: "Redirect";
  line: number;
  operator: RedirectOperator;
  /** The number in front; `null`: the operator's default (0 for `<…`, 1 for `>…`, both 1 and 2 for `&>…`). */
  fd: number | null;
  /** `{name}>`: the shell picks a descriptor and stores it in this variable (may be `array[subscript]`). */
  fdVariable: string | null;
  /** File, descriptor (`2`, `2-` to move, `-` to close, after expansion), here-string; for `<<` the delimiter as written. */
  target: Word;
  /** Of `<<` and `<<-`. */
  hereDocument: HereDocument | null;
}

export interface HereDocument {
  type: "HereDocument";
  /** The line that ends it, without quotes. */
  delimiter: string;
  /** The delimiter was quoted: no expansion in the body. */
  quoted: boolean;
  /**
   * One part: `DoubleQuoted` (expand) or `SingleQuoted` (do not). `body.text` is the raw text, for `<<-` without the
   * leading tabs.
   */
  body: Word;
}

// Assignments.

/** `name=value`, `name[subscript]+=value`, `name=(…)`. */
export interface Assignment {
  type: "Assignment";
  name: string;
  subscript: Subscript | null;
  /** `+=` */
  append: boolean;
  value: Word | ArrayLiteral;
}

/** `( word [subscript]=word … )` */
export interface ArrayLiteral {
  type: "ArrayLiteral";
  elements: ArrayElement[];
  /** As bash prints it: with the parentheses, elements one blank apart, without comments. */
  text: string;
}

/** Without a subscript the value is split, globbed and brace-expanded into any number of elements; with one it is not. */
export interface ArrayElement {
  type: "ArrayElement";
  subscript: Subscript | null;
  append: boolean;
  value: Word;
}

/** What stands in `[…]` after a name. `@` and `*` mean all elements where bash lets them. */
export interface Subscript {
  type: "Subscript";
  /** As written. */
  text: string;
  /** For an associative array: expands to the key; for an indexed one: expands to an arithmetic expression. */
  word: Word;
}

// Words.

export interface Word {
  type: "Word";
  line: number;
  /** Source text, with line continuations removed. */
  text: string;
  /** Empty only for an empty operand, as in `${x:-}`. `null`: the text is the word's only, literal part (see `wordParts`). */
  parts: WordPart[] | null;
  /**
   * The word's value where no expansion of any kind (brace, tilde, parameter, glob, quote removal aside) can change it:
   * `foo`, `'a b'`, `"x"`, but not `*.c`, `~`, `{a,b}`, `$x`, `a[1]`. Else `null`.
   */
  plain: string | null;
  /** The word is quoted in whole or in part, so that it never vanishes. */
  quoted: boolean;
  /** A literal part has `{`: it may be a brace expansion. */
  braces: boolean;
  /**
   * Set for an argument that reads as an assignment and follows `declare`, `typeset`, `local`, `export` or `readonly`
   * (maybe after `command` or `builtin`): it is then expanded as one. `parts` hold the same text as a plain word.
   */
  assignment: Assignment | null;
}

export type WordPart =
  | Literal
  | Escaped
  | SingleQuoted
  | AnsiQuoted
  | DoubleQuoted
  | Parameter
  | NamesExpansion
  | BadSubstitution
  | CommandSubstitution
  | Backquote
  | ArithmeticExpansion
  | ProcessSubstitution;

/** Unquoted text without backslashes; globs, extglobs, braces and tildes are left in it. Inside `DoubleQuoted`: quoted text. */
export interface Literal {
  type: "Literal";
  value: string;
}

/** `\c`: a quoted character. */
export interface Escaped {
  type: "Escaped";
  value: string;
}

/** `'…'` */
export interface SingleQuoted {
  type: "SingleQuoted";
  value: string;
}

/** `$'…'`, with its escapes decoded. */
export interface AnsiQuoted {
  type: "AnsiQuoted";
  value: string;
}

/** `"…"` and `$"…"` (`localized`). Literals inside have their backslashes removed; quoted parts do not nest in it. */
export interface DoubleQuoted {
  type: "DoubleQuoted";
  localized: boolean;
  parts: WordPart[];
}

/** `$name`, `${…}`. */
export interface Parameter {
  type: "Parameter";
  /** As written, for messages. */
  text: string;
  /** A variable's name, a positional number, or one of `@*#?-$!_0`. */
  name: string;
  subscript: Subscript | null;
  /** `${!name…}`: the parameter is the one that `name` names. */
  indirect: boolean;
  operation: ParameterOperation | null;
}

/**
 * Operand words are already right for where they stand: inside double quotes the operand of `- = ? +` is one
 * `DoubleQuoted` part, while patterns keep their own quoting.
 */
export type ParameterOperation =
  | LengthOperation
  | DefaultOperation
  | RemoveOperation
  | SubstringOperation
  | ReplaceOperation
  | CaseOperation
  | TransformOperation
  | KeysOperation;

/** `${#name}` */
export interface LengthOperation {
  type: "Length";
}

/** `${name:-word}` and its kin. */
export interface DefaultOperation {
  type: "Default";
  operator: "-" | "=" | "?" | "+";
  /** With `:`, an empty value counts as unset. */
  colon: boolean;
  word: Word;
}

/** `${name#pattern}`, `##`, `%`, `%%`. */
export interface RemoveOperation {
  type: "Remove";
  operator: "#" | "##" | "%" | "%%";
  pattern: Word;
}

/** `${name:offset:length}` */
export interface SubstringOperation {
  type: "Substring";
  offset: Arithmetic;
  length: Arithmetic | null;
}

/** `${name/pattern/replacement}`; `anchor` is the second character where it is one of `/` (all), `#` (start), `%` (end). */
export interface ReplaceOperation {
  type: "Replace";
  anchor: "" | "/" | "#" | "%";
  pattern: Word;
  /** `null`: no second slash. An unquoted `&` in it stands for the match (`patsub_replacement`). */
  replacement: Word | null;
}

/** `${name^pattern}`, `^^`, `,`, `,,`, `~`, `~~`. */
export interface CaseOperation {
  type: "Case";
  operator: "^" | "^^" | "," | ",," | "~" | "~~";
  pattern: Word | null;
}

/** `${name@Q}` */
export interface TransformOperation {
  type: "Transform";
  /** `none` only while it is read, see {@link BadSubstitution.of}. */
  operator: "Q" | "E" | "P" | "A" | "K" | "k" | "a" | "U" | "u" | "L" | "none";
}

/** `${!name[@]}`, `${!name[*]}`: the subscripts. `indirect` is false. */
export interface KeysOperation {
  type: "Keys";
}

/** `${!prefix*}`, `${!prefix@}`: names of variables. */
export interface NamesExpansion {
  type: "Names";
  prefix: string;
  /** `*` rather than `@`. */
  star: boolean;
}

/** `${…}` that parses only up to its brace; bash complains when it is expanded. */
export interface BadSubstitution {
  type: "BadSubstitution";
  text: string;
  /** The parameter of `${x@…}` with an operator that there is none of: nothing is wrong as long as it is unset. */
  of: Parameter | null;
}

/** `$( … )`, parsed. */
export interface CommandSubstitution {
  type: "CommandSubstitution";
  line: number;
  body: Script;
  /** As written, with `$(` and `)`. */
  text: string;
  /** Where `text` starts in the text of the outermost word, arithmetic text or here-document body. */
  offset: number;
}

/** `` `…` ``; bash parses it when it is expanded, so syntax errors come late. */
export interface Backquote {
  type: "Backquote";
  line: number;
  /** The command text with `\\`, `` \` `` and `\$` (and `\"` inside double quotes) undone. */
  source: string;
}

/** `$(( … ))`, `$[ … ]` */
export interface ArithmeticExpansion {
  type: "ArithmeticExpansion";
  expression: Arithmetic;
}

/** `<( … )`, `>( … )` */
export interface ProcessSubstitution {
  type: "ProcessSubstitution";
  line: number;
  direction: "<" | ">";
  body: Script;
  text: string;
  /** As {@link CommandSubstitution.offset}. */
  offset: number;
}

/** An arithmetic expression as text; it becomes a tree (`parseArithmetic`) after expansion, as in bash. */
export interface Arithmetic {
  type: "Arithmetic";
  line: number;
  /** As written. If `word` is `null` this is the expression itself. */
  text: string;
  /** Where the text has `$`, backquotes, quotes or backslashes: expands (as in double quotes) to the expression. */
  word: Word | null;
}
