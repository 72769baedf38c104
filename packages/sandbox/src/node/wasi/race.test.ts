import { type ChildProcess, spawn } from "node:child_process";
import {
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
import { encodeText, FileType, Heap } from "@shadowbox/vfs";
import { DirectoryFileSystem, NodeBaseSource } from "@shadowbox/vfs/node";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { FOLLOW, open, vector } from "./conformance/scenario.ts";
import { type Call, callsModule, fd, MEM } from "./testing/calls.ts";
import { runBytes } from "./testing/run-bytes.ts";

/** How often each way to a file is tried while somebody swaps a directory on it. */
const TRIES = Number(process.env.RACE_TRIES ?? 100_000);
const PATIENCE_MS = 600_000;
vi.setConfig({ hookTimeout: PATIENCE_MS });
/** Bytes that must never come out of a box. */
const CANARY = "CANARY-51c0";
/** How many bytes of a file a program looks at. */
const HEAD = 8;
/** Tries of one run of a program. */
const BATCH = 1000;

/** Opens the file and prints its head, makes a directory beside it and removes it, again and again. */
const PROGRAM = callsModule(
  Array.from({ length: BATCH }, (_, count): Call[] => [
    ["poke", MEM.fd(0), 99],
    open("real/canary", { follow: FOLLOW }),
    vector(HEAD),
    ["fd_read", fd(0), MEM.vector, 1, MEM.out],
    ["peek", MEM.buffer, HEAD],
    ["fd_close", fd(0)],
    ...(count % 16 === 0
      ? ([
          ["path_create_directory", 3, "real/made"],
          ["path_remove_directory", 3, "real/made"],
        ] satisfies Call[])
      : []),
  ]).flat(),
);

let outer: string;
let root: string;
let swapper: ChildProcess;
beforeEach(async () => {
  outer = mkdtempSync(join(tmpdir(), "shadowbox-race-"));
  root = join(outer, "root");
  mkdirSync(join(root, "real"), { recursive: true });
  writeFileSync(join(root, "real/canary"), "inside");
  writeFileSync(join(outer, "canary"), CANARY);
  symlinkSync("..", join(root, "fake"));
  swapper = await startSwapping(root);
});
afterEach(async () => {
  const ended = new Promise((resolve) => swapper.once("close", resolve));
  swapper.kill("SIGKILL");
  await ended;
  // Nothing was made or changed outside.
  expect(readdirSync(outer).sort()).toEqual(["canary", "root"]);
  expect(readFileSync(join(outer, "canary"), "utf8")).toBe(CANARY);
  rmSync(outer, { recursive: true, force: true });
});

/** Makes `real` the link and then the directory again, as fast as a process can. */
async function startSwapping(folder: string): Promise<ChildProcess> {
  const program = `const { renameSync } = require("node:fs");
    process.chdir(process.argv[1]);
    process.stdout.write("ready");
    for (;;) for (const [a, b] of [["real", "own"], ["fake", "real"], ["real", "fake"], ["own", "real"]]) renameSync(a, b);`;
  const child = spawn(process.execPath, ["-e", program, folder], { stdio: ["ignore", "pipe", "ignore"] });
  await new Promise((resolve) => child.stdout.once("data", resolve));
  return child;
}

describe(`${TRIES} tries while a directory is swapped for a link that leads out`, () => {
  it(
    "of v8's way to the project's files",
    () => {
      const source = new NodeBaseSource({ root });
      const seen = { inside: 0, refused: 0, outside: 0 };
      for (let count = 0; count < TRIES; count++) {
        const got = source.read(encodeText("real/canary"));
        if (typeof got === "number") seen.refused++;
        else seen[Buffer.from(got.bytes).includes(CANARY) ? "outside" : "inside"]++;
        const list = count % 16 === 0 ? source.list(encodeText("real")) : [];
        if (typeof list !== "number" && list.some(({ name }) => Buffer.from(name).toString() === "root"))
          seen.outside++;
      }
      expect(seen.outside).toBe(0);
      expect(seen.inside).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  it(
    "of the shell's way on wasmtime",
    () => {
      const files = new DirectoryFileSystem(Heap.create(), { root, user: { uid: 0, gid: 0 } });
      const seen = { inside: 0, refused: 0, outside: 0 };
      const bytes = new Uint8Array(32);
      const [real, canary, made] = ["real", "canary", "made"].map(encodeText) as [
        Uint8Array,
        Uint8Array,
        Uint8Array,
      ];
      for (let count = 0; count < TRIES; count++) {
        const folder = files.lookup(files.root, real);
        const node = folder < 0 ? folder : files.lookup(folder, canary);
        const length = node < 0 ? node : files.read(node, 0, bytes);
        if (length < 0) seen.refused++;
        else seen[Buffer.from(bytes.subarray(0, length)).includes(CANARY) ? "outside" : "inside"]++;
        if (count % 16 !== 0 || folder < 0) continue;
        files.create(folder, made, FileType.DIRECTORY, 0o755);
        files.rmdir(folder, made);
      }
      expect(seen.outside).toBe(0);
      expect(seen.inside).toBeGreaterThan(0);
    },
    PATIENCE_MS,
  );

  it.each(["v8", "wasmtime"] as const)(
    "of a program on %s",
    async (engine) => {
      for (let done = 0; done < TRIES; done += BATCH) {
        const printed = await runBytes(PROGRAM, {
          engine,
          folders: [{ host: root, guest: "/" }],
          // The folder itself, not a copy.
          ...(engine === "wasmtime" && { writeBack: true }),
        });
        expect(printed.stdout.includes(CANARY.slice(0, HEAD))).toBe(false);
      }
    },
    PATIENCE_MS,
  );
});
