import { execFile } from "node:child_process";
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { WasiError } from "../../errors.ts";
import { interpose } from "./interposed.ts";

/** The compiled files of a program. */
export interface CompiledProgram {
  module: string;
  /** What stands between the module and wasmtime, if anything does. */
  helper?: string;
}

/** Descriptors that a program of a sandbox starts with: the streams and the root. */
const FROM_START = 4;
/** A module in which this name stands knows host services: what stock wasmtime lacks it asks for itself. */
const SERVICES = "dev/shadowbox/rpc";

/**
 * Modules compiled ahead of time, a file for each: named by the module's digest and the version of wasmtime. A file
 * appears by a rename when it is whole, so any number of processes may fill the same folder.
 */
export class CompiledModules {
  readonly #binary: string;
  readonly #folder: string;
  readonly #onCompile: ((name: string) => void) | undefined;
  readonly #pending = new Map<string, Promise<CompiledProgram>>();
  #asked: Promise<string> | undefined;

  constructor(binary: string, folder: string, onCompile?: (name: string) => void) {
    this.#binary = binary;
    this.#folder = folder;
    this.#onCompile = onCompile;
  }

  /** The files of a module; compiles it if they are not there. Throws WasiError `module` for what wasmtime does not accept. */
  file(sha256: string, name: string, bytes: () => Uint8Array): Promise<CompiledProgram> {
    let pending = this.#pending.get(sha256);
    if (pending === undefined) {
      pending = this.#compile(sha256, name, bytes);
      this.#pending.set(sha256, pending);
      pending.catch(() => this.#pending.delete(sha256));
    }
    return pending;
  }

  /** As {@link CompiledModules.file}, of a module that is known by its bytes only. */
  fileOf(bytes: Uint8Array, name: string): Promise<CompiledProgram> {
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

  async #compile(sha256: string, name: string, bytes: () => Uint8Array): Promise<CompiledProgram> {
    const at = join(this.#folder, `${sha256}-${await this.#version()}`);
    const module = `${at}.cwasm`;
    if (isWhole(module)) return { module };
    const interposed = { module: `${at}.own.cwasm`, helper: `${at}.helper.cwasm` };
    if (isWhole(interposed.module) && isWhole(interposed.helper)) return interposed;
    this.#onCompile?.(name);
    mkdirSync(this.#folder, { recursive: true });
    const own = bytes();
    const pieces = Buffer.from(own).includes(SERVICES) ? undefined : interpose(own, FROM_START);
    if (pieces === undefined) {
      await this.#write(own, module, name);
      return { module };
    }
    await this.#write(pieces.helper, interposed.helper, name);
    await this.#write(pieces.program, interposed.module, name);
    return interposed;
  }

  async #write(bytes: Uint8Array, file: string, name: string): Promise<void> {
    const work = join(this.#folder, randomUUID());
    try {
      writeFileSync(`${work}.wasm`, bytes, { flag: "wx", mode: 0o600 });
      await promisify(execFile)(this.#binary, ["compile", "-o", `${work}.cwasm`, `${work}.wasm`]);
      renameSync(`${work}.cwasm`, file);
    } catch (error) {
      const why = (error as { stderr?: string }).stderr?.trim() || (error as Error).message;
      throw new WasiError("module", `${name}: expected a valid module: ${why}`, { cause: error });
    } finally {
      for (const end of [".wasm", ".cwasm"]) rmSync(`${work}${end}`, { force: true });
    }
  }
}

function isWhole(file: string): boolean {
  return existsSync(file) && statSync(file).size > 0;
}
