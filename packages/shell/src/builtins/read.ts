import { decodeText, encodeText } from "@shadowbox/vfs";
import { separatorsOf } from "../expand/sink.ts";
import { ByteReader, type InputEnd } from "../interp/input.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { errorText } from "../interp/messages.ts";
import { IndexedArray } from "../state/arrays.ts";
import { Attr } from "../state/variable.ts";

const USAGE =
  "read [-ers] [-a array] [-d delim] [-i text] [-n nchars] [-N nchars] [-p prompt] [-t timeout] [-u fd] [name ...]";

/** What is typed is not shown (ECMA-48, SGR): there is no terminal whose echo could be switched off. */
const CONCEAL = "\u001b[8m";
const REVEAL = "\u001b[28m";

interface Options {
  raw: boolean;
  silent: boolean;
  array: string | undefined;
  delimiter: number;
  count: number | undefined;
  exact: boolean;
  prompt: string;
  timeout: number | undefined;
  fd: number;
}

/** `read` with all its options. */
export function readBuiltin(sh: Interpreter, args: string[]): number {
  const options: Options = {
    raw: false,
    silent: false,
    array: undefined,
    delimiter: 10,
    count: undefined,
    exact: false,
    prompt: "",
    timeout: undefined,
    fd: 0,
  };
  const at = parse(sh, args, options);
  if (at < 0) return at === -2 ? 2 : 1;
  const names = args.slice(at);
  // Of several names the others are looked at when it is their turn.
  if (!namable(sh, options.array ?? "_") || !namable(sh, names[0] ?? "_")) return 1;
  if (!sh.system.fdExists(options.fd))
    return sh.builtinError("read", `${options.fd}: invalid file descriptor: Bad file descriptor`);
  if (options.timeout === 0) return sh.system.pollRead(options.fd, 0) ? 0 : 1;
  const isTerminal = sh.system.isatty(options.fd);
  const shown = options.prompt + (options.silent ? CONCEAL : "");
  if (shown !== "" && isTerminal) sh.errorText(shown);
  const input = readInput(sh, options);
  if (options.silent && isTerminal) sh.errorText(REVEAL);
  if (input.end === "interrupted") return 128 + input.signal;
  if (input.error) return sh.builtinError("read", `read error: ${options.fd}: ${errorText(input.error)}`);
  let ok = true;
  if (options.array !== undefined) ok = assignArray(sh, options.array, input.text, input.escaped);
  else ok = assignNames(sh, names, input.text, input.escaped, options);
  if (!ok) return 1;
  if (input.end === "timeout") return 142;
  return input.end === "found" || input.end === "full" ? 0 : 1;
}

function namable(sh: Interpreter, name: string): boolean {
  if (!sh.isAssignable(name)) sh.builtinError("read", `\`${name}': not a valid identifier`);
  return sh.isAssignable(name);
}

/** Index of the first name; -1 failure, -2 usage. */
function parse(sh: Interpreter, args: string[], options: Options): number {
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") return at + 1;
    if (!/^-./.test(arg)) return at;
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] as string;
      if ("ers".includes(letter)) {
        if (letter === "r") options.raw = true;
        if (letter === "s") options.silent = true;
        continue;
      }
      if (!"adinNptu".includes(letter)) return sh.usage("read", `-${letter}`, USAGE) && -2;
      const value = i + 1 < arg.length ? arg.slice(i + 1) : args[++at];
      if (value === undefined) {
        sh.builtinError("read", `-${letter}: option requires an argument`);
        sh.usage("read", undefined, USAGE);
        return -2;
      }
      if (!setValue(sh, options, letter, value)) return -1;
      break;
    }
  }
  return at;
}

