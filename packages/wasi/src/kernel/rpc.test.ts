import { decodeText, Errno, encodeText } from "@shadowbox/vfs";
import { beforeEach, describe, expect, it } from "vitest";
import { freshGuest, make, process } from "../preview1/testing/guest.ts";
import { OpenFlags } from "./layout.ts";
import { ProcessExit } from "./process.ts";
import { Op, RPC_LIMIT } from "./rpc-wire.ts";
import { AT_CWD } from "./walker.ts";

let fd: number;

function renew(): void {
  freshGuest();
  fd = process.paths.open(AT_CWD, encodeText("/dev/shadowbox/rpc"), OpenFlags.READ | OpenFlags.WRITE);
}
beforeEach(renew);

type Part = number | bigint | string | { u16: number };

/** A message: numbers are u32, bigints u64, strings length and bytes. */
function message(op: number, parts: readonly Part[], version = 1): Uint8Array {
  const bytes: number[] = [];
  const put = (value: bigint, count: number) => {
    for (let i = 0; i < count; i++) bytes.push(Number((value >> BigInt(8 * i)) & 255n));
  };
  for (const part of parts) {
    if (typeof part === "number") put(BigInt(part >>> 0), 4);
    else if (typeof part === "bigint") put(part, 8);
    else if (typeof part === "string") {
      const text = encodeText(part);
      put(BigInt(text.length), 4);
      bytes.push(...text);
    } else put(BigInt(part.u16), 2);
  }
  const body = bytes.splice(0);
  put(BigInt(body.length + 8), 4);
  put(BigInt(version), 2);
  put(BigInt(op), 2);
  return Uint8Array.from([...bytes, ...body]);
}

/** Sends a request; answers errno and payload of the reply. */
function ask(op: number, ...parts: Part[]): { errno: number; payload: DataView } {
  const request = message(op, parts);
  expect(process.io.write(fd, request)).toBe(request.length);
  const reply = new Uint8Array(4096);
  const length = process.io.read(fd, reply);
  const view = new DataView(reply.buffer, 0, length);
  expect(view.getUint32(0, true)).toBe(length);
  expect(view.getUint16(4, true)).toBe(1);
  return { errno: view.getUint16(6, true), payload: new DataView(reply.buffer, 8, length - 8) };
}

