import { decodeText, Errno, emptyStat, encodeText, FileType, type Stat } from "@shadowbox/vfs";
import { Limit, OpenFlags, Slot } from "./layout.ts";
import { stateLetter } from "./proc-fs.ts";
import type { Process } from "./process.ts";
import { signalOperation } from "./rpc-signals.ts";
import {
  MalformedRequest,
  Op,
  ReplyWriter,
  RequestReader,
  RPC_HEADER,
  RPC_LIMIT,
  RPC_VERSION,
  u32At,
} from "./rpc-wire.ts";
import { Signal } from "./signals.ts";
import type { LaunchFile } from "./spawn.ts";
import { AT_CWD } from "./walker.ts";

const NONE = 0xffffffff;
const NOHANG = 1;
/** How a child's descriptor is given in SPAWN. */
const Given = { NULL: 0, MINE: 1 } as const;

/** A reply that waits to be read. */
interface Reply {
  writer: ReplyWriter;
  bytes: Uint8Array;
  /** How many bytes of it were read. */
  read: number;
}

/** What OPEN may say. */
const OPEN_FLAGS =
  OpenFlags.READ |
  OpenFlags.WRITE |
  OpenFlags.CREATE |
  OpenFlags.EXCLUSIVE |
  OpenFlags.TRUNCATE |
  OpenFlags.APPEND |
  OpenFlags.NOFOLLOW;

/** Bytes of an answer of READDIR, and of a record without its name. */
const DIRECTORY_PAGE = 8192;
const DIRENT = 24;

const DEV_NULL = encodeText("/dev/null");

/**
 * `/dev/shadowbox/rpc`: what preview 1 lacks, as one request written and one reply read. A request is carried out in the
 * calling thread while it is written (so WAIT blocks the write); its reply waits for the next read.
 */
export class RpcDevice {
  readonly #process: Process;
  readonly #stat = emptyStat();
  readonly #replies = new Map<number, Reply>();
  /** The writer of a reply that was read, for the next one. */
  #spare: ReplyWriter | undefined;

  constructor(process: Process) {
    this.#process = process;
  }

