import { readArithmetic } from "./arithmetic-text.ts";
import type { CaseOperation, ParameterOperation, TransformOperation, Word, WordPart } from "./ast.ts";
import {
  CLOSE_BRACE,
  COLON,
  NAME_START,
  OPERAND_STOP,
  QUOTED_OPERAND_STOP,
  REPLACE_STOP,
  SLASH,
} from "./characters.ts";
import { readOperandParts } from "./parameters.ts";
import { joinNames, PartList } from "./parts.ts";
import { readQuotedRuns } from "./quotes.ts";
import type { Reader } from "./reader.ts";
import { innerWord } from "./words.ts";

/** The operator and operands after a parameter's name; `null`: none that bash knows. `pos` ends before the `}`. */
export function readOperation(r: Reader, quoted: boolean, line: number): ParameterOperation | null {
  const first = r.src[r.pos]!;
  switch (first) {
    case ":":
      return readColon(r, quoted, line);
    case "-":
    case "=":
    case "?":
    case "+":
      r.pos++;
      return { type: "Default", operator: first, colon: false, word: readDefaultWord(r, quoted, line) };
    case "#":
    case "%": {
      const operator = takeDoubled<"#" | "##" | "%" | "%%">(r);
      return { type: "Remove", operator, pattern: readPattern(r, OPERAND_STOP, line) };
    }
    case "^":
    case ",":
    case "~": {
      const operator = takeDoubled<CaseOperation["operator"]>(r);
      const pattern = r.code() === CLOSE_BRACE ? null : readPattern(r, OPERAND_STOP, line);
      return { type: "Case", operator, pattern };
    }
    case "/":
      return readReplace(r, line);
    case "@":
      return readTransform(r);
    default:
      return null;
  }
}

/** The operator at `pos`, which may be written twice. */
function takeDoubled<Operator extends string>(r: Reader): Operator {
  const { pos } = r;
  r.pos += r.codeAt(1) === r.code() ? 2 : 1;
  return r.src.slice(pos, r.pos) as Operator;
}

/** `${x:-word}` and kin, or `${x:offset:length}`. */
function readColon(r: Reader, quoted: boolean, line: number): ParameterOperation | null {
  const operator = r.src[r.pos + 1]!;
  if (operator === "-" || operator === "=" || operator === "?" || operator === "+") {
    r.pos += 2;
    return { type: "Default", operator, colon: true, word: readDefaultWord(r, quoted, line) };
  }
  if (operator === "}") return null;
  r.pos++;
  const offset = readArithmetic(r, "offset")!;
  if (r.code() !== COLON) return { type: "Substring", offset, length: null };
  r.pos++;
  return { type: "Substring", offset, length: readArithmetic(r, "length")! };
}

/** The operand of `- = ? +`: inside double quotes all of it is quoted and `"` only goes away, before names are looked for. */
function readDefaultWord(r: Reader, quoted: boolean, line: number): Word {
  if (!quoted) return innerWord(r, (reader) => readOperandParts(reader, OPERAND_STOP, line));
  return innerWord(r, (reader): WordPart[] => {
    const list = new PartList();
    readQuotedRuns(reader, list, QUOTED_OPERAND_STOP, CLOSE_BRACE, "}", line);
    return [{ type: "DoubleQuoted", localized: false, parts: joinNames(list.finish()) }];
  });
}

/** Patterns keep their own quotes, even inside double quotes. */
function readPattern(r: Reader, stops: Uint8Array, line: number): Word {
  return innerWord(r, (reader) => readOperandParts(reader, stops, line));
}

function readReplace(r: Reader, line: number): ParameterOperation {
  r.pos++;
  const second = r.src[r.pos];
  const anchor = second === "/" || second === "#" || second === "%" ? second : "";
  if (anchor !== "") r.pos++;
  const pattern = innerWord(r, (reader) => readPatternParts(reader, anchor === "/", line));
  let replacement: Word | null = null;
  if (r.code() === SLASH) {
    r.pos++;
    replacement = readPattern(r, OPERAND_STOP, line);
  }
  return { type: "Replace", anchor, pattern, replacement };
}

/** Right after the slash for all matches a further one is part of the pattern: `${x////-}` replaces slashes. */
function readPatternParts(r: Reader, all: boolean, line: number): WordPart[] {
  if (!all || r.code() !== SLASH) return readOperandParts(r, REPLACE_STOP, line);
  r.pos++;
  return [{ type: "Literal", value: "/" }, ...readOperandParts(r, REPLACE_STOP, line)];
}

function readTransform(r: Reader): TransformOperation {
  r.pos++;
  const operator = r.src[r.pos]!;
  if (!NAME_START[operator.charCodeAt(0)] || !"QEPAKkaUuL".includes(operator))
    return { type: "Transform", operator: "none" };
  r.pos++;
  return { type: "Transform", operator: operator as TransformOperation["operator"] };
}
