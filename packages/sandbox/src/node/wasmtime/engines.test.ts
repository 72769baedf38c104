import { describe, expect, it } from "vitest";
import type { EngineName, Sandbox } from "../../types.ts";
import { createNodeSandbox } from "../open.ts";
import { wasmtimePath } from "../wasi/testing/run-bytes.ts";
import { SCRIPTS } from "./scripts.ts";

/** Modules are compiled when they are first run. */
const PATIENCE_MS = 120_000;

function open(engine: EngineName): Sandbox {
  return createNodeSandbox({ engine, wasmtime: wasmtimePath() });
}

/** What every script finds. */
function layOut({ fs }: Sandbox): void {
  const files = { a: "one\n", l: "b\nc\na\n", "d/x": "x\n", "d/e/y": "y\n" };
  for (const [path, text] of Object.entries(files)) fs.writeFile(path, text);
  fs.symlink("a", "s");
  fs.symlink("/workspace/a", "abs");
  fs.symlink("/workspace/d", "absd");
  fs.chmod("d/x", 0o600);
  fs.chmod("l", 0o755);
}

/** A line for each entry below a directory, with all that a script can change. */
function listing({ fs }: Sandbox, path: string): string[] {
  return fs.readdir(path).flatMap((name) => {
    const child = `${path}/${name}`;
    const { type, mode } = fs.lstat(child);
    const bits = type === "symlink" ? "" : mode.toString(8);
    const text = type === "file" ? JSON.stringify(Buffer.from(fs.readFile(child)).toString()) : "";
    const target = type === "symlink" ? fs.readlink(child) : "";
    return [
      `${child} ${type} ${bits} ${text}${target}`,
      ...(type === "directory" ? listing({ fs } as Sandbox, child) : []),
    ];
  });
}

/** What a script said and left. */
async function outcome(engine: EngineName, script: string) {
  await using box = open(engine);
  layOut(box);
  const { status, stdout, stderr } = await box.exec(script, { timeoutMs: PATIENCE_MS });
  const [out, err] = [stdout, stderr].map((bytes) => Buffer.from(bytes).toString());
  return { engine: box.engine === engine, status, out, err, left: listing(box, "/workspace").sort() };
}

describe("the engines", () => {
  it.each(SCRIPTS)(
    "do the same: %s",
    async (script) => {
      expect(await outcome("wasmtime", script)).toEqual(await outcome("v8", script));
    },
    PATIENCE_MS,
  );
});