  /** Takes one whole request. EINVAL: not one, or a reply is still unread; E2BIG: over 1 MiB. */
  write(file: number, bytes: Uint8Array): number {
    if (bytes.length > RPC_LIMIT) return -Errno.E2BIG;
    if (this.#replies.has(file) || bytes.length < RPC_HEADER) return -Errno.EINVAL;
    if (u32At(bytes, 0) !== bytes.length) return -Errno.EINVAL;
    const writer = this.#spare?.reset() ?? new ReplyWriter();
    this.#spare = undefined;
    this.#replies.set(file, { writer, bytes: this.answer(bytes, writer), read: 0 });
    return bytes.length;
  }

  /** The reply to one whole request, put together by `writer`. */
  answer(bytes: Uint8Array, writer = new ReplyWriter()): Uint8Array {
    const about = u32At(bytes, 4);
    const status = (about & 0xffff) === RPC_VERSION ? this.#run(about >>> 16, bytes, writer) : -Errno.ENOTSUP;
    return writer.finish(status < 0 ? -status : 0);
  }

  /** The reply, or what of it is left; 0 when there is none. */
  read(file: number, into: Uint8Array): number {
    const reply = this.#replies.get(file);
    if (reply === undefined || into.length === 0) return 0;
    const left = reply.bytes.length - reply.read;
    const count = Math.min(left, into.length);
    into.set(
      count === reply.bytes.length ? reply.bytes : reply.bytes.subarray(reply.read, reply.read + count),
    );
    reply.read += count;
    if (count === left) {
      this.#replies.delete(file);
      this.#spare = reply.writer;
    }
    return count;
  }

  #run(op: number, bytes: Uint8Array, reply: ReplyWriter): number {
    const request = new RequestReader(bytes);
    try {
      return (
        this.#files(op, request, reply) ??
        this.#processes(op, request, reply) ??
        this.#descriptors(op, request, reply) ??
        signalOperation(this.#process, op, request, reply) ??
        -Errno.ENOSYS
      );
    } catch (error) {
      if (error instanceof MalformedRequest) return -Errno.EINVAL;
      throw error;
    }
  }

  /** Operations on files; undefined for another one. */
  #files(op: number, request: RequestReader, reply: ReplyWriter): number | undefined {
    const { io, paths } = this.#process;
    switch (op) {
      case Op.STAT: {
        const path = request.string();
        const follow = request.u32() !== 0;
        request.end();
        const status = paths.stat(AT_CWD, path, this.#stat, { follow });
        return status < 0 ? status : writeStat(reply, this.#stat);
      }
      case Op.FSTAT: {
        const fd = request.u32();
        request.end();
        const status = io.stat(fd, this.#stat);
        return status < 0 ? status : writeStat(reply, this.#stat);
      }
      case Op.CHMOD: {
        const path = request.string();
        const follow = request.u32() !== 0;
        const mode = request.u32();
        request.end();
        return paths.setStat(AT_CWD, path, { mode: mode & 0o7777 }, { follow });
      }
      case Op.FCHMOD: {
        const fd = request.u32();
        const mode = request.u32();
        request.end();
        return io.setStat(fd, { mode: mode & 0o7777 });
      }
      case Op.CHOWN:
        return this.#chown(request);
      case Op.MKFIFO: {
        const path = request.string();
        const mode = request.u32();
        request.end();
        return paths.mkfifo(AT_CWD, path, mode);
      }
      case Op.READLINK: {
        const path = request.string();
        request.end();
        const target = paths.readlink(AT_CWD, path);
        if (typeof target === "number") return target;
        reply.string(target);
        return 0;
      }
      case Op.SYMLINK: {
        const target = request.string();
        const path = request.string();
        request.end();
        return paths.symlink(target, AT_CWD, path);
      }
      default:
        return undefined;
    }
  }

  #chown(request: RequestReader): number {
    const path = request.string();
    const follow = request.u32() !== 0;
    const uid = request.u32();
    const gid = request.u32();
    request.end();
    const change = { ...(uid === NONE ? {} : { uid }), ...(gid === NONE ? {} : { gid }) };
    return this.#process.paths.setStat(AT_CWD, path, change, { follow });
  }

  /** Operations on processes and descriptors; undefined for another one. */
  #processes(op: number, request: RequestReader, reply: ReplyWriter): number | undefined {
    const process = this.#process;
    switch (op) {
      case Op.HELLO:
        request.end();
        reply.u16(RPC_VERSION);
        return 0;
      case Op.UMASK: {
        const mask = request.u32();
        request.end();
        reply.u32(process.umask(mask === NONE ? undefined : mask));
        return 0;
      }
      case Op.SPAWN:
        return this.#spawn(request, reply);
      case Op.WAIT:
        return this.#wait(request, reply);
      case Op.PIPE: {
        request.end();
        const pipe = process.pipe();
        if (typeof pipe === "number") return pipe;
        reply.u32(pipe.readEnd).u32(pipe.writeEnd);
        return 0;
      }
      case Op.GETPID:
        request.end();
        reply.u32(process.pid).u32(process.ppid).u32(process.pgid);
        return 0;
      case Op.TTYSIZE: {
        const fd = request.u32();
        request.end();
        if (process.file(fd) < 0) return process.file(fd);
        const size = process.io.isatty(fd) ? process.terminalSize() : undefined;
        reply
          .u32(process.io.isatty(fd) ? 1 : 0)
          .u32(size?.columns ?? 0)
          .u32(size?.rows ?? 0);
        return 0;
      }
      case Op.FULL:
        request.end();
        process.kernel.memory.noteLimit(Limit.FILES);
        return 0;
      case Op.PS:
        request.end();
        reply.string(encodeText(this.#table()));
        return 0;
      case Op.DUP2: {
        const from = request.u32();
        const to = request.u32();
        request.end();
        return Math.min(process.dup2(from, to), 0);
      }
      default:
        return undefined;
    }
  }

  /** Operations on what the program itself cannot open; none of them waits (EAGAIN). Undefined for another operation. */
  #descriptors(op: number, request: RequestReader, reply: ReplyWriter): number | undefined {
    const { io, paths } = this.#process;
    switch (op) {
      case Op.OPEN: {
        const path = request.string();
        const flags = request.u32();
        const mode = request.u32();
        request.end();
        const fd = paths.open(AT_CWD, path, (flags & OPEN_FLAGS) | OpenFlags.NONBLOCK, mode);
        if (fd >= 0) reply.u32(fd);
        return Math.min(fd, 0);
      }
      case Op.READ: {
        const fd = request.u32();
        const into = new Uint8Array(Math.min(request.u32(), RPC_LIMIT - 64));
        request.end();
        const count = io.readNow(fd, into);
        if (count >= 0) reply.string(into.subarray(0, count));
        return Math.min(count, 0);
      }
      case Op.WRITE: {
        const fd = request.u32();
        const bytes = request.string();
        request.end();
        const count = io.writeNow(fd, bytes);
        if (count === -Errno.EPIPE) this.#process.raise(Signal.PIPE);
        if (count >= 0) reply.u32(count);
        return Math.min(count, 0);
      }
      case Op.READDIR:
        return this.#readdir(request, reply);
      case Op.CLOSE: {
        const fd = request.u32();
        request.end();
        return this.#process.close(fd);
      }
      case Op.SEEK: {
        const fd = request.u32();
        const offset = Number(BigInt.asIntN(64, request.u64()));
        const whence = request.u32();
        request.end();
        if (whence > 2) return -Errno.EINVAL;
        const at = io.seek(fd, offset, whence as 0 | 1 | 2);
        if (at >= 0) reply.u64(at);
        return Math.min(at, 0);
      }
      default:
        return undefined;
    }
  }

  /** Whole records of `fd_readdir`, as many as fit a page. */
  #readdir(request: RequestReader, reply: ReplyWriter): number {
    const fd = request.u32();
    const cookie = Number(request.u64());
    request.end();
    const records = new Uint8Array(DIRECTORY_PAGE);
    const view = new DataView(records.buffer);
    let at = 0;
    const status = this.#process.io.readdir(fd, cookie, (name, ino, type, next) => {
      if (at + DIRENT + name.length > records.length) return false;
      view.setBigUint64(at, BigInt(next), true);
      view.setBigUint64(at + 8, BigInt(ino), true);
      view.setUint32(at + 16, name.length, true);
      view.setUint8(at + 20, type === FileType.FIFO ? FileType.UNKNOWN : type);
      records.set(name, at + DIRENT);
      at += DIRENT + name.length;
      return true;
    });
    if (status >= 0) reply.string(records.subarray(0, at));
    return Math.min(status, 0);
  }

