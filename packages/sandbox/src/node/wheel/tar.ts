/** Files for an archive, by path. */
export type TarFiles = ReadonlyMap<string, Uint8Array>;

const BLOCK = 512;

/** A ustar archive (POSIX.1-2017) of files with mode 644 and no time, by path: the same files give the same bytes. */
export function makeTar(files: TarFiles): Uint8Array {
  const blocks = (size: number) => Math.ceil(size / BLOCK) * BLOCK;
  const paths = [...files.keys()].sort();
  const size = paths.reduce((sum, path) => sum + BLOCK + blocks(files.get(path)!.length), 2 * BLOCK);
  const archive = new Uint8Array(size);
  let at = 0;
  for (const path of paths) {
    const content = files.get(path)!;
    archive.set(headOf(path, content.length), at);
    archive.set(content, at + BLOCK);
    at += BLOCK + blocks(content.length);
  }
  return archive;
}

function headOf(path: string, size: number): Uint8Array {
  const head = Buffer.alloc(BLOCK);
  const [prefix, name] = splitPath(path);
  const octal = (value: number, width: number) => `${value.toString(8).padStart(width - 1, "0")}\0`;
  head.write(name, 0);
  head.write(octal(0o644, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100);
  head.write("        0", 148);
  head.write("ustar\x0000", 257, "latin1");
  head.write(prefix, 345);
  const sum = head.reduce((total, byte) => total + byte, 0);
  head.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return head;
}

/** A path in the two fields of a header, of 155 and 100 bytes. */
function splitPath(path: string): [prefix: string, name: string] {
  if (Buffer.byteLength(path) <= 100) return ["", path];
  for (let at = path.indexOf("/"); at >= 0; at = path.indexOf("/", at + 1))
    if (Buffer.byteLength(path.slice(at + 1)) <= 100 && at <= 155)
      return [path.slice(0, at), path.slice(at + 1)];
  throw new RangeError(`make archive: expected a path that ustar can hold, got "${path}"`);
}
