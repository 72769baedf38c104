import { Errno, encodeText } from "@shadowbox/vfs";
import { beforeEach, describe, expect, it } from "vitest";
import { Slot } from "../kernel/layout.ts";
import { ProcessExit } from "../kernel/process.ts";
import { AT_CWD } from "../kernel/walker.ts";
import {
  AT,
  freshGuest,
  make,
  memory,
  open,
  process,
  put,
  READ,
  text,
  u8,
  u32,
  vector,
  view,
  WRITE,
  wasi,
} from "./testing/guest.ts";

beforeEach(freshGuest);

describe("args and environ", () => {
  it("gives sizes in bytes and strings with their NULs", () => {
    expect(wasi.args_sizes_get(0, 4)).toBe(0);
    expect([u32(0), u32(4)]).toEqual([2, 5 + 3]);
    expect(wasi.args_get(64, 128)).toBe(0);
    expect([u32(64), u32(68)]).toEqual([128, 133]);
    expect(text(128, 8)).toBe("prog\0ä\0");
    expect(wasi.environ_sizes_get(0, 4)).toBe(0);
    expect([u32(0), u32(4)]).toEqual([2, 4 + 7]);
    expect(wasi.environ_get(64, 128)).toBe(0);
    expect(text(128, 11)).toBe("A=1\0EMPTY=\0");
  });
});

describe("descriptors", () => {
  it("has the root as its one preopened directory", () => {
    expect(wasi.fd_prestat_get(3, AT.result)).toBe(0);
    expect([u32(), u32(AT.result + 4)]).toEqual([0, 1]);
    expect(wasi.fd_prestat_dir_name(3, AT.buffer, 1)).toBe(0);
    expect(text(AT.buffer, 1)).toBe("/");
  });

  it("reads and writes through vectors, moving the offset", () => {
    const fd = open("file", READ | WRITE);
    vector(AT.buffer, 3);
    vector(AT.buffer + 100, 4, 1);
    expect(wasi.fd_read(fd, AT.vectors, 2, AT.result)).toBe(0);
    expect(u32()).toBe(7);
    expect(text(AT.buffer, 3) + text(AT.buffer + 100, 4)).toBe("0123456");
    put("abc", AT.buffer);
    vector(AT.buffer, 1);
    vector(AT.buffer + 1, 2, 1);
    expect(wasi.fd_write(fd, AT.vectors, 2, AT.result)).toBe(0);
    expect(wasi.fd_tell(fd, AT.result)).toBe(0);
    expect(u32()).toBe(10);
    expect(wasi.fd_seek(fd, -3n, 2, AT.result)).toBe(0);
    expect(u32()).toBe(7);
    vector(AT.buffer, 50);
    expect(wasi.fd_pread(fd, AT.vectors, 1, 6n, AT.result)).toBe(0);
    expect(text(AT.buffer, u32())).toBe("6abc");
    expect(wasi.fd_tell(fd, AT.result)).toBe(0);
    expect(u32()).toBe(7);
  });

  it("appends whatever the offset is", () => {
    const fd = open("file", READ | WRITE, 0, 1);
    vector(...put("!", AT.buffer));
    expect(wasi.fd_write(fd, AT.vectors, 1, AT.result)).toBe(0);
    expect(wasi.fd_filestat_get(fd, AT.buffer)).toBe(0);
    expect(u32(AT.buffer + 32)).toBe(11);
    expect(wasi.fd_fdstat_set_flags(fd, 0)).toBe(0);
    expect(wasi.fd_fdstat_get(fd, AT.buffer)).toBe(0);
    expect(view().getUint16(AT.buffer + 2, true)).toBe(0);
  });

  it("keeps an unlinked file readable while it is open", () => {
    const fd = open("file");
    expect(wasi.path_unlink_file(3, ...put("file"))).toBe(0);
    vector(AT.buffer, 4);
    expect(wasi.fd_read(fd, AT.vectors, 1, AT.result)).toBe(0);
    expect(text(AT.buffer, 4)).toBe("0123");
    expect(open("file")).toBe(-Errno.ENOENT);
  });

  it("shows a pipe as no terminal, and what cannot seek", () => {
    expect(wasi.fd_fdstat_get(0, AT.buffer)).toBe(0);
    expect(u8()[AT.buffer]).toBe(0);
    expect(u32(AT.buffer + 8) & ((1 << 2) | (1 << 5))).toBe(0);
    const fd = open("dev/null");
    expect(wasi.fd_fdstat_get(fd, AT.buffer)).toBe(0);
    expect(u8()[AT.buffer]).toBe(2);
    expect(u32(AT.buffer + 8) & (1 << 2)).not.toBe(0);
  });

  it("lists a directory in pieces, with cookies that go on where they should", () => {
    for (let i = 0; i < 20; i++) make(`/dir/f${i}`, "");
    const fd = open("dir", READ, 2);
    const seen: string[] = [];
    let cookie = 0n;
    for (let round = 0; round < 50; round++) {
      expect(wasi.fd_readdir(fd, AT.buffer, 64, cookie, AT.result)).toBe(0);
      const used = u32();
      if (used === 0) break;
      const length = view().getUint32(AT.buffer + 16, true);
      if (24 + length > used) throw new Error("entry does not fit");
      seen.push(text(AT.buffer + 24, length));
      cookie = view().getBigUint64(AT.buffer, true);
      if (round === 10) process.paths.unlink(AT_CWD, encodeText("/dir/f0"));
    }
    expect(seen.slice(0, 2)).toEqual([".", ".."]);
    expect(new Set(seen).size).toBe(seen.length);
    expect(seen).toContain("f19");
  });

  it("renumbers", () => {
    const [from, to] = [open("file"), open("dir/inner")];
    expect(wasi.fd_renumber(from, to)).toBe(0);
    vector(AT.buffer, 4);
    expect(wasi.fd_read(to, AT.vectors, 1, AT.result)).toBe(0);
    expect(text(AT.buffer, u32())).toBe("0123");
    expect(wasi.fd_close(from)).toBe(Errno.EBADF);
  });

  it("gives up rights, and does not get them back", () => {
    const fd = open("file", READ | WRITE);
    expect(wasi.fd_fdstat_set_rights(fd, READ, 0n)).toBe(0);
    expect(wasi.fd_fdstat_get(fd, AT.buffer)).toBe(0);
    expect(u32(AT.buffer + 8)).toBe(Number(READ));
    expect(wasi.fd_fdstat_set_rights(fd, READ | WRITE, 0n)).toBe(Errno.ENOTCAPABLE);
  });
});

