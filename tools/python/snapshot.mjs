// snapshot.mjs MODULE ROOT OUT: runs MODULE's shadowbox_snapshot with ROOT as its file system and writes a module whose data
// is the memory that this left behind. Clock, random numbers and what the machine's file system adds of its own (devices,
// inode numbers, times, the order of names, what kind of file its own streams are and where they stand) are constant, so that the same
// input gives the same bytes.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { WASI } from "node:wasi";

const [source, root, out] = process.argv.slice(2);
const PAGE = 65536;
const NOW = 1_700_000_000_000_000_000n;
const Section = { CUSTOM: 0, MEMORY: 5, EXPORT: 7, DATA: 11, DATA_COUNT: 12 };
const ENTRY = "shadowbox_snapshot";
const ESPIPE = 70;
const ALL_RIGHTS = 0x1fff_ffffn;
const FileType = { UNKNOWN: 0, DIRECTORY: 3, REGULAR_FILE: 4 };
/** Zeros that are worth a segment of their own. */
const GAP = 256;

const bytes = readFileSync(source);
const memory = takeSnapshot(bytes);
writeFileSync(out, rewrite(bytes, memory));

function takeSnapshot(module) {
  const wasi = new WASI({
    version: "preview1",
    args: ["python3"],
    env: {},
    preopens: { "/": root },
    returnOnExit: false,
  });
  let instance;
  const PREOPEN = 3;
  const folders = new Map([[PREOPEN, root]]);
  const view = () => new DataView(instance.exports.memory.buffer);
  const fixed = {
    clock_time_get: (_id, _precision, at) => {
      view().setBigUint64(at, NOW, true);
      return 0;
    },
    random_get: (at, length) => {
      new Uint8Array(instance.exports.memory.buffer, at, length).fill(7);
      return 0;
    },
    path_filestat_get: (fd, flags, path, length, at) =>
      plainStat(view(), at, wasi.wasiImport.path_filestat_get(fd, flags, path, length, at)),
    fd_filestat_get: (fd, at) => {
      const errno = plainStat(view(), at, wasi.wasiImport.fd_filestat_get(fd, at));
      if (errno === 0 && fd < PREOPEN) {
        view().setUint8(at + 16, FileType.UNKNOWN);
        view().setBigUint64(at + 32, 0n, true);
      }
      return errno;
    },
    fd_fdstat_get: (fd, at) => {
      const errno = wasi.wasiImport.fd_fdstat_get(fd, at);
      if (errno === 0 && fd < PREOPEN) {
        view().setBigUint64(at, BigInt(FileType.UNKNOWN), true);
        for (const rights of [8, 16]) view().setBigUint64(at + rights, ALL_RIGHTS, true);
      }
      return errno;
    },
    fd_seek: (fd, ...rest) => (fd < PREOPEN ? ESPIPE : wasi.wasiImport.fd_seek(fd, ...rest)),
    fd_tell: (fd, at) => (fd < PREOPEN ? ESPIPE : wasi.wasiImport.fd_tell(fd, at)),
    path_open: (fd, flags, path, length, ...rest) => {
      const name = Buffer.from(instance.exports.memory.buffer, path, length).toString();
      const errno = wasi.wasiImport.path_open(fd, flags, path, length, ...rest);
      if (errno === 0) folders.set(view().getUint32(rest.at(-1), true), join(folders.get(fd), name));
      return errno;
    },
    fd_readdir: (fd, at, length, cookie, used) => {
      const bytes = entries(folders.get(fd)).subarray(Number(cookie), Number(cookie) + length);
      new Uint8Array(instance.exports.memory.buffer).set(bytes, at);
      view().setUint32(used, bytes.length, true);
      return 0;
    },
  };
  const imports = { wasi_snapshot_preview1: { ...wasi.wasiImport, ...fixed } };
  instance = new WebAssembly.Instance(new WebAssembly.Module(module), imports);
  wasi.initialize({ exports: { memory: instance.exports.memory } });
  instance.exports[ENTRY]();
  return new Uint8Array(instance.exports.memory.buffer);
}

