import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Call, callsModule, fd, MEM, readAnswers } from "./testing/calls.ts";
import { runBytes } from "./testing/run-bytes.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-folder-"));
  mkdirSync(join(folder, "dir"));
  writeFileSync(join(folder, "file"), "0123456789");
  symlinkSync("file", join(folder, "link"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const ALL = 0x1fffffffn;
const open = (path: string, oflags: number, slot: number, from: number | ReturnType<typeof fd> = 3): Call => [
  "path_open",
  ...[from, 1, path, oflags, 0x42n | (1n << 14n), ALL, 0, MEM.fd(slot)],
];
const text = (value: string) => Buffer.from(value).toString("hex");

describe.each(["v8", "wasmtime"] as const)("runWasi() on %s", (engine) => {
  it("gives arguments, environment and names of folders", async () => {
    const calls: Call[] = [
      ["args_sizes_get", MEM.out, MEM.out + 4],
      ["peek", MEM.out, 8],
      ["args_get", MEM.out, MEM.buffer],
      ["peek", MEM.buffer, 11],
      ["environ_sizes_get", MEM.out, MEM.out + 4],
      ["peek", MEM.out, 8],
      ["environ_get", MEM.out, MEM.buffer],
      ["peek", MEM.buffer, 7],
      ["fd_prestat_get", 3, MEM.out],
      ["peek", MEM.out, 1],
      ["peek", MEM.out + 4, 4],
      ["fd_prestat_dir_name", 3, MEM.buffer, 5],
      ["peek", MEM.buffer, 5],
      ["fd_prestat_dir_name", 4, MEM.buffer, 1],
      ["fd_prestat_get", 5, MEM.out],
    ];
    const folders = [
      { host: folder, guest: "/data" },
      { host: folder, guest: "/" },
    ];
    const printed = await runBytes(callsModule(calls), {
      engine,
      folders,
      args: ["a b", "ä"],
      env: { A: "1", B: "" },
      argv0: "me",
    });
    expect(readAnswers(calls, printed.stdout)).toEqual([
      ...[0, "030000000a000000", 0, text("me\0a b\0ä\0").padEnd(22, "0")],
      ...[0, "0200000007000000", 0, text("A=1\0B=\0")],
      ...[0, "00", "05000000", 0, text("/data"), 0, 8],
    ]);
    expect(printed).toMatchObject({ status: 0, stderr: "", timedOut: false });
  });

  it("shows a folder and throws changes away", async () => {
    const calls: Call[] = [
      open("link", 0, 0),
      ["path_create_directory", 3, "new"],
      ["path_unlink_file", 3, "file"],
      ["path_filestat_get", 3, 0, "dir", MEM.out],
    ];
    const printed = await runBytes(callsModule(calls), { engine, folders: [{ host: folder }] });
    expect(readAnswers(calls, printed.stdout)).toEqual([0, 0, 0, 0]);
    expect(readdirSync(folder)).toEqual(["dir", "file", "link"]);
  });

  it("writes changes back when it is told to", async () => {
    const state = mkdtempSync(join(tmpdir(), "shadowbox-state-"));
    const calls: Call[] = [
      ["path_rename", 3, "file", 3, "dir/moved"],
      ["path_unlink_file", 3, "link"],
      ["path_create_directory", 3, "new"],
      open("new/made", 1, 0),
      ["fd_allocate", fd(0), 0n, 3n],
    ];
    await runBytes(callsModule(calls), {
      engine,
      folders: [{ host: folder, guest: "/" }],
      writeBack: true,
      state,
    });
    expect(readdirSync(folder)).toEqual(["dir", "new"]);
    expect(readFileSync(join(folder, "dir/moved"), "utf8")).toBe("0123456789");
    expect(existsSync(join(folder, "new/made"))).toBe(true);
    rmSync(state, { recursive: true });
  });

  it("has no folder open when none is given", async () => {
    const calls: Call[] = [["fd_prestat_get", 3, MEM.out], ["fd_fdstat_get", 3, MEM.out], open("x", 0, 0)];
    const printed = await runBytes(callsModule(calls), { engine });
    expect(readAnswers(calls, printed.stdout)).toEqual([8, 8, 8]);
  });

  it("tells each status, of which it takes eight bits", async () => {
    for (const status of [1, 125, 126, 200, 255, 256, 300])
      expect((await runBytes(callsModule([["proc_exit", status]]), { engine })).status).toBe(status & 255);
  });

  it("removes a directory with slashes after its name, and nothing else so named", async () => {
    const calls: Call[] = ["file/", "link/", "none/", "dir//"].map((name) => [
      "path_remove_directory",
      ...[3, name],
    ]);
    const printed = await runBytes(callsModule(calls), { engine, folders: [{ host: folder }] });
    expect(readAnswers(calls, printed.stdout)).toEqual([54, 54, 44, 0]);
  });

  it("has 256 descriptors, those from the start included", async () => {
    const many: Call[] = Array.from({ length: 253 }, () => open("file", 0, 0));
    const calls: Call[] = [
      ...many,
      ["fd_close", fd(0)],
      ["fd_close", fd(0)],
      open("file", 0, 0),
      open("file", 0, 1),
      ["fd_renumber", fd(0), fd(0)],
      ["fd_renumber", fd(0), 3],
      ["fd_close", 0],
    ];
    const printed = await runBytes(callsModule(calls), { engine, folders: [{ host: folder }] });
    const ends = [33, 0, 8, 0, 33, 0, 0, 0];
    expect(readAnswers(calls, printed.stdout)).toEqual([...Array(252).fill(0), ...ends]);
  });

  it("refuses what is no command, with one line", async () => {
    await expect(runBytes(Uint8Array.of(1, 2), { engine })).rejects.toThrow("expected a WebAssembly module");
    await expect(runBytes(callsModule([["no_such_call", 1]]), { engine })).rejects.toThrow(
      'got import "no_such_call"',
    );
    await expect(runBytes(callsModule([]), { engine, memoryBytes: 65536 })).rejects.toThrow("the limit is 1");
  });

  it("says in one line that a module's code is not valid", async () => {
    const bytes = callsModule([]);
    // The last byte but the code's end: an addition of nothing.
    const broken = Uint8Array.from([...bytes.subarray(0, bytes.lastIndexOf(0x0b)), 0x6a, 0x0b]);
    const said = await runBytes(broken, { engine }).then(
      ({ status, stderr }) => `${status} ${stderr}`,
      (error: Error) => error.message,
    );
    expect(said).toMatch(/^(126 )?program\.wasm: expected a valid module: .*\n?$/);
  });
});