describe("paths", () => {
  it("tells mode and blocks in a filestat's padding to who asks, and zeros to others", () => {
    const padding = () => [...u8().subarray(AT.buffer + 17, AT.buffer + 24)];
    const ask = () => u8().set([0x6d, 0x6f, 0x64], AT.buffer + 17);
    u8().fill(255, AT.buffer, AT.buffer + 64);
    expect(wasi.path_filestat_get(3, 0, ...put("file"), AT.buffer)).toBe(0);
    expect(padding()).toEqual([0, 0, 0, 0, 0, 0, 0]);
    u8()[AT.buffer + 16] = 0;
    ask();
    expect(wasi.path_filestat_get(3, 0, ...put("file"), AT.buffer)).toBe(0);
    expect(u8()[AT.buffer + 16]).toBe(4);
    expect(view().getUint8(AT.buffer + 17)).toBe(1);
    expect(view().getUint16(AT.buffer + 18, true)).toBe(0o100644);
    expect(view().getUint32(AT.buffer + 20, true)).toBeGreaterThan(0);
    const dev = open("dev/null");
    u8()[AT.buffer + 16] = 0;
    ask();
    expect(wasi.fd_filestat_get(dev, AT.buffer)).toBe(0);
    expect(padding()).toEqual([0, 0, 0, 0, 0, 0, 0]);
  });

  it("writes a filestat of 64 bytes", () => {
    expect(wasi.path_filestat_get(3, 1, ...put("link"), AT.buffer)).toBe(0);
    expect(u8()[AT.buffer + 16]).toBe(4);
    expect(u32(AT.buffer + 32)).toBe(10);
    expect(wasi.path_filestat_get(3, 0, ...put("link"), AT.buffer)).toBe(0);
    expect(u8()[AT.buffer + 16]).toBe(7);
  });

  it("sets times to the nanosecond", () => {
    const time = 1_700_000_000_123_456_789n;
    expect(wasi.path_filestat_set_times(3, 1, ...put("file"), 5n, time, 1 | 4)).toBe(0);
    expect(wasi.path_filestat_get(3, 1, ...put("file"), AT.buffer)).toBe(0);
    expect(view().getBigUint64(AT.buffer + 40, true)).toBe(5n);
    expect(view().getBigUint64(AT.buffer + 48, true)).toBe(time);
  });

  it("reads a link, cut off where the buffer ends", () => {
    expect(wasi.path_readlink(3, ...put("link"), AT.buffer, 2, AT.result)).toBe(0);
    expect([u32(), text(AT.buffer, 2)]).toEqual([2, "fi"]);
  });

  it("renames and links files and directories", () => {
    expect(wasi.path_rename(3, ...put("dir"), 3, ...put("moved", AT.path2))).toBe(0);
    expect(open("moved/inner")).toBeGreaterThan(0);
    expect(wasi.path_link(3, 0, ...put("file"), 3, ...put("moved/second", AT.path2))).toBe(0);
    expect(wasi.path_filestat_get(3, 0, ...put("file"), AT.buffer)).toBe(0);
    expect(u32(AT.buffer + 24)).toBe(2);
  });

  it("opens from a directory descriptor and does not leave it", () => {
    const dir = open("dir", READ, 2);
    expect(open("inner", READ, 0, 0, dir)).toBeGreaterThan(dir);
    expect(open("../dir/inner", READ, 0, 0, dir)).toBe(-Errno.EPERM);
    expect(open("../../file", READ, 0, 0, 3)).toBeGreaterThan(0);
  });

  it("makes files by the umask", () => {
    expect(open("new", WRITE, 1)).toBeGreaterThan(0);
    expect(wasi.path_create_directory(3, ...put("newdir"))).toBe(0);
    const { i32 } = process.kernel.memory;
    i32[process.slot + Slot.UMASK] = 0o077;
    expect(open("private", WRITE, 1)).toBeGreaterThan(0);
    const fs = process.kernel.namespace.root.fs;
    const modes = ["new", "newdir", "private"].map((name) => {
      const stat = { mode: 0 };
      fs.stat(fs.lookup(fs.root, encodeText(name)), stat as never);
      return stat.mode.toString(8);
    });
    expect(modes).toEqual(["644", "755", "600"]);
  });
});

