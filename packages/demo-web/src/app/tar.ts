/** A regular file of an archive. */
export interface TarFile {
  path: string;
  mode: number;
  /** Milliseconds since 1970. */
  modified: number;
  bytes: Uint8Array;
}

const BLOCK = 512;
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes).replace(/\0.*$/s, "");

/**
 * The regular files of a tar archive (POSIX ustar and pax, GNU long names), packed by gzip or not. Links and devices are left out.
 * Throws for damaged archives.
 */
export async function readTar(archive: Uint8Array): Promise<TarFile[]> {
  const bytes = archive[0] === 0x1f && archive[1] === 0x8b ? await unpack(archive) : archive;
  const files: TarFile[] = [];
  let longName: string | undefined;
  if (bytes.length < BLOCK) throw new Error("read archive: expected a zip or tar archive");
  for (let at = 0; at < bytes.length; ) {
    if (at + BLOCK > bytes.length) throw new Error("read tar: expected more bytes, the archive is cut off");
    const head = bytes.subarray(at, at + BLOCK);
    if (head.every((byte) => byte === 0)) break;
    checkSum(head);
    const size = octal(head, 124, 12);
    const content = bytes.subarray(at + BLOCK, at + BLOCK + size);
    if (content.length < size) throw new Error("read tar: expected more bytes, the archive is cut off");
    const type = String.fromCharCode(head[156] as number);
    if (type === "x") longName = paxPath(content) ?? longName;
    else if (type === "L") longName = text(content);
    else {
      if (type === "0" || type === "\0")
        files.push({
          path: longName ?? nameOf(head),
          mode: octal(head, 100, 8) & 0o777,
          modified: octal(head, 136, 12) * 1000,
          bytes: content.slice(),
        });
      longName = undefined;
    }
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
  }
  return files;
}

function nameOf(head: Uint8Array): string {
  const isUstar = text(head.subarray(257, 263)) === "ustar";
  const prefix = isUstar ? text(head.subarray(345, 500)) : "";
  const name = text(head.subarray(0, 100));
  return prefix === "" ? name : `${prefix}/${name}`;
}

function octal(head: Uint8Array, at: number, length: number): number {
  const digits = text(head.subarray(at, at + length)).trim();
  const value = digits === "" ? 0 : Number.parseInt(digits, 8);
  if (!/^[0-7]*$/.test(digits)) throw new Error(`read tar: expected an octal number, got "${digits}"`);
  return value;
}

function checkSum(head: Uint8Array): void {
  const sum = head.reduce((all, byte, at) => all + (at >= 148 && at < 156 ? 32 : byte), 0);
  if (sum !== octal(head, 148, 8)) throw new Error("read tar: expected a tar archive, a header is damaged");
}

/** Records are `LENGTH key=value\n`, the length in bytes of all of it. */
function paxPath(content: Uint8Array): string | undefined {
  let path: string | undefined;
  for (let at = 0; at < content.length; ) {
    const length = Number.parseInt(text(content.subarray(at, at + 12)), 10);
    if (!(length > 0)) break;
    const record = text(content.subarray(at, at + length - 1));
    const value = /^\d+ path=(.*)$/s.exec(record);
    if (value) path = value[1];
    at += length;
  }
  return path;
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>]).stream();
  return new Uint8Array(
    await new Response(stream.pipeThrough(new DecompressionStream("gzip"))).arrayBuffer(),
  );
}
