import type { Word, WordPart } from "./ast.ts";

/** Collects the parts of a word; adjoining literal text becomes one part. */
export class PartList {
  // Most words have one part: a list that grows by `push` would reserve room for sixteen more.
  private first: WordPart | null = null;
  private parts: WordPart[] | null = null;
  private text = "";

  literal(text: string): void {
    this.text += text;
  }

  push(part: WordPart): void {
    if (this.text !== "") this.flush();
    this.add(part);
  }

  finish(): WordPart[] {
    if (this.text !== "") this.flush();
    if (this.parts !== null) return this.parts.slice();
    return this.first === null ? [] : [this.first];
  }

  private flush(): void {
    const value = this.text;
    this.text = "";
    this.add({ type: "Literal", value });
  }

  private add(part: WordPart): void {
    if (this.first === null) this.first = part;
    else if (this.parts === null) this.parts = [this.first, part];
    else this.parts.push(part);
  }
}

/** The parts of a word. */
export function wordParts(word: Word): readonly WordPart[] {
  return word.parts ?? [{ type: "Literal", value: word.text }];
}

/** Literal text after `$name` that goes on the name once quotes or braces between them are gone. */
export function joinNames(parts: readonly WordPart[]): WordPart[] {
  const out: WordPart[] = [];
  for (const part of parts) {
    const last = out[out.length - 1];
    if (part.type !== "Literal" || last?.type !== "Parameter" || last.text !== `$${last.name}`) {
      out.push(part);
      continue;
    }
    const more = /^[A-Za-z_]/.test(last.name) ? (/^\w+/.exec(part.value)?.[0] ?? "") : "";
    const name = last.name + more;
    out[out.length - 1] = { ...last, name, text: `$${name}` };
    if (part.value.length > more.length) out.push({ type: "Literal", value: part.value.slice(more.length) });
  }
  return out;
}

/** Literal text that pattern matching or tilde expansion may change; brackets are looked at apart. */
const EXPANDABLE = /[*?]|[@+!]\(|(?:^|[:=])~/;

/** A word of these parts, with what the expander wants to know beforehand. */
export function makeWord(line: number, text: string, parts: WordPart[]): Word {
  let plain: string | null = "";
  let quoted = false;
  let opens = false;
  let closes = false;
  for (const part of parts) {
    let value: string | null = null;
    if (part.type === "Literal") {
      value = part.value;
      if (value.includes("{")) opens = true;
      if (value.includes("}")) closes = true;
      if (EXPANDABLE.test(value) || (value.includes("[") && (parts.length > 1 || value.includes("]"))))
        value = null;
    } else if (part.type === "Escaped" || part.type === "SingleQuoted" || part.type === "AnsiQuoted") {
      value = part.value;
      quoted = true;
    } else if (part.type === "DoubleQuoted") {
      value = literalText(part.parts);
      quoted = true;
    }
    plain = plain === null || value === null ? null : plain + value;
  }
  const braces = opens && closes;
  return { type: "Word", line, text, parts, plain: braces ? null : plain, quoted, braces, assignment: null };
}

function literalText(parts: WordPart[]): string | null {
  if (parts.length === 0) return "";
  const [only] = parts;
  return parts.length === 1 && only!.type === "Literal" ? only!.value : null;
}

/** The text of a here-document's delimiter: quotes removed, nothing expanded. */
export function unquote(word: Word): string {
  if (!word.quoted) return word.text;
  let text = "";
  for (const part of wordParts(word)) {
    if (part.type === "DoubleQuoted") {
      for (const inner of part.parts) text += partText(inner);
    } else text += partText(part);
  }
  return text;
}

function partText(part: WordPart): string {
  switch (part.type) {
    case "Literal":
    case "Escaped":
    case "SingleQuoted":
    case "AnsiQuoted":
      return part.value;
    case "Parameter":
    case "BadSubstitution":
    case "CommandSubstitution":
    case "ProcessSubstitution":
      return part.text;
    case "Backquote":
      return `\`${part.source}\``;
    case "ArithmeticExpansion":
      return `$((${part.expression.text}))`;
    case "Names":
      return `\${!${part.prefix}${part.star ? "*" : "@"}}`;
    case "DoubleQuoted":
      return part.parts.map(partText).join("");
  }
}
