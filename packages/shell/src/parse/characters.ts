/**
 * Character classes as tables over UTF-16 units: one load and one test per character, no branch for the range.
 * The source ends with a NUL (which no script can contain), so scanning needs no bounds check.
 */

export const NUL = 0;
export const TAB = 9;
export const NEWLINE = 10;
export const SPACE = 32;
export const BANG = 33;
export const DOUBLE_QUOTE = 34;
export const HASH = 35;
export const DOLLAR = 36;
export const AMPERSAND = 38;
export const SINGLE_QUOTE = 39;
export const OPEN_PAREN = 40;
export const CLOSE_PAREN = 41;
export const PLUS = 43;
export const MINUS = 45;
export const SLASH = 47;
export const COLON = 58;
export const SEMICOLON = 59;
export const LESS = 60;
export const EQUALS = 61;
export const GREATER = 62;
export const OPEN_BRACKET = 91;
export const BACKSLASH = 92;
export const CLOSE_BRACKET = 93;
export const BACKQUOTE = 96;
export const OPEN_BRACE = 123;
export const BAR = 124;
export const CLOSE_BRACE = 125;

/** A set of characters as a table of zeros and ones. */
export type CharacterSet = Uint8Array;

/** The set of the characters of a text. */
export function characters(text: string): CharacterSet {
  const table = new Uint8Array(65536);
  for (let i = 0; i < text.length; i++) table[text.charCodeAt(i)] = 1;
  return table;
}

const LOWER = "abcdefghijklmnopqrstuvwxyz";
const LETTERS = `${LOWER}${LOWER.toUpperCase()}_`;
const QUOTES = "\\'\"$`";
const METACHARACTERS = " \t\n;&|()<>\0";

/** What ends a word outside quotes. */
export const META = characters(METACHARACTERS);
/** First character of a name. */
export const NAME_START = characters(LETTERS);
/** Further characters of a name. */
export const NAME = characters(`${LETTERS}0123456789`);
export const DIGIT = characters("0123456789");
/** What may stand after `$` or `${` as a parameter of one character. */
export const SPECIAL_PARAMETER = characters("@*#?-$!");
/** First character of a reserved word. */
export const RESERVED_START = characters(`${LOWER}{}![]`);

/** What a redirect may start with: its operator, a number, `{name}`. */
export const REDIRECT_START = characters("<>&0123456789{");
/** Ends the quick scan of a plain word: metacharacters, quotes, and what globs, braces and tildes start with. */
export const WORD_QUICK_STOP = characters(`${METACHARACTERS}${QUOTES}*?[{~`);
/** Ends a run of literal text in a word. */
export const WORD_STOP = characters(`${METACHARACTERS}${QUOTES}`);
/** In the operand of `${…}`. */
export const OPERAND_STOP = characters(`${QUOTES}<>}\n\0`);
/** In the pattern of `${…/pattern/…}`. */
export const REPLACE_STOP = characters(`${QUOTES}<>}/\n\0`);
/** In `[…]` after a name. */
export const SUBSCRIPT_STOP = characters(`${QUOTES}[]\n\0`);
/** In double quotes. */
export const DOUBLE_QUOTED_STOP = characters('"\\$`\n\0');
/** In the double-quoted operand of `${…}`. */
export const QUOTED_OPERAND_STOP = characters("'\"\\$`<>}\n\0");
/** In single quotes in such an operand. */
export const PROTECTED_STOP = characters("'\\$`\n\0");
/** In the body of a here-document. */
export const HERE_DOCUMENT_STOP = characters("\\$`\n\0");
/** In `((…))` and `$((…))`. */
export const ARITHMETIC_STOP = characters("()'\"\\$`;\n\0");
/** In `$[…]`. */
export const OLD_ARITHMETIC_STOP = characters("[]'\"\\$`\n\0");
/** In the offset and length of `${x:offset:length}`. */
export const SUBSTRING_STOP = characters("()?:}[]'\"\\$`\n\0");

/** May change the value of a literal word: pattern characters, brace expansion, tilde. */
export const EXPANDABLE = /[*?[{~]|[@+!]\(/;