/** Puts constants for device, inode, links, times and a folder's size into a `filestat`. */
function plainStat(view, at, errno) {
  if (errno !== 0) return errno;
  view.setBigUint64(at, 0n, true);
  view.setBigUint64(at + 8, 1n, true);
  view.setBigUint64(at + 24, 1n, true);
  if (view.getUint8(at + 16) === FileType.DIRECTORY) view.setBigUint64(at + 32, 0n, true);
  for (const time of [40, 48, 56]) view.setBigUint64(at + time, NOW, true);
  return errno;
}

/** A folder's `dirent`s in the order of their names; a cookie is the place where the next begins. */
function entries(folder) {
  let place = 0;
  return Buffer.concat(
    readdirSync(folder, { withFileTypes: true })
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((each) => {
        const name = Buffer.from(each.name);
        const entry = Buffer.alloc(24 + name.length);
        place += entry.length;
        entry.writeBigUInt64LE(BigInt(place), 0);
        entry.writeBigUInt64LE(1n, 8);
        entry.writeUInt32LE(name.length, 16);
        entry[20] = each.isDirectory() ? FileType.DIRECTORY : FileType.REGULAR_FILE;
        name.copy(entry, 24);
        return entry;
      }),
  );
}

/** The module with `memory` as its data, and without the function that made it. */
function rewrite(module, content) {
  const parts = [module.subarray(0, 8)];
  for (const { id, body } of sections(module)) {
    if (id === Section.MEMORY) parts.push(section(id, memoryBody(body, content.length / PAGE)));
    else if (id === Section.EXPORT) parts.push(section(id, exportBody(body)));
    else if (id === Section.DATA) parts.push(section(id, dataBody(content)));
    else if (id !== Section.DATA_COUNT && id !== Section.CUSTOM) parts.push(section(id, body));
  }
  return Buffer.concat(parts);
}

function* sections(module) {
  let at = 8;
  while (at < module.length) {
    const id = module[at];
    const [size, start] = readLeb(module, at + 1);
    yield { id, body: module.subarray(start, start + size) };
    at = start + size;
  }
}

function memoryBody(body, pages) {
  const [, after] = readLeb(body, 2);
  return Buffer.concat([body.subarray(0, 2), leb(pages), body.subarray(after)]);
}

function exportBody(body) {
  let [count, at] = readLeb(body, 0);
  const kept = [];
  for (; count > 0; count--) {
    const [length, start] = readLeb(body, at);
    const [, end] = readLeb(body, start + length + 1);
    if (body.toString("latin1", start, start + length) !== ENTRY) kept.push(body.subarray(at, end));
    at = end;
  }
  return Buffer.concat([leb(kept.length), ...kept]);
}

/** Runs of bytes that are not zero, as active segments of memory 0. */
function dataBody(content) {
  const segments = [];
  let at = 0;
  while (at < content.length) {
    while (at < content.length && content[at] === 0) at++;
    if (at === content.length) break;
    let end = at;
    for (let next = at; next < content.length && next - end <= GAP; next++)
      if (content[next] !== 0) end = next + 1;
    segments.push(
      Buffer.concat([
        Buffer.from([0, 0x41]),
        signedLeb(at),
        Buffer.from([0x0b]),
        leb(end - at),
        content.subarray(at, end),
      ]),
    );
    at = end;
  }
  return Buffer.concat([leb(segments.length), ...segments]);
}

function section(id, body) {
  return Buffer.concat([Buffer.from([id]), leb(body.length), body]);
}

function readLeb(buffer, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = buffer[at++];
    value += (byte & 0x7f) * 2 ** shift;
    if ((byte & 0x80) === 0) return [value, at];
  }
}

function leb(value) {
  const out = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...out, rest]);
    out.push((rest % 128) | 0x80);
  }
}

/** i32.const takes a signed number. */
function signedLeb(value) {
  const out = [];
  for (let rest = value | 0; ; rest >>= 7) {
    if (rest >= -64 && rest < 64) return Buffer.from([...out, rest & 0x7f]);
    out.push((rest & 0x7f) | 0x80);
  }
}