  #spawn(request: RequestReader, reply: ReplyWriter): number {
    const path = request.string();
    const argv = request.list(() => request.string());
    const env = request.list(() => request.string());
    const cwd = request.string();
    const given = request.list(() => ({ fd: request.u32(), kind: request.u32(), mine: request.u32() }));
    const group = request.more() ? request.u32() : NONE;
    const reset = request.more() ? request.u32() : 0;
    request.end();
    const files: LaunchFile[] = [];
    const opened: number[] = [];
    let status = 0;
    for (const { fd, kind, mine } of given) {
      const own =
        kind === Given.NULL
          ? this.#process.paths.open(AT_CWD, DEV_NULL, OpenFlags.READ | OpenFlags.WRITE)
          : mine;
      const file = kind > Given.MINE || fd >= 256 ? -Errno.EINVAL : this.#process.fileNumber(own);
      if (kind === Given.NULL && own >= 0) opened.push(own);
      if (file < 0) status = file;
      else files.push({ fd, file });
    }
    if (status === 0) {
      status = this.#process.children.spawn({
        path,
        argv,
        env,
        cwd: cwd.length === 0 ? undefined : cwd,
        ...{ files, reset },
        group: group === NONE ? undefined : group,
        shellFallback: true,
      });
      if (status >= 0) reply.u32(status);
    }
    for (const fd of opened) this.#process.close(fd);
    return Math.min(status, 0);
  }

  #wait(request: RequestReader, reply: ReplyWriter): number {
    const pid = request.u32();
    const flags = request.u32();
    request.end();
    const ended = this.#process.children.wait(pid === NONE ? -1 : pid | 0, (flags & NOHANG) !== 0);
    if (typeof ended === "number") return ended;
    reply.u32(ended?.pid ?? 0).u32(ended?.status ?? 0);
    return 0;
  }

  /** One line per process: pid, ppid, pgid, state, command line, separated by tabs. */
  #table(): string {
    const { kernel } = this.#process;
    const { i32 } = kernel.memory;
    const lines: string[] = [];
    for (const slot of kernel.processes.used()) {
      const { argv } = kernel.argumentsOf(slot);
      const command = argv.map((word) => decodeText(word)).join(" ");
      const ids = [i32[slot + Slot.PID], i32[slot + Slot.PPID], i32[slot + Slot.PGID]];
      lines.push(`${ids.join("\t")}\t${stateLetter(i32, slot)}\t${command.replaceAll(/[\n\t]/g, " ")}\n`);
    }
    return lines.join("");
  }
}

const TYPE_BITS: ReadonlyMap<number, number> = new Map([
  [FileType.UNKNOWN, 0o010000],
  [FileType.BLOCK_DEVICE, 0o060000],
  [FileType.CHARACTER_DEVICE, 0o020000],
  [FileType.DIRECTORY, 0o040000],
  [FileType.REGULAR, 0o100000],
  [FileType.SOCKET, 0o140000],
  [FileType.SYMLINK, 0o120000],
  [FileType.FIFO, 0o010000],
]);

/** `st_mode`: permission bits with those of the file type. */
export function statMode(stat: Stat): number {
  return (TYPE_BITS.get(stat.type) ?? 0) | stat.mode;
}

function writeStat(reply: ReplyWriter, stat: Stat): number {
  reply.u32(statMode(stat)).u32(stat.uid).u32(stat.gid).u64(stat.ino).u32(stat.nlink);
  reply.u64(stat.dev).u64(stat.rdev).u64(stat.blocks);
  reply.u64(stat.atimeNs).u64(stat.mtimeNs).u64(stat.ctimeNs).u64(stat.size);
  return 0;
}