function setValue(sh: Interpreter, options: Options, letter: string, value: string): boolean {
  const invalid = (what: string) => {
    sh.builtinError("read", `${value}: ${what}`);
    return false;
  };
  switch (letter) {
    case "a":
      options.array = value;
      return true;
    case "d":
      options.delimiter = value === "" ? 0 : (encodeText(value)[0] as number);
      return true;
    case "n":
    case "N":
      if (!/^\d+$/.test(value)) return invalid("invalid number");
      options.count = Number(value);
      options.exact = letter === "N";
      return true;
    case "p":
      options.prompt = value;
      return true;
    case "t":
      if (!/^\d*\.?\d*$/.test(value) || value === "" || value === ".")
        return invalid("invalid timeout specification");
      options.timeout = Number(value) * 1000;
      return true;
    case "u":
      if (!/^\d+$/.test(value)) return invalid("invalid file descriptor specification");
      options.fd = Number(value);
      return true;
    default:
      return true;
  }
}

interface Input {
  text: string;
  /** For each character whether a backslash kept it from splitting; absent: none. */
  escaped: boolean[] | undefined;
  end: InputEnd;
  error: number;
  /** That interrupted it. */
  signal: number;
}

/** Reads one record; without `-r` a backslash joins lines and keeps the next character. */
function readInput(sh: Interpreter, options: Options): Input {
  const deadline = options.timeout === undefined ? undefined : sh.system.monotonic() + options.timeout;
  const delimiter = options.exact ? -1 : options.delimiter;
  if (options.count !== undefined) return readCounted(sh, options, options.count, delimiter, deadline);
  const reader = new ByteReader(sh, options.fd);
  let end = reader.until(delimiter, Number.POSITIVE_INFINITY, deadline);
  const { signal } = reader;
  if (options.raw) return { text: clean(reader.text), escaped: undefined, end, error: reader.error, signal };
  let bytes = reader.bytes;
  let error = reader.error;
  while (end === "found" && endsInBackslash(bytes)) {
    const more = new ByteReader(sh, options.fd);
    end = more.until(delimiter, Number.POSITIVE_INFINITY, deadline);
    error = more.error;
    const kept =
      options.delimiter === 10
        ? bytes.subarray(0, bytes.length - 1)
        : Uint8Array.of(...bytes, options.delimiter);
    const joined = new Uint8Array(kept.length + more.bytes.length);
    joined.set(kept);
    joined.set(more.bytes, kept.length);
    bytes = joined;
    if (options.delimiter !== 10) break;
  }
  return { ...unbackslash(clean(decodeText(bytes))), end, error, signal };
}

function endsInBackslash(bytes: Uint8Array): boolean {
  let count = 0;
  for (let i = bytes.length - 1; i >= 0 && bytes[i] === 92; i--) count++;
  return count % 2 === 1;
}

function clean(text: string): string {
  return text.includes("\0") ? text.replaceAll("\0", "") : text;
}

function unbackslash(text: string): { text: string; escaped: boolean[] | undefined } {
  if (!text.includes("\\")) return { text, escaped: undefined };
  let out = "";
  const escaped: boolean[] = [];
  for (let i = 0; i < text.length; i++) {
    if (text[i] !== "\\") {
      out += text[i];
      continue;
    }
    if (++i >= text.length) break;
    if (text[i] === "\n") continue;
    escaped[out.length] = true;
    out += text[i];
  }
  return { text: out, escaped };
}

/** `-n` and `-N`: a number of characters. */
function readCounted(
  sh: Interpreter,
  options: Options,
  count: number,
  delimiter: number,
  deadline: number | undefined,
): Input {
  let text = "";
  let size = 0;
  let error = 0;
  const escaped: boolean[] = [];
  let anyEscape = false;
  while (size < count) {
    const { ch, end, error: failed, signal } = readCharacter(sh, options.fd, delimiter, deadline);
    error = failed;
    if (end !== undefined) return { text, escaped: anyEscape ? escaped : undefined, end, error, signal };
    let kept = ch;
    if (ch === "\\" && !options.raw) {
      const next = readCharacter(sh, options.fd, -1, deadline);
      if (next.end !== undefined)
        return { text, escaped: anyEscape ? escaped : undefined, end: next.end, error, signal: next.signal };
      if (next.ch === "\n") continue;
      kept = next.ch;
      anyEscape = true;
      escaped[text.length] = true;
    }
    if (kept === "\0") continue;
    text += kept;
    size++;
  }
  return { text, escaped: anyEscape ? escaped : undefined, end: "full", error, signal: 0 };
}

