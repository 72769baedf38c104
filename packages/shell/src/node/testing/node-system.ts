import { type ChildProcess, spawn } from "node:child_process";
import { randomFillSync } from "node:crypto";
import fs from "node:fs";
import os from "node:os";
import tty from "node:tty";
import v8 from "node:v8";
import { Errno } from "@shadowbox/vfs";
import {
  type DirEntry,
  type FileStat,
  OpenFlag,
  type Pipe,
  type SpawnRequest,
  type System,
  type WaitResult,
} from "../../system.ts";
import { attempt, errnoOf, type OpenFile, pause, realPipe, scratchFile } from "./node-files.ts";

const SIGNALS = os.constants.signals as unknown as Record<string, number>;

/** How the test double starts another shell: argv before the state file. */
export interface NodeSystemOptions {
  forkCommand: readonly string[];
  /** Host descriptors for 0, 1 and 2; its own if absent. */
  stdio?: readonly [number, number, number];
}

/**
 * A test double of the machine over the host's own: node:fs for files, child processes for programs, waited for through
 * /proc. Linux only, for the tests and conformance runs of this package; never part of the product.
 */
export class NodeSystem implements System {
  readonly pid = process.pid;
  readonly ppid = process.ppid;
  readonly user = {
    name: os.userInfo().username,
    uid: process.getuid?.() ?? 0,
    gid: process.getgid?.() ?? 0,
    home: os.userInfo().homedir,
  };
  readonly hostname = os.hostname();
  readonly #fds = new Map<number, { file: OpenFile; cloexec: boolean }>();
  readonly #children = new Map<number, ChildProcess | undefined>();
  /** What {@link WaitResult} will say of each. */
  readonly #met = new Map<number, number>();
  readonly #options: NodeSystemOptions;
  #pending = 0;
  #inbox = `/tmp/sbx-sig-${process.pid}`;
  #caught = new Set<number>();
  #lastLook = 0;