describe("time, chance and signals", () => {
  it("reads clocks that go on", () => {
    expect(wasi.clock_time_get(1, 0n, AT.result)).toBe(0);
    const first = view().getBigUint64(AT.result, true);
    expect(wasi.clock_time_get(1, 0n, AT.result)).toBe(0);
    expect(view().getBigUint64(AT.result, true)).toBeGreaterThanOrEqual(first);
    expect(wasi.clock_time_get(0, 0n, AT.result)).toBe(0);
    expect(Number(view().getBigUint64(AT.result, true) / 1_000_000n)).toBeCloseTo(Date.now(), -3);
    for (const id of [0, 1, 2, 3]) expect(wasi.clock_res_get(id, AT.result)).toBe(0);
  });

  it("fills any length with random bytes", () => {
    memory.grow(4);
    expect(wasi.random_get(0, 200_000)).toBe(0);
    for (const at of [0, 65_536, 131_072, 199_000])
      expect(
        u8()
          .slice(at, at + 64)
          .some((byte) => byte !== 0),
      ).toBe(true);
  });

  it("sleeps as long as a clock subscription says, and reports it", () => {
    subscribe(0, 7n, 0, { clock: 1, timeout: 30_000_000n });
    const from = performance.now();
    expect(wasi.poll_oneoff(AT.buffer, AT.path, 1, AT.result)).toBe(0);
    expect(performance.now() - from).toBeGreaterThanOrEqual(29);
    expect(u32()).toBe(1);
    expect(view().getBigUint64(AT.path, true)).toBe(7n);
  });

  it("reports input that waits before the clock, and a hang-up", () => {
    vector(...put("hi", AT.path2));
    expect(wasi.fd_write(5, AT.vectors, 1, AT.result)).toBe(0);
    subscribe(0, 1n, 1, { fd: 0 });
    subscribe(1, 2n, 0, { clock: 1, timeout: 10_000_000_000n });
    expect(wasi.poll_oneoff(AT.buffer, AT.path, 2, AT.result)).toBe(0);
    expect(u32()).toBe(1);
    expect(view().getBigUint64(AT.path + 16, true)).toBe(2n);
    expect(view().getUint16(AT.path + 24, true)).toBe(0);
    process.kernel.files.release(process.fileNumber(5));
    expect(wasi.fd_close(5)).toBe(0);
  });

  it("waits for no descriptor that is not open", () => {
    subscribe(0, 1n, 0, { clock: 1, timeout: 10_000_000_000n });
    subscribe(1, 2n, 1, { fd: 99 });
    expect(wasi.poll_oneoff(AT.buffer, AT.path, 2, AT.result)).toBe(8);
  });

  it("ends by proc_exit and by a signal that it raises", () => {
    expect(statusOf(() => wasi.proc_exit(300))).toBe(44);
    process.kernel.memory.i32[process.slot + Slot.RUN] = 0;
    expect(wasi.proc_raise(16)).toBe(0);
    expect(statusOf(() => wasi.proc_raise(6))).toBe(256 + 6);
  });

  it("ends by SIGPIPE when nobody reads", () => {
    process.kernel.memory.i32[process.slot + Slot.FDS + 4] = 0;
    const pipe = process.pipe();
    if (typeof pipe === "number") throw new Error("no pipe");
    process.close(pipe.readEnd);
    vector(AT.buffer, 1);
    expect(statusOf(() => wasi.fd_write(pipe.writeEnd, AT.vectors, 1, AT.result))).toBe(256 + 13);
    process.kernel.memory.i32[process.slot + Slot.RUN] = 0;
    process.setSignal(13, "ignore");
    expect(wasi.fd_write(pipe.writeEnd, AT.vectors, 1, AT.result)).toBe(Errno.EPIPE);
  });
});

function subscribe(
  index: number,
  userdata: bigint,
  tag: number,
  what: { clock?: number; timeout?: bigint; fd?: number; absolute?: boolean },
): void {
  const at = AT.buffer + index * 48;
  u8().fill(0, at, at + 48);
  view().setBigUint64(at, userdata, true);
  view().setUint8(at + 8, tag);
  view().setUint32(at + 16, what.clock ?? what.fd ?? 0, true);
  if (what.timeout !== undefined) view().setBigUint64(at + 24, what.timeout, true);
}

/** The status with which a call ends the process. */
function statusOf(call: () => unknown): number {
  try {
    call();
  } catch (error) {
    if (error instanceof ProcessExit) return error.status;
    throw error;
  }
  throw new Error("the process goes on");
}
