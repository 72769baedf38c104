import { concat, encodeText } from "@shadowbox/vfs";

/** What an archive holds of a path; a folder's ends without `/`. */
export interface TarEntry {
  path: Uint8Array;
  kind: "file" | "directory" | "symlink";
  /** Permission bits. */
  mode: number;
  /** Seconds since 1970. */
  modified: number;
  /** A file's content or a link's target. */
  bytes: Uint8Array;
}

const BLOCK = 512;
const TYPES = { file: "0", directory: "5", symlink: "2" } as const;
/** Largest number of the twelve octal digits for a size. */
const MOST_OCTAL = 8 ** 11 - 1;

/** A tar archive (POSIX.1-2001: ustar, with pax headers for long and non-ASCII names), entries as they come; owner 0. */
export function writeTar(entries: Iterable<TarEntry>): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const entry of entries) {
    const { kind, bytes } = entry;
    const path = kind === "directory" ? concat([entry.path, Uint8Array.of(0x2f)]) : entry.path;
    const target = kind === "symlink" ? bytes : new Uint8Array();
    const records = paxRecords(path, target, kind === "file" ? bytes.length : 0);
    if (records.length > 0) {
      parts.push(
        header({ name: encodeText("pax"), type: "x", mode: 0o644, modified: 0, size: records.length }),
      );
      parts.push(records, padding(records.length));
    }
    const size = kind === "file" ? bytes.length : 0;
    const { mode, modified } = entry;
    parts.push(header({ name: path.subarray(0, 100), target, type: TYPES[kind], mode, modified, size }));
    if (kind === "file") parts.push(bytes, padding(size));
  }
  return concat([...parts, new Uint8Array(2 * BLOCK)]);
}

/** `LENGTH key=value\n` for what does not fit the header. */
function paxRecords(path: Uint8Array, target: Uint8Array, size: number): Uint8Array {
  const records: Uint8Array[] = [];
  const isPlain = (bytes: Uint8Array) => bytes.length <= 100 && bytes.every((byte) => byte < 0x80);
  const add = (key: string, value: Uint8Array) => {
    const rest = concat([encodeText(` ${key}=`), value, encodeText("\n")]);
    let length = rest.length + 1;
    while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
    records.push(encodeText(String(length)), rest);
  };
  if (!isPlain(path)) add("path", path);
  if (!isPlain(target)) add("linkpath", target);
  if (size > MOST_OCTAL) add("size", encodeText(String(size)));
  return concat(records);
}

interface Head {
  name: Uint8Array;
  target?: Uint8Array;
  type: string;
  mode: number;
  modified: number;
  size: number;
}

function header({ name, target, type, mode, modified, size }: Head): Uint8Array {
  const block = new Uint8Array(BLOCK);
  const text = (at: number, value: string) => block.set(encodeText(value), at);
  const octal = (at: number, width: number, value: number) =>
    text(
      at,
      `${Math.min(value, 8 ** (width - 1) - 1)
        .toString(8)
        .padStart(width - 1, "0")}\0`,
    );
  block.set(name.subarray(0, 100), 0);
  octal(100, 8, mode);
  octal(108, 8, 0);
  octal(116, 8, 0);
  octal(124, 12, size);
  octal(136, 12, Math.max(0, Math.floor(modified)));
  text(148, " ".repeat(8));
  text(156, type);
  if (target) block.set(target.subarray(0, 100), 157);
  text(257, "ustar\u000000");
  const sum = block.reduce((all, byte) => all + byte, 0);
  text(148, `${sum.toString(8).padStart(6, "0")}\0 `);
  return block;
}

function padding(size: number): Uint8Array {
  return new Uint8Array((BLOCK - (size % BLOCK)) % BLOCK);
}
