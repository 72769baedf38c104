import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { WasiError } from "../../errors.ts";

/**
 * Modules compiled ahead of time, a file for each: named by the module's digest and the version of wasmtime. A file
 * appears by a rename when it is whole, so any number of processes may fill the same folder.
 */
export class CompiledModules {
  readonly #binary: string;
  readonly #folder: string;
  readonly #onCompile: ((name: string) => void) | undefined;
  readonly #pending = new Map<string, Promise<string>>();
  #asked: Promise<string> | undefined;

  constructor(binary: string, folder: string, onCompile?: (name: string) => void) {
    this.#binary = binary;
    this.#folder = folder;
    this.#onCompile = onCompile;
  }

  /** The file of a module; compiles it if it is not there. Throws WasiError `module` for what wasmtime does not accept. */
  file(sha256: string, name: string, bytes: () => Uint8Array): Promise<string> {
    let pending = this.#pending.get(sha256);
    if (pending === undefined) {
      pending = this.#compile(sha256, name, bytes);
      this.#pending.set(sha256, pending);
      pending.catch(() => this.#pending.delete(sha256));
    }
    return pending;
  }

  /** As {@link CompiledModules.file}, of a module that is known by its bytes only. */
  fileOf(bytes: Uint8Array, name: string): Promise<string> {
    return this.file(createHash("sha256").update(bytes).digest("hex"), name, () => bytes);
  }

  /** Throws WasiError `engine` where wasmtime is older than version `since`. */
  async refuseBefore(since: number, name: string): Promise<void> {
    if (since === 0) return;
    const version = await this.#version();
    if (Number.parseInt(version, 10) < since)
      throw new WasiError("engine", `${name}: needs wasmtime ${since} or later, got ${version}`);
  }

  async #version(): Promise<string> {
    this.#asked ??= promisify(execFile)(this.#binary, ["--version"]).then(
      ({ stdout }) => /\d+\.\d+\.\d+/.exec(stdout)?.[0] ?? "unknown",
    );
    return this.#asked.catch((error: Error) => {
      throw new WasiError("engine", `start "${this.#binary}": ${error.message}`, { cause: error });
    });
  }

  async #compile(sha256: string, name: string, bytes: () => Uint8Array): Promise<string> {
    const version = await this.#version();
    const file = join(this.#folder, `${sha256}-${version}.cwasm`);
    if (existsSync(file) && statSync(file).size > 0) return file;
    this.#onCompile?.(name);
    mkdirSync(this.#folder, { recursive: true });
    const work = join(this.#folder, `${sha256}-${randomUUID()}`);
    try {
      writeFileSync(`${work}.wasm`, bytes(), { flag: "wx", mode: 0o600 });
      await promisify(execFile)(this.#binary, ["compile", "-o", `${work}.cwasm`, `${work}.wasm`]);
      renameSync(`${work}.cwasm`, file);
      return file;
    } catch (error) {
      const why = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
      throw new WasiError("module", `${name}: expected a valid module: ${why}`, { cause: error });
    } finally {
      for (const end of [".wasm", ".cwasm"]) rmSync(`${work}${end}`, { force: true });
    }
  }
}
