import { decodeText, encodeText } from "@shadowbox/vfs";
import { backslashQuote } from "../expand/quote.ts";
import { ByteReader } from "../interp/input.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { runText } from "../interp/source.ts";
import { IndexedArray } from "../state/arrays.ts";
import { Attr, isName } from "../state/variable.ts";

const USAGE =
  "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";

/** `mapfile`, `readarray` */
export function mapfileBuiltin(sh: Interpreter, args: string[], name: string): number {
  const options = {
    d: "\n",
    n: 0,
    O: undefined as number | undefined,
    s: 0,
    t: false,
    u: 0,
    C: undefined as string | undefined,
    c: 5000,
  };
  let at = 0;
  for (; at < args.length; at++) {
    const arg = args[at] as string;
    if (arg === "--") {
      at++;
      break;
    }
    if (!/^-./.test(arg)) break;
    for (let i = 1; i < arg.length; i++) {
      const letter = arg[i] as string;
      if (letter === "t") {
        options.t = true;
        continue;
      }
      if (!"dnOsuCc".includes(letter)) return sh.usage(name, `-${letter}`, USAGE.replace("mapfile", name));
      const value = i + 1 < arg.length ? arg.slice(i + 1) : args[++at];
      if (value === undefined) {
        sh.builtinError(name, `-${letter}: option requires an argument`);
        return sh.usage(name, undefined, USAGE.replace("mapfile", name));
      }
      if (letter === "d") options.d = value;
      else if (letter === "C") options.C = value;
      else if (!/^\d+$/.test(value) || (letter === "c" && Number(value) === 0)) {
        return sh.builtinError(
          name,
          `${value}: invalid ${letter === "O" ? "array origin" : letter === "u" ? "file descriptor specification" : letter === "c" ? "callback quantum" : "line count"}`,
        );
      } else options[letter as "n" | "O" | "s" | "u" | "c"] = Number(value);
      break;
    }
  }
  const target = args[at] ?? "MAPFILE";
  if (!isName(target)) return sh.builtinError(name, `\`${target}': not a valid identifier`);
  const real = sh.vars.follow(target)?.name ?? target;
  const existing = sh.vars.get(real);
  if (existing && existing.attrs & Attr.ASSOC)
    return sh.builtinError(name, `${target}: not an indexed array`);
  if (!sh.system.fdExists(options.u))
    return sh.builtinError(name, `${options.u}: invalid file descriptor: Bad file descriptor`);
  const variable = sh.vars.writable(real);
  if (options.O === undefined) variable.value = new IndexedArray();
  sh.vars.setAttributes(variable, Attr.INDEXED, 0);
  fill(sh, real, options);
  return 0;
}

interface Options {
  d: string;
  n: number;
  O: number | undefined;
  s: number;
  t: boolean;
  u: number;
  C: string | undefined;
  c: number;
}

function fill(sh: Interpreter, name: string, options: Options): void {
  const delimiter = options.d === "" ? 0 : (encodeText(options.d)[0] as number);
  const lines =
    options.n === 0
      ? allLines(sh, options.u, delimiter)
      : someLines(sh, options.u, delimiter, options.n + options.s);
  const wanted = lines.slice(options.s, options.n ? options.s + options.n : undefined);
  let index = options.O ?? 0;
  let seen = 0;
  for (const line of wanted) {
    const text = cutAtNul(
      options.t && line.ended ? line.text : line.text + (line.ended ? String.fromCharCode(delimiter) : ""),
    );
    seen++;
    if (options.C !== undefined && seen % options.c === 0)
      runText(sh, `${options.C} ${index} ${backslashQuote(text)}`, { line: sh.state.line, name: "" });
    sh.vars.setElement(sh.vars.writable(name), index++, text);
    if (sh.flow) return;
  }
}

/** An element is a C string. */
function cutAtNul(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

interface Line {
  text: string;
  ended: boolean;
}

function allLines(sh: Interpreter, fd: number, delimiter: number): Line[] {
  const text = sh.fds.readAll(fd);
  if (text === "") return [];
  const pieces = text.split(
    delimiter < 128 ? String.fromCharCode(delimiter) : decodeText(Uint8Array.of(delimiter)),
  );
  const last = pieces.pop() as string;
  const lines = pieces.map((piece) => ({ text: piece, ended: true }));
  if (last !== "") lines.push({ text: last, ended: false });
  return lines;
}

function someLines(sh: Interpreter, fd: number, delimiter: number, count: number): Line[] {
  const lines: Line[] = [];
  while (lines.length < count) {
    const reader = new ByteReader(sh, fd);
    const end = reader.until(delimiter, Number.POSITIVE_INFINITY, undefined);
    if (end !== "found" && reader.bytes.length === 0) break;
    lines.push({ text: reader.text, ended: end === "found" });
    if (end !== "found") break;
  }
  return lines;
}
