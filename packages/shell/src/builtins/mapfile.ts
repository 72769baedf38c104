import { decodeText, encodeText } from "@shadowbox/vfs";
import { backslashQuote } from "../expand/quote.ts";
import { ByteReader } from "../interp/input.ts";
import type { Interpreter } from "../interp/interpreter.ts";
import { runText } from "../interp/source.ts";
import { IndexedArray } from "../state/arrays.ts";
import { Attr, isName } from "../state/variable.ts";
import { Options } from "./options.ts";

const USAGE =
  "mapfile [-d delim] [-n count] [-O origin] [-s count] [-t] [-u fd] [-C callback] [-c quantum] [array]";

/** `mapfile`, `readarray` */
export function mapfileBuiltin(sh: Interpreter, args: string[], name: string): number {
  const settings = {
    d: "\n",
    n: 0,
    O: undefined as number | undefined,
    s: 0,
    t: false,
    u: 0,
    C: undefined as string | undefined,
    c: 5000,
  };
  const options = new Options(args);
  for (const letter of options) {
    if (letter === "t") {
      settings.t = true;
      continue;
    }
    if (!"dnOsuCc".includes(letter)) return sh.usage(name, `-${letter}`, USAGE.replace("mapfile", name));
    const value = options.value();
    if (value === undefined) {
      sh.builtinError(name, `-${letter}: option requires an argument`);
      return sh.usage(name, undefined, USAGE.replace("mapfile", name));
    }
    if (letter === "d") settings.d = value;
    else if (letter === "C") settings.C = value;
    else if (!/^\d+$/.test(value) || (letter === "c" && Number(value) === 0)) {
      return sh.builtinError(
        name,
        `${value}: invalid ${letter === "O" ? "array origin" : letter === "u" ? "file descriptor specification" : letter === "c" ? "callback quantum" : "line count"}`,
      );
    } else settings[letter as "n" | "O" | "s" | "u" | "c"] = Number(value);
  }
  const target = options.operands()[0] ?? "MAPFILE";
  if (!isName(target)) return sh.builtinError(name, `\`${target}': not a valid identifier`);
  const real = sh.vars.follow(target)?.name ?? target;
  const existing = sh.vars.get(real);
  if (existing && existing.attrs & Attr.ASSOC)
    return sh.builtinError(name, `${target}: not an indexed array`);
  if (!sh.system.fdExists(settings.u))
    return sh.builtinError(name, `${settings.u}: invalid file descriptor: Bad file descriptor`);
  const variable = sh.vars.writable(real);
  if (settings.O === undefined) variable.value = new IndexedArray();
  sh.vars.setAttributes(variable, Attr.INDEXED, 0);
  fill(sh, real, settings);
  return 0;
}

interface Settings {
  d: string;
  n: number;
  O: number | undefined;
  s: number;
  t: boolean;
  u: number;
  C: string | undefined;
  c: number;
}

function fill(sh: Interpreter, name: string, settings: Settings): void {
  const delimiter = settings.d === "" ? 0 : (encodeText(settings.d)[0] as number);
  // A byte that is part of a character is looked for byte by byte.
  const lines =
    settings.n === 0 && delimiter < 0x80
      ? allLines(sh, settings.u, String.fromCharCode(delimiter))
      : someLines(
          sh,
          settings.u,
          delimiter,
          settings.n === 0 ? Number.POSITIVE_INFINITY : settings.n + settings.s,
        );
  const end = decodeText(Uint8Array.of(delimiter));
  const wanted = lines.slice(settings.s, settings.n ? settings.s + settings.n : undefined);
  let index = settings.O ?? 0;
  let seen = 0;
  for (const line of wanted) {
    const text = cutAtNul(settings.t && line.ended ? line.text : line.text + (line.ended ? end : ""));
    seen++;
    if (settings.C !== undefined && seen % settings.c === 0)
      runText(sh, `${settings.C} ${index} ${backslashQuote(text)}`, { line: sh.state.line, name: "" });
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

function allLines(sh: Interpreter, fd: number, delimiter: string): Line[] {
  const text = sh.fds.readAll(fd);
  if (text === "") return [];
  const pieces = text.split(delimiter);
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
