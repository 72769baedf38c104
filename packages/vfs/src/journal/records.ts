import type { BaseFacts } from "../tree/base-record.ts";
import type { Reader, Writer } from "./codec.ts";

/** What the journal says. A later record of the same node or name replaces an earlier one. */
export type JournalRecord =
  | ({ type: "node" } & NodeRecord)
  | { type: "data"; ino: number; offset: number; bytes: Uint8Array }
  | { type: "entry"; dir: number; name: Uint8Array; node: number; was: number }
  | { type: "entry-gone"; dir: number; name: Uint8Array }
  | { type: "node-gone"; ino: number };

/** A node without its names and bytes; `flags` are those of the tree's layout that outlive a session. */
export interface NodeRecord {
  ino: number;
  fileType: number;
  mode: number;
  uid: number;
  gid: number;
  size: number;
  atimeNs: bigint;
  mtimeNs: bigint;
  ctimeNs: bigint;
  flags: number;
  /** Node that keeps the project's content, 0: none. */
  kept: number;
  /** Of a symlink; empty otherwise. */
  target: Uint8Array;
  base: BaseFacts | undefined;
}

const Tag = { NODE: 1, DATA: 2, ENTRY: 3, ENTRY_GONE: 4, NODE_GONE: 5 } as const;

/** Appends one record. */
export function writeRecord(to: Writer, record: JournalRecord): void {
  if (record.type === "node") {
    to.u8(Tag.NODE);
    writeNode(to, record);
  } else if (record.type === "data") {
    to.u8(Tag.DATA);
    to.u32(record.ino);
    to.f64(record.offset);
    to.blob(record.bytes);
  } else if (record.type === "node-gone") {
    to.u8(Tag.NODE_GONE);
    to.u32(record.ino);
  } else {
    to.u8(record.type === "entry" ? Tag.ENTRY : Tag.ENTRY_GONE);
    to.u32(record.dir);
    to.blob(record.name);
    if (record.type !== "entry") return;
    to.u32(record.node);
    to.u32(record.was);
  }
}

function writeNode(to: Writer, node: NodeRecord): void {
  for (const value of [node.ino, node.fileType, node.mode, node.uid, node.gid, node.flags, node.kept])
    to.u32(value);
  to.f64(node.size);
  for (const ns of [node.atimeNs, node.mtimeNs, node.ctimeNs]) to.i64(ns);
  to.blob(node.target);
  to.u8(node.base === undefined ? 0 : 1);
  if (node.base === undefined) return;
  const { path, entry } = node.base;
  to.blob(path);
  for (const value of [entry.type, entry.mode, entry.nlink]) to.u32(value);
  to.f64(entry.size);
  to.f64(entry.ino);
  to.i64(entry.mtimeNs);
  to.i64(entry.ctimeNs);
  to.blob(entry.target ?? new Uint8Array());
}

/** The next record. Throws RangeError for one that is cut off or unknown. */
export function readRecord(from: Reader): JournalRecord {
  const tag = from.u8();
  if (tag === Tag.NODE) return { type: "node", ...readNode(from) };
  if (tag === Tag.DATA) return { type: "data", ino: from.u32(), offset: from.f64(), bytes: from.blob() };
  if (tag === Tag.ENTRY)
    return { type: "entry", dir: from.u32(), name: from.blob(), node: from.u32(), was: from.u32() };
  if (tag === Tag.ENTRY_GONE) return { type: "entry-gone", dir: from.u32(), name: from.blob() };
  if (tag === Tag.NODE_GONE) return { type: "node-gone", ino: from.u32() };
  throw new RangeError(`journal record: expected a known tag, got ${tag}`);
}

function readNode(from: Reader): NodeRecord {
  const [ino, fileType, mode, uid, gid, flags, kept] = Array.from({ length: 7 }, () => from.u32()) as [
    number,
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const size = from.f64();
  const [atimeNs, mtimeNs, ctimeNs] = [from.i64(), from.i64(), from.i64()];
  const target = from.blob();
  const base = from.u8() === 1 ? readBase(from) : undefined;
  return { ino, fileType, mode, uid, gid, flags, kept, size, atimeNs, mtimeNs, ctimeNs, target, base };
}

function readBase(from: Reader): BaseFacts {
  const path = from.blob();
  const [type, mode, nlink] = [from.u32(), from.u32(), from.u32()];
  const [size, ino] = [from.f64(), from.f64()];
  const [mtimeNs, ctimeNs] = [from.i64(), from.i64()];
  const target = from.blob();
  const name = path.subarray(path.lastIndexOf(0x2f) + 1);
  const entry = { name, type: type as never, mode, nlink, size, ino, mtimeNs, ctimeNs };
  return { path, entry: target.length > 0 ? { ...entry, target } : entry };
}