function readCharacter(
  sh: Interpreter,
  fd: number,
  delimiter: number,
  deadline: number | undefined,
): { ch: string; end: InputEnd | undefined; error: number; signal: number } {
  const bytes: number[] = [];
  for (;;) {
    const reader = new ByteReader(sh, fd);
    const end = reader.until(bytes.length ? -1 : delimiter, 1, deadline);
    if (end !== "full")
      return bytes.length
        ? { ch: decodeText(Uint8Array.from(bytes)), end: undefined, error: 0, signal: 0 }
        : { ch: "", end, error: reader.error, signal: reader.signal };
    bytes.push(reader.bytes[0] as number);
    const lead = bytes[0] as number;
    const need = lead < 0xc2 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 1;
    if (bytes.length >= need)
      return { ch: decodeText(Uint8Array.from(bytes)), end: undefined, error: 0, signal: 0 };
  }
}

/** Whether a character is one of a few. */
function isAmong(few: string, code: number): boolean {
  for (let i = 0; i < few.length; i++) if (few.charCodeAt(i) === code) return true;
  return false;
}

/** Splits into at most `limit` fields by IFS; the last takes the rest. */
function splitFields(sh: Interpreter, text: string, escaped: boolean[] | undefined, limit: number): string[] {
  const { ifs, whitespace } = separatorsOf(sh.vars.text("IFS"));
  const isSeparator = (i: number) => isAmong(ifs, text.charCodeAt(i)) && !escaped?.[i];
  const isSpace = (i: number) => isAmong(whitespace, text.charCodeAt(i)) && !escaped?.[i];
  const fields: string[] = [];
  let at = 0;
  let end = text.length;
  while (at < end && isSpace(at)) at++;
  while (at < end) {
    let stop = at;
    while (stop < end && !isSeparator(stop)) stop++;
    let next = stop;
    while (next < end && isSpace(next)) next++;
    if (next < end && isSeparator(next)) {
      next++;
      while (next < end && isSpace(next)) next++;
    }
    if (fields.length === limit - 1) {
      // The last name takes all that is left but for spaces at its end, kept or not; no separator that only ends its one field.
      if (next >= end) end = stop;
      else while (end > at + 1 && isAmong(whitespace, text.charCodeAt(end - 1))) end--;
      fields.push(text.slice(at, end));
      return fields;
    }
    fields.push(text.slice(at, stop));
    at = next;
  }
  return fields;
}

function assignNames(
  sh: Interpreter,
  names: string[],
  text: string,
  escaped: boolean[] | undefined,
  options: Options,
): boolean {
  if (names.length === 0) return sh.assignByName("REPLY", text, "read");
  if (options.exact) {
    return names.every((name, i) => namable(sh, name) && sh.assignByName(name, i === 0 ? text : "", "read"));
  }
  const fields = splitFields(sh, text, escaped, names.length);
  return names.every((name, i) => namable(sh, name) && sh.assignByName(name, fields[i] ?? "", "read"));
}

function assignArray(sh: Interpreter, name: string, text: string, escaped: boolean[] | undefined): boolean {
  const target = sh.vars.follow(name)?.name ?? name;
  const variable = sh.vars.get(target);
  if (variable && variable.attrs & Attr.ASSOC) {
    sh.builtinError("read", `${name}: not an indexed array`);
    return false;
  }
  const writable = sh.vars.writable(target);
  writable.value = IndexedArray.of(splitFields(sh, text, escaped, Number.POSITIVE_INFINITY));
  sh.vars.setAttributes(writable, Attr.INDEXED, 0);
  return true;
}