describe("/dev/shadowbox/rpc", () => {
  it("says its version", () => {
    const { errno, payload } = ask(Op.HELLO);
    expect([errno, payload.byteLength, payload.getUint16(0, true)]).toEqual([0, 2, 1]);
  });

  it("gives and changes modes, with the type bits", () => {
    expect(ask(Op.CHMOD, "/file", 1, 0o4751).errno).toBe(0);
    const { payload } = ask(Op.STAT, "/link", 1);
    expect(payload.byteLength).toBe(4 * 3 + 8 + 4 + 8 * 7);
    expect(payload.getUint32(0, true).toString(8)).toBe("104751");
    expect(payload.getUint32(4, true)).toBe(1000);
    expect(payload.getBigUint64(72, true)).toBe(10n);
    expect(ask(Op.STAT, "/link", 0).payload.getUint32(0, true) & 0o170000).toBe(0o120000);
    const file = process.paths.open(AT_CWD, encodeText("/file"), OpenFlags.READ);
    expect(ask(Op.FCHMOD, file, 0o600).errno).toBe(0);
    expect(ask(Op.FSTAT, file).payload.getUint32(0, true).toString(8)).toBe("100600");
    expect(ask(Op.STAT, "/none", 1).errno).toBe(Errno.ENOENT);
  });

  it("changes owners, but not those to keep", () => {
    expect(ask(Op.CHOWN, "/file", 1, 0xffffffff, 7).errno).toBe(0);
    const { payload } = ask(Op.STAT, "/file", 1);
    expect([payload.getUint32(4, true), payload.getUint32(8, true)]).toEqual([1000, 7]);
  });

  it("asks for the umask and sets it", () => {
    expect(ask(Op.UMASK, 0o077).payload.getUint32(0, true)).toBe(0o022);
    expect(ask(Op.UMASK, 0xffffffff).payload.getUint32(0, true)).toBe(0o077);
  });

  it("makes pipes and FIFOs, and moves descriptors", () => {
    const { payload } = ask(Op.PIPE);
    const [read, write] = [payload.getUint32(0, true), payload.getUint32(4, true)];
    expect(process.io.write(write, encodeText("through"))).toBe(7);
    expect(ask(Op.DUP2, read, 77).errno).toBe(0);
    const into = new Uint8Array(20);
    expect(decodeText(into.subarray(0, process.io.read(77, into)))).toBe("through");
    expect(ask(Op.MKFIFO, "/fifo", 0o640).errno).toBe(0);
    expect(ask(Op.STAT, "/fifo", 1).payload.getUint32(0, true).toString(8)).toBe("10640");
    expect(ask(Op.DUP2, 200, 1).errno).toBe(Errno.EBADF);
  });

  it("tells who asks, and lists processes", () => {
    expect(ask(Op.GETPID).payload.getUint32(0, true)).toBe(process.pid);
    const { payload } = ask(Op.PS);
    const text = decodeText(new Uint8Array(payload.buffer, payload.byteOffset + 4, payload.byteLength - 4));
    expect(text).toContain(`${process.pid}\t0\t${process.pid}\tR\tprog ä\n`);
  });

  it("starts programs and says why it cannot", () => {
    const env = [1, "PATH=/dir:/bin"];
    expect(ask(Op.SPAWN, "none", 1, "none", ...env, "", 0).errno).toBe(Errno.ENOENT);
    make("/dir/text", "no program", 0o755);
    expect(ask(Op.SPAWN, "inner", 1, "inner", ...env, "", 0).errno).toBe(Errno.EACCES);
    process.kernel.commands.set([{ name: "cmd", kind: 0, module: 1, size: 1 }]);
    expect(ask(Op.SPAWN, "cmd", 1, "cmd", ...env, "/none", 0).errno).toBe(Errno.ENOENT);
    expect(ask(Op.SPAWN, "cmd", 1, "cmd", ...env, "", 1, 0, 1, 99).errno).toBe(Errno.EBADF);
    const { errno, payload } = ask(Op.SPAWN, "cmd", 2, "cmd", "x", ...env, "/dir", 2, 0, 0, 0, 1, 1, 1);
    expect(errno).toBe(0);
    const pid = payload.getUint32(0, true);
    expect(ask(Op.WAIT, pid, 1).payload.getUint32(0, true)).toBe(0);
    const slot = process.kernel.processes.find(pid);
    expect(decodeText(process.kernel.directoryPath(slot))).toBe("/dir");
    expect(process.kernel.finish(slot, 3)).toBe(true);
    const ended = ask(Op.WAIT, 0xffffffff, 0).payload;
    expect([ended.getUint32(0, true), ended.getUint32(4, true)]).toEqual([pid, 3]);
    expect(ask(Op.WAIT, 0xffffffff, 0).errno).toBe(Errno.ECHILD);
    expect(ask(Op.KILL, pid, 9).errno).toBe(Errno.ESRCH);
  });

  it("refuses what is malformed, and goes on", () => {
    expect(ask(99).errno).toBe(Errno.ENOSYS);
    expect(ask(Op.UMASK).errno).toBe(Errno.EINVAL);
    expect(ask(Op.GETPID, 1).errno).toBe(Errno.EINVAL);
    expect(ask(Op.SPAWN, "x", 0x7fffffff).errno).toBe(Errno.EINVAL);
    const newer = message(Op.HELLO, [], 2);
    process.io.write(fd, newer);
    const reply = new Uint8Array(8);
    process.io.read(fd, reply);
    expect(reply[6]).toBe(Errno.ENOTSUP);
    const request = message(Op.HELLO, []);
    expect(process.io.write(fd, request.subarray(0, 5))).toBe(-Errno.EINVAL);
    expect(process.io.write(fd, new Uint8Array(1024 * 1024 + 1))).toBe(-Errno.E2BIG);
    expect(process.io.write(fd, request)).toBe(8);
    expect(process.io.write(fd, request)).toBe(-Errno.EINVAL);
    expect(process.io.read(fd, reply.subarray(0, 3))).toBe(3);
    expect(process.io.read(fd, new Uint8Array(100))).toBe(7);
  });

  it("answers 20,000 requests with changed bytes by one whole reply each", () => {
    const random = numbers(5);
    const reply = new Uint8Array(RPC_LIMIT);
    let answered = 0;
    for (let round = 0; round < 20_000; round++) {
      const bytes = changed(REQUESTS[random(REQUESTS.length)] as Uint8Array, random);
      try {
        const taken = process.io.write(fd, bytes);
        // What is not a whole request is none.
        if (taken === -Errno.EINVAL) continue;
        if (taken !== bytes.length) throw new ProcessExit(0);
        const length = process.io.read(fd, reply);
        const view = new DataView(reply.buffer);
        expect([view.getUint32(0, true), view.getUint16(4, true)]).toEqual([length, 1]);
        if (view.getUint16(6, true) !== 0) expect(length).toBe(8);
        answered++;
      } catch (error) {
        // It closed the device, or ended itself.
        if (!(error instanceof ProcessExit)) throw error;
        renew();
      }
    }
    expect(answered).toBeGreaterThan(5000);
  }, 60_000);
});