  constructor(options: NodeSystemOptions) {
    this.#options = options;
    const extra = (process.env.__SBX_FDS ?? "").split(",").filter(Boolean).map(Number);
    delete process.env.__SBX_FDS;
    for (const fd of [0, 1, 2, ...extra])
      this.#fds.set(fd, {
        file: { real: options.stdio?.[fd] ?? fd, refs: 1, ahead: undefined },
        cloexec: false,
      });
    process.on("exit", () => {
      fs.rmSync(this.#inbox, { force: true });
      for (const signal of this.#caught) fs.rmSync(`${this.#inbox}.${signal}`, { force: true });
    });
  }

  #file(fd: number): OpenFile | undefined {
    return this.#fds.get(fd)?.file;
  }

  #install(real: number, least = 0): number {
    let fd = least;
    while (this.#fds.has(fd)) fd++;
    this.#fds.set(fd, { file: { real, refs: 1, ahead: undefined }, cloexec: false });
    return fd;
  }

  open(path: string, flags: number, mode: number): number {
    const c = fs.constants;
    let bits = flags & OpenFlag.WRITE ? (flags & OpenFlag.READ ? c.O_RDWR : c.O_WRONLY) : c.O_RDONLY;
    if (flags & OpenFlag.CREATE) bits |= c.O_CREAT;
    if (flags & OpenFlag.EXCLUSIVE) bits |= c.O_EXCL;
    if (flags & OpenFlag.TRUNCATE) bits |= c.O_TRUNC;
    if (flags & OpenFlag.APPEND) bits |= c.O_APPEND;
    if (flags & OpenFlag.DIRECTORY) bits |= c.O_DIRECTORY;
    return attempt(() => this.#install(fs.openSync(path, bits, mode)));
  }

  close(fd: number): number {
    const entry = this.#fds.get(fd);
    if (!entry) return -Errno.EBADF;
    this.#fds.delete(fd);
    if (--entry.file.refs === 0) attempt(() => fs.closeSync(entry.file.real));
    return 0;
  }

  read(fd: number, into: Uint8Array): number {
    const file = this.#file(fd);
    if (!file) return -Errno.EBADF;
    if (file.ahead) {
      const count = Math.min(into.length, file.ahead.length);
      into.set(file.ahead.subarray(0, count));
      file.ahead = count < file.ahead.length ? file.ahead.subarray(count) : undefined;
      return count;
    }
    for (;;) {
      const count = attempt(() => fs.readSync(file.real, into));
      if (count !== -Errno.EAGAIN) return count;
      pause(1);
    }
  }

  write(fd: number, bytes: Uint8Array): number {
    const file = this.#file(fd);
    if (!file) return -Errno.EBADF;
    let done = 0;
    while (done < bytes.length) {
      const count = attempt(() => fs.writeSync(file.real, bytes, done));
      if (count === -Errno.EAGAIN) pause(1);
      else if (count < 0) return count;
      else done += count;
    }
    return done;
  }

  /** Node has no lseek. */
  seek(fd: number): number {
    return this.#file(fd) ? -Errno.ESPIPE : -Errno.EBADF;
  }

  /** A file is looked at first, by pread at the offset that /proc tells; anything else gives its bytes one by one. */
  readUntil(fd: number, into: Uint8Array, delimiter: number): number {
    const file = this.#file(fd);
    if (!file) return -Errno.EBADF;
    if (file.ahead || !fs.fstatSync(file.real).isFile()) return this.read(fd, into.subarray(0, 1));
    const info = fs.readFileSync(`/proc/self/fdinfo/${file.real}`, "utf8");
    const offset = Number(/pos:\s*(\d+)/.exec(info)?.[1] ?? 0);
    const count = attempt(() => fs.readSync(file.real, into, 0, into.length, offset));
    if (count <= 0) return count;
    const found = into.subarray(0, count).indexOf(delimiter);
    return this.read(fd, into.subarray(0, found < 0 ? count : found + 1));
  }

  dup(fd: number, least: number): number {
    const entry = this.#fds.get(fd);
    if (!entry) return -Errno.EBADF;
    let free = least;
    while (this.#fds.has(free)) free++;
    entry.file.refs++;
    this.#fds.set(free, { file: entry.file, cloexec: false });
    return free;
  }

  dup2(from: number, to: number): number {
    const entry = this.#fds.get(from);
    if (!entry) return -Errno.EBADF;
    if (from === to) return to;
    this.close(to);
    entry.file.refs++;
    this.#fds.set(to, { file: entry.file, cloexec: false });
    return to;
  }

  setCloseOnExec(fd: number, on: boolean): number {
    const entry = this.#fds.get(fd);
    if (!entry) return -Errno.EBADF;
    entry.cloexec = on;
    return 0;
  }

  fdExists(fd: number): boolean {
    return this.#fds.has(fd);
  }

  isatty(fd: number): boolean {
    const file = this.#file(fd);
    return file !== undefined && tty.isatty(file.real);
  }

  pollRead(fd: number, timeoutMs: number): boolean {
    const file = this.#file(fd);
    if (!file || file.ahead) return true;
    const stat = fs.fstatSync(file.real);
    if (stat.isFile()) return true;
    const probe = attempt(() =>
      fs.openSync(`/proc/self/fd/${file.real}`, fs.constants.O_RDONLY | fs.constants.O_NONBLOCK),
    );
    if (probe < 0) return true;
    const end = performance.now() + timeoutMs;
    try {
      for (;;) {
        const byte = new Uint8Array(1);
        const count = attempt(() => fs.readSync(probe, byte));
        if (count === 1) file.ahead = byte;
        if (count !== -Errno.EAGAIN) return true;
        if (performance.now() >= end) return false;
        pause(2);
      }
    } finally {
      fs.closeSync(probe);
    }
  }

  pipe(): Pipe | number {
    const [reader, writer] = realPipe();
    return { readEnd: this.#install(reader), writeEnd: this.#install(writer) };
  }

  capture(): Pipe | number {
    const name = scratchFile();
    const writer = fs.openSync(name, "a");
    const reader = fs.openSync(name, "r");
    fs.unlinkSync(name);
    return { readEnd: this.#install(reader), writeEnd: this.#install(writer) };
  }

  stat(path: string, followLinks: boolean): FileStat | number {
    try {
      const s = followLinks ? fs.statSync(path, { bigint: true }) : fs.lstatSync(path, { bigint: true });
      const number = (name: "dev" | "ino" | "mode" | "nlink" | "uid" | "gid" | "size" | "rdev") =>
        Number(s[name]);
      return {
        dev: number("dev"),
        ino: number("ino"),
        mode: number("mode"),
        nlink: number("nlink"),
        uid: number("uid"),
        gid: number("gid"),
        size: number("size"),
        rdev: number("rdev"),
        atimeNs: s.atimeNs,
        mtimeNs: s.mtimeNs,
        ctimeNs: s.ctimeNs,
      };
    } catch (error) {
      return errnoOf(error);
    }
  }

  access(path: string, bits: number): number {
    return attempt(() => {
      fs.accessSync(path, bits);
      return 0;
    });
  }

  readdir(path: string): DirEntry[] | number {
    return attempt(() =>
      fs.readdirSync(path, { withFileTypes: true }).map((entry): DirEntry => {
        if (entry.isDirectory()) return { name: entry.name, kind: "directory" };
        if (entry.isSymbolicLink()) return { name: entry.name, kind: "symlink" };
        return { name: entry.name, kind: entry.isFile() ? "file" : entry.isFIFO() ? "fifo" : "other" };
      }),
    );
  }

  readlink(path: string): string | number {
    return attempt(() => fs.readlinkSync(path));
  }

  getcwd(): string {
    try {
      return process.cwd();
    } catch {
      return "";
    }
  }

  chdir(path: string): number {
    return attempt(() => {
      process.chdir(path);
      return 0;
    });
  }

  umask(mask?: number): number {
    return mask === undefined ? process.umask() : process.umask(mask);
  }

  #stdio(all: boolean): { stdio: (number | "ignore")[]; passed: number[] } {
    const passed = [...this.#fds].filter(([, entry]) => all || !entry.cloexec).map(([fd]) => fd);
    const stdio = Array.from({ length: Math.max(2, ...passed) + 1 }, (_, fd) =>
      passed.includes(fd) ? (this.#file(fd) as OpenFile).real : ("ignore" as const),
    );
    return { stdio, passed: passed.filter((fd) => fd > 2) };
  }

  #start(path: string, argv: readonly string[], env: readonly string[], all: boolean): number {
    const { stdio, passed } = this.#stdio(all);
    const variables: Record<string, string> = {};
    for (const pair of env) variables[pair.slice(0, pair.indexOf("="))] = pair.slice(pair.indexOf("=") + 1);
    if (passed.length) variables.__SBX_FDS = passed.join(",");
    try {
      const child = spawn(path, argv.slice(1), { argv0: argv[0] ?? path, env: variables, stdio });
      child.on("error", () => {});
      if (child.pid === undefined) return -Errno.E2BIG;
      this.#children.set(child.pid, child);
      return child.pid;
    } catch (error) {
      return errnoOf(error);
    }
  }

  spawn(request: SpawnRequest): number {
    const stat = attempt(() => fs.statSync(request.path));
    if (typeof stat === "number") return stat;
    const allowed = this.access(request.path, 1);
    if (allowed < 0 || stat.isDirectory()) return -Errno.EACCES;
    const head = attempt(() => fs.readFileSync(request.path).subarray(0, 4));
    if (
      typeof head !== "number" &&
      head.toString("latin1", 0, 2) !== "#!" &&
      head.toString("latin1") !== "\x7fELF"
    )
      return -Errno.ENOEXEC;
    return this.#start(request.path, request.argv, request.env, false);
  }

  fork(state: unknown): number {
    const file = `/tmp/sbx-state-${process.pid}-${Math.random()}`;
    fs.writeFileSync(file, v8.serialize(state));
    const env = Object.entries(process.env).map(([name, value]) => `${name}=${value}`);
    const argv = [...this.#options.forkCommand, file];
    return this.#start(argv[0] as string, argv, env, true);
  }

  wait(pid: number, noHang: boolean): WaitResult | undefined | number {
    for (let delay = 0.1; ; delay = Math.min(delay * 1.5, 3)) {
      const wanted = pid < 0 ? [...this.#children.keys()] : this.#children.has(pid) ? [pid] : [];
      if (!wanted.length) return -Errno.ECHILD;
      for (const child of wanted) {
        const status = exitStatus(child);
        if (status === undefined) continue;
        this.#children.delete(child);
        const met = this.#met.get(child) ?? 0;
        this.#met.delete(child);
        return { pid: child, status, met };
      }
      if (noHang) return undefined;
      this.#look(true);
      if (this.#pending) {
        for (const child of wanted) this.#meets(child);
        return -Errno.EINTR;
      }
      pause(delay);
    }
  }

  kill(pid: number, signal: number): number {
    if (pid === this.pid && signal) {
      this.#pending |= 1 << signal;
      return 0;
    }
    if (signal && fs.existsSync(`/tmp/sbx-sig-${pid}.${signal}`)) {
      fs.appendFileSync(`/tmp/sbx-sig-${pid}`, `${signal}\n`);
      return 0;
    }
    return attempt(() => {
      process.kill(pid, signal);
      return 0;
    });
  }

  /** A child got the signals that this shell has got; Linux shows which it catches or ignores, by 1 << (signal - 1). */
  #meets(pid: number): void {
    const status = attempt(() => fs.readFileSync(`/proc/${pid}/status`, "utf8"));
    if (typeof status === "number") return;
    let met = this.#met.get(pid) ?? 0;
    for (const [, mask] of status.matchAll(/^Sig(?:Ign|Cgt):\s*(\w+)$/gm))
      met |= Number(BigInt.asIntN(32, BigInt(`0x${mask}`) << 1n)) & this.#pending;
    this.#met.set(pid, met);
  }

  /** Signals from other shells of the double lie in a file. */
  #look(now: boolean): void {
    if (!this.#caught.size) return;
    const time = performance.now();
    if (!now && time - this.#lastLook < 10) return;
    this.#lastLook = time;
    if (!fs.existsSync(this.#inbox)) return;
    const text = fs.readFileSync(this.#inbox, "utf8");
    fs.rmSync(this.#inbox);
    for (const line of text.split("\n")) if (line) this.#pending |= 1 << Number(line);
  }

  takeSignals(): number {
    this.#look(false);
    const pending = this.#pending;
    this.#pending = 0;
    return pending;
  }

  setSignal(signal: number, disposition: "default" | "ignore" | "catch"): void {
    const name = Object.keys(SIGNALS).find((key) => SIGNALS[key] === signal);
    if (!name || name === "SIGKILL" || name === "SIGSTOP") return;
    const marker = `${this.#inbox}.${signal}`;
    if (disposition === "default") {
      process.removeAllListeners(name);
      this.#caught.delete(signal);
      fs.rmSync(marker, { force: true });
      return;
    }
    process.on(name, () => {});
    if (disposition === "catch") {
      this.#caught.add(signal);
      fs.writeFileSync(marker, "");
    }
  }

  sleep(ms: number): number {
    pause(ms);
    return 0;
  }

  realtime(): bigint {
    return BigInt(Math.round((performance.timeOrigin + performance.now()) * 1000)) * 1000n;
  }

  monotonic(): number {
    return performance.now();
  }

  random(into: Uint8Array): void {
    randomFillSync(into);
  }

  times(): { user: number; system: number; childUser: number; childSystem: number } {
    const { user, system } = process.cpuUsage();
    return { user: user / 1000, system: system / 1000, childUser: 0, childSystem: 0 };
  }

  terminalSize(): { columns: number; rows: number } | undefined {
    return undefined;
  }

  commandNames(): readonly string[] {
    return [];
  }
}

/** The status of a child that has ended and that nobody has reaped, from field 52 of /proc/PID/stat. */
function exitStatus(pid: number): number | undefined {
  const text = attempt(() => fs.readFileSync(`/proc/${pid}/stat`, "utf8"));
  if (typeof text === "number") return 127;
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields[0] !== "Z" && fields[0] !== "X") return undefined;
  const code = Number(fields[49]);
  return code & 0x7f ? 256 + (code & 0x7f) : (code >> 8) & 0xff;
}
