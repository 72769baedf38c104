import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { runWasi } from "../run.ts";
import type { WasiRunOptions, WasiRunResult } from "../types.ts";

/** The wasmtime that tests compare with: SHADOWBOX_WASMTIME, else what tools/fetch-wasmtime.sh fetched. A test without it fails. */
export function wasmtimePath(): string {
  const fetched = join(
    process.env.XDG_CACHE_HOME || join(homedir(), ".cache"),
    "shadowbox/wasmtime/wasmtime",
  );
  const path = process.env.SHADOWBOX_WASMTIME || fetched;
  if (!existsSync(path)) throw new Error(`expected wasmtime at "${path}"; run tools/fetch-wasmtime.sh`);
  return path;
}

export interface Printed extends WasiRunResult {
  stdout: Buffer;
  stderr: string;
}

/** Runs a module given as bytes, and collects what it prints. */
export async function runBytes(bytes: Uint8Array, options: Partial<WasiRunOptions> = {}): Promise<Printed> {
  const folder = mkdtempSync(join(tmpdir(), "shadowbox-wasi-"));
  const module = join(folder, "program.wasm");
  writeFileSync(module, bytes);
  const out: Uint8Array[] = [];
  const err: Uint8Array[] = [];
  try {
    const result = await runWasi({
      module,
      onStdout: (chunk) => void out.push(chunk.slice()),
      onStderr: (chunk) => void err.push(chunk.slice()),
      ...(options.engine === "wasmtime" && { wasmtime: wasmtimePath() }),
      ...options,
    });
    return { ...result, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString() };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
