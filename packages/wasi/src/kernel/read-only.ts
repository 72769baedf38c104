import {
  type DirEntrySink,
  Errno,
  type FileSystem,
  type FileType,
  type NodeId,
  type Stat,
  type StatChange,
} from "@shadowbox/vfs";

/** A file system whose nodes cannot be changed from inside: every change answers EROFS. */
export abstract class ReadOnlyFileSystem implements FileSystem {
  readonly dev: number;
  readonly root: NodeId = 1;

  /** Nanoseconds since the epoch that all its nodes show as their times. */
  timeNs = 0n;

  constructor(dev: number) {
    this.dev = dev;
  }

  abstract lookup(dir: NodeId, name: Uint8Array): NodeId;
  abstract parent(dir: NodeId): NodeId;
  abstract stat(node: NodeId, out: Stat): number;
  abstract readlink(node: NodeId): Uint8Array | number;
  abstract readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number;
  abstract read(node: NodeId, offset: number, dst: Uint8Array): number;

  ino(node: NodeId): number {
    return node;
  }
  retain(_node: NodeId): void {}
  release(_node: NodeId): void {}
  setStat(_node: NodeId, _change: StatChange): number {
    return -Errno.EROFS;
  }
  write(_node: NodeId, _offset: number, _src: Uint8Array): number {
    return -Errno.EROFS;
  }
  create(_dir: NodeId, _name: Uint8Array, _type: FileType, _mode: number, _target?: Uint8Array): NodeId {
    return -Errno.EROFS;
  }
  link(_dir: NodeId, _name: Uint8Array, _node: NodeId): number {
    return -Errno.EROFS;
  }
  unlink(_dir: NodeId, _name: Uint8Array): number {
    return -Errno.EROFS;
  }
  rmdir(_dir: NodeId, _name: Uint8Array): number {
    return -Errno.EROFS;
  }
  rename(_fromDir: NodeId, _fromName: Uint8Array, _toDir: NodeId, _toName: Uint8Array): number {
    return -Errno.EROFS;
  }
  sync(_node: NodeId): number {
    return 0;
  }

  /** Fills `out` with what most nodes of such a file system have in common. */
  protected fill(out: Stat, node: NodeId, type: FileType, mode: number, size: number): number {
    out.dev = this.dev;
    out.ino = node;
    out.type = type;
    out.mode = mode;
    out.nlink = 1;
    out.uid = 0;
    out.gid = 0;
    out.size = size;
    out.blocks = Math.ceil(size / 512);
    out.rdev = 0;
    out.atimeNs = this.timeNs;
    out.mtimeNs = this.timeNs;
    out.ctimeNs = this.timeNs;
    return 0;
  }
}

/** Copies what lies at `offset` of `content` to `dst`; bytes copied, 0 at the end. */
export function readFrom(content: Uint8Array, offset: number, dst: Uint8Array): number {
  const part = content.subarray(offset, offset + dst.length);
  dst.set(part);
  return part.length;
}

/** Passes names to a directory sink in order, from `cookie` on. */
export function listNames<T>(
  items: readonly T[],
  cookie: number,
  sink: DirEntrySink,
  entry: (item: T) => { name: Uint8Array; node: NodeId; type: FileType },
): number {
  for (let index = cookie; index < items.length; index++) {
    const { name, node, type } = entry(items[index]);
    if (!sink(name, node, type, index + 1)) break;
  }
  return 0;
}
