import {
  type DirEntrySink,
  decodeText,
  Errno,
  emptyStat,
  encodeText,
  FileType,
  type NodeId,
  type Stat,
  type StatChange,
} from "@shadowbox/vfs";
import { Device } from "./devices.ts";
import type { Process } from "./process.ts";
import { listNames, ReadOnlyFileSystem } from "./read-only.ts";

const ROOT = 1;
const FD_DIR = 2;
const SHADOWBOX_DIR = 3;
/** Devices are at this + {@link Device}. */
const DEVICE = 16;
/** Open descriptors of the asking process are at this + number. */
const DESCRIPTOR = 1024;

const ROOT_NAMES: ReadonlyMap<string, NodeId> = new Map([
  ["null", DEVICE + Device.NULL],
  ["zero", DEVICE + Device.ZERO],
  ["full", DEVICE + Device.FULL],
  ["random", DEVICE + Device.RANDOM],
  ["urandom", DEVICE + Device.URANDOM],
  ["tty", DEVICE + Device.TTY],
  ["stdin", DESCRIPTOR],
  ["stdout", DESCRIPTOR + 1],
  ["stderr", DESCRIPTOR + 2],
  ["fd", FD_DIR],
  ["shadowbox", SHADOWBOX_DIR],
]);

const SERVICES: ReadonlyMap<string, NodeId> = new Map([
  ["rpc", DEVICE + Device.RPC],
  ["fetch", DEVICE + Device.FETCH],
]);

/** Linux's device numbers, major × 256 + minor. */
const NUMBERS: ReadonlyMap<number, number> = new Map([
  [Device.NULL, 0x103],
  [Device.ZERO, 0x105],
  [Device.FULL, 0x107],
  [Device.RANDOM, 0x108],
  [Device.URANDOM, 0x109],
  [Device.TTY, 0x500],
  [Device.RPC, 0xa00],
  [Device.FETCH, 0xa01],
]);

/**
 * `/dev`. A descriptor's node (`/dev/fd/3`, `/dev/stdin`) is the open file itself: its facts are that file's, and opening
 * it shares the open file.
 */
export class DeviceFileSystem extends ReadOnlyFileSystem {
  readonly #current: () => Process | undefined;
  readonly #facts = emptyStat();

  constructor(dev: number, current: () => Process | undefined) {
    super(dev);
    this.#current = current;
  }

  lookup(dir: NodeId, name: Uint8Array): NodeId {
    const text = decodeText(name);
    if (dir === ROOT) return ROOT_NAMES.get(text) ?? -Errno.ENOENT;
    if (dir === SHADOWBOX_DIR) return SERVICES.get(text) ?? -Errno.ENOENT;
    if (dir !== FD_DIR) return -Errno.ENOTDIR;
    if (!/^(0|[1-9][0-9]{0,2})$/.test(text)) return -Errno.ENOENT;
    const fd = this.#current()?.inheritedFd(Number(text)) ?? -1;
    return fd < 0 ? -Errno.ENOENT : DESCRIPTOR + fd;
  }

  parent(_dir: NodeId): NodeId {
    return ROOT;
  }

  stat(node: NodeId, out: Stat): number {
    if (node >= DESCRIPTOR) return this.#current()?.io.stat(node - DESCRIPTOR, out) ?? -Errno.ENOENT;
    if (node < DEVICE) return this.fill(out, node, FileType.DIRECTORY, 0o755, 0);
    this.fill(out, node, FileType.CHARACTER_DEVICE, 0o666, 0);
    out.rdev = NUMBERS.get(node - DEVICE) ?? 0;
    return 0;
  }

  /** Whoever may write to a device may set its times, which are not kept. */
  override setStat(node: NodeId, { mode, uid, gid, size }: StatChange): number {
    const isTimes = [mode, uid, gid, size].every((value) => value === undefined);
    return isTimes && node > DEVICE && node < DESCRIPTOR ? 0 : -Errno.EROFS;
  }

  /** A descriptor shows as what is open there. */
  override ino(node: NodeId): number {
    if (node < DESCRIPTOR) return node;
    return this.stat(node, this.#facts) < 0 ? 0 : this.#facts.ino;
  }

  readlink(_node: NodeId): number {
    return -Errno.EINVAL;
  }

  readdir(dir: NodeId, cookie: number, sink: DirEntrySink): number {
    if (dir >= DEVICE) return -Errno.ENOTDIR;
    return listNames(this.#names(dir), cookie, sink, ([name, node]) => ({
      name: encodeText(name),
      node,
      type: typeOf(node),
    }));
  }

  #names(dir: NodeId): (readonly [string, NodeId])[] {
    if (dir === ROOT) return [...ROOT_NAMES];
    if (dir === SHADOWBOX_DIR) return [...SERVICES];
    return (this.#current()?.descriptors() ?? []).map((fd) => [String(fd), DESCRIPTOR + fd] as const);
  }

  read(_node: NodeId, _offset: number, _dst: Uint8Array): number {
    return -Errno.EIO;
  }

  /** The descriptor that a node stands for, -1 if it stands for none. */
  descriptorOf(node: NodeId): number {
    return node >= DESCRIPTOR ? node - DESCRIPTOR : -1;
  }

  /** The device that a node stands for, 0 if it stands for none. */
  deviceOf(node: NodeId): number {
    return node > DEVICE && node < DESCRIPTOR ? node - DEVICE : 0;
  }
}

function typeOf(node: NodeId): FileType {
  if (node >= DESCRIPTOR) return FileType.UNKNOWN;
  return node < DEVICE ? FileType.DIRECTORY : FileType.CHARACTER_DEVICE;
}
