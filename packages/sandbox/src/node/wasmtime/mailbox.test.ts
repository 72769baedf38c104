import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { createNodeSandbox } from "../open.ts";
import { callsModule } from "../wasi/testing/calls.ts";
import { wasmtimePath } from "../wasi/testing/run-bytes.ts";

const PATIENCE_MS = 120_000;
const CANARY = "CANARY-93d0";
const outside = mkdtempSync(join(tmpdir(), "shadowbox-mailbox-"));
afterAll(() => rmSync(outside, { recursive: true }));

/** The mailbox's folder, the second that a program has. */
const FOLDER = 4;

it(
  "a program that puts links in place of its mailbox's files leads the host nowhere",
  async () => {
    const canary = join(outside, "canary");
    writeFileSync(canary, CANARY);
    const target = (name: string) => `../../${basename(outside)}/${name}`;
    const evil = callsModule([
      ["path_unlink_file", FOLDER, "request"],
      ["path_symlink", target("canary"), FOLDER, "request"],
      ["path_unlink_file", FOLDER, "reply"],
      ["path_symlink", target("made"), FOLDER, "reply"],
    ]);
    await using box = createNodeSandbox({ engine: "wasmtime", wasmtime: wasmtimePath() });
    box.fs.writeFile("/workspace/evil", evil, 0o755);
    // The next programs would have the folder after it.
    const { stdout, status } = await box.exec("./evil > answers; for i in 1 2 3; do /bin/echo $i; done", {
      timeoutMs: PATIENCE_MS,
    });
    expect([Buffer.from(stdout).toString(), status, box.engine]).toEqual(["1\n2\n3\n", 0, "wasmtime"]);
    // It did what it was to do: four calls that answered 0, in two bytes each.
    expect(Buffer.from(box.fs.readFile("/workspace/answers"))).toEqual(Buffer.alloc(8));
    expect(readFileSync(canary, "utf8")).toBe(CANARY);
    expect(readdirSync(outside)).toEqual(["canary"]);
  },
  PATIENCE_MS,
);