/** A request of each operation but those that wait or ring. */
const REQUESTS: readonly Uint8Array[] = [
  message(Op.HELLO, []),
  message(Op.STAT, ["/link", 1]),
  message(Op.CHMOD, ["/file", 1, 0o640]),
  message(Op.CHOWN, ["/file", 1, 0xffffffff, 7]),
  message(Op.UMASK, [0o27]),
  message(Op.SPAWN, ["cmd", 2, "cmd", "x", 1, "PATH=/bin", "/dir", 2, 0, 0, 0, 1, 1, 1, 0, 4]),
  message(Op.WAIT, [0xffffffff, 1]),
  message(Op.KILL, [999, 9]),
  message(Op.PIPE, []),
  message(Op.GETPID, []),
  message(Op.TTYSIZE, [1]),
  message(Op.FSTAT, [1]),
  message(Op.FCHMOD, [1, 0o600]),
  message(Op.MKFIFO, ["/fifo", 0o640]),
  message(Op.PS, []),
  message(Op.DUP2, [1, 77]),
  message(Op.OPEN, ["/dir/inner", 1, 0]),
  message(Op.READ, [7, 100]),
  message(Op.WRITE, [7, "text"]),
  message(Op.CLOSE, [7]),
  message(Op.SEEK, [7, 3n, 0]),
  message(Op.READLINK, ["/link"]),
  message(Op.SYMLINK, ["file", "/made"]),
  message(Op.READDIR, [7, 0n]),
  message(Op.SIGNAL, [15, 1]),
  message(Op.SIGNALS, []),
  message(Op.FULL, []),
];

/** Numbers below a bound, the same for one seed. */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** Bytes of it replaced, left out or added; its length mostly said as it is. */
function changed(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  const out = [...bytes];
  for (let change = random(4); change > 0; change--) {
    const at = 8 + random(Math.max(1, out.length - 8));
    const value = [0, 1, 255, 128, random(256)][random(5)] as number;
    const kind = random(6);
    if (kind === 0) out.splice(at, 1);
    else if (kind === 1) out.splice(at, 0, value);
    else if (kind === 2) out[4 + random(4)] = value;
    else out[at] = value;
  }
  const made = Uint8Array.from(out);
  if (random(20) > 0 && made.length >= 8) new DataView(made.buffer).setUint32(0, made.length, true);
  return made;
}
