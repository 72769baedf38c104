import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { archiveFiles } from "@shadowbox/wasi";
import { afterAll, describe, expect, it } from "vitest";
import { programOf } from "./program.ts";
import { makeTar } from "./tar.ts";
import { filesOfZip } from "./zip.ts";

const work = mkdtempSync(join(tmpdir(), "shadowbox-wheel-"));
afterAll(() => rmSync(work, { recursive: true }));

/** A reactor: `begin` does nothing, `run` asks the door and answers what it said, plus one. */
const section = (id: number, ...content: number[]) => [id, content.length, ...content];
const name = (text: string) => [text.length, ...Buffer.from(text)];
const REACTOR = Uint8Array.from([
  ...[0, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
  ...section(1, 4, 0x60, 4, 0x7f, 0x7f, 0x7f, 0x7f, 1, 0x7f, 0x60, 1, 0x7f, 0, 0x60, 0, 0, 0x60, 0, 1, 0x7f),
  ...section(
    2,
    2,
    ...name("host"),
    ...name("call"),
    0,
    0,
    ...name("wasi_snapshot_preview1"),
    ...name("proc_exit"),
    0,
    1,
  ),
  ...section(3, 2, 2, 3),
  ...section(5, 1, 0, 1),
  ...section(7, 3, ...name("memory"), 2, 0, ...name("begin"), 0, 2, ...name("run"), 0, 3),
  ...section(
    10,
    2,
    2,
    0,
    0x0b,
    16,
    0,
    0x41,
    0xe4,
    0,
    0x41,
    0,
    0x41,
    0,
    0x41,
    0,
    0x10,
    0,
    0x41,
    1,
    0x6a,
    0x0b,
  ),
]);

describe("programOf", () => {
  const door = { module: "host", name: "call" };

  it("makes a program that begins a reactor, runs it and exits with its status; the door answers EBADF", () => {
    const module = new WebAssembly.Module(
      programOf(REACTOR, { begin: "begin", run: "run", door }) as Uint8Array<ArrayBuffer>,
    );
    expect(WebAssembly.Module.exports(module).map((each) => each.name)).toEqual(["memory", "_start"]);
    const calls: unknown[] = [];
    const { exports } = new WebAssembly.Instance(module, {
      wasi_snapshot_preview1: {
        fd_read: (fd: number) => {
          calls.push(fd);
          return 8;
        },
        proc_exit: (status: number) => calls.push(status),
      },
    });
    (exports._start as () => void)();
    expect(calls).toEqual([100, 9]);
  });

  it("refuses a module with other imports, and one that lacks what is to be called", () => {
    expect(() =>
      programOf(REACTOR, { begin: "begin", run: "run", door: { module: "x", name: "y" } }),
    ).toThrow("expected imports from wasi_snapshot_preview1, got host.call");
    expect(() => programOf(REACTOR, { begin: "start", run: "run", door })).toThrow('a reactor with "start"');
  });
});

describe("filesOfZip", () => {
  const file = join(work, "a.zip");
  const script = `import zipfile
with zipfile.ZipFile(${JSON.stringify(file)}, "w") as z:
    z.writestr("stored", "as it is"); z.writestr(zipfile.ZipInfo("folder/"), "")
    z.writestr("folder/packed", "again " * 1000, zipfile.ZIP_DEFLATED)`;
  spawnSync("/usr/bin/python3", ["-c", script]);
  const bytes = readFileSync(file);

  it("reads what Python's zipfile wrote", () => {
    const files = filesOfZip(bytes, "a").map((each) => [each.name, Buffer.from(each.read()).toString()]);
    expect(files).toEqual([
      ["stored", "as it is"],
      ["folder/packed", "again ".repeat(1000)],
    ]);
  });

  it("refuses what is cut off or changed", () => {
    expect(() => filesOfZip(bytes.subarray(0, 50), "a")).toThrow("expected a whole zip archive");
    const bent = Uint8Array.from(bytes);
    bent.fill(0xff, bent.length - 200, bent.length - 150);
    expect(() => filesOfZip(bent, "a").map((each) => each.read())).toThrow("expected a whole zip archive");
  });
});

describe("makeTar", () => {
  it("makes an archive that tar lists, and that boxes read, long paths too", () => {
    const long = `${"folder/".repeat(20)}file`;
    const archive = makeTar(
      new Map([
        [long, Buffer.from("x")],
        ["a", new Uint8Array(600).fill(65)],
      ]),
    );
    writeFileSync(join(work, "a.tar"), archive);
    const { stdout } = spawnSync("tar", ["tf", join(work, "a.tar")], { encoding: "utf8" });
    expect(stdout.trim().split("\n")).toEqual(["a", long]);
    expect([...archiveFiles(archive)].map(({ path, content, mode }) => [path, content.length, mode])).toEqual(
      [
        ["a", 600, 0o644],
        [long, 1, 0o644],
      ],
    );
  });
});
