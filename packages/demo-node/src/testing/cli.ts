import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Person, type PersonOptions } from "./person.ts";

export const BIN = fileURLToPath(new URL("../../bin/shadowbox.cjs", import.meta.url));

export interface CliResult {
  status: number | null;
  stdout: string;
  stderr: string;
}

export interface CliOptions {
  stdin?: string;
  env?: Record<string, string>;
  cwd?: string;
  /** Told the process as soon as it runs. */
  started?(child: ChildProcess): void;
}

/** A folder of its own with a project in it, and the CLI with its state and configuration there. */
export class CliBench {
  readonly folder = mkdtempSync(join(tmpdir(), "shadowbox-cli-"));
  readonly project = join(this.folder, "project");
  readonly #people: Person[] = [];

  constructor(files: Readonly<Record<string, string>> = {}) {
    mkdirSync(this.project);
    for (const [name, text] of Object.entries(files)) this.write(name, text);
  }

  write(name: string, text: string | Uint8Array): void {
    const path = join(this.project, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  }

  read(name: string): string {
    return readFileSync(join(this.project, name), "utf8");
  }

  get historyFolder(): string {
    return join(this.folder, "state/shadowbox/history");
  }

  get env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      XDG_STATE_HOME: join(this.folder, "state"),
      XDG_CONFIG_HOME: join(this.folder, "config"),
      XDG_CACHE_HOME: join(tmpdir(), "shadowbox-test-cache"),
      SHADOWBOX_NO_BUILD: "1",
      SHADOWBOX_MODEL: "",
    };
  }

  /** Somebody at a terminal of 80 columns with `shadowbox ARGS` on the project. */
  person(args: readonly string[], options: Partial<PersonOptions> = {}): Person {
    const person = new Person([process.execPath, BIN, ...args], {
      env: this.env,
      cwd: this.project,
      ...options,
    });
    this.#people.push(person);
    return person;
  }

  /** Runs `shadowbox ARGS` on the project. */
  run(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
    const env = { ...this.env, ...options.env };
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [BIN, ...args], { env, cwd: options.cwd ?? this.project });
      let stdout = "";
      let stderr = "";
      child.stdout.on("data", (data) => (stdout += data));
      child.stderr.on("data", (data) => (stderr += data));
      child.on("error", reject).on("close", (status) => resolve({ status, stdout, stderr }));
      child.stdin.on("error", () => {}).end(options.stdin ?? "");
      options.started?.(child);
    });
  }

  /** Digest of everything in the project: names, kinds, modes, contents. */
  digest(folder = this.project): string {
    const hash = createHash("sha256");
    const walk = (path: Buffer) => {
      const facts = lstatSync(path);
      hash.update(path.subarray(folder.length)).update(`\0${facts.mode}\0`);
      if (facts.isSymbolicLink()) hash.update(readlinkSync(path));
      else if (facts.isFile()) hash.update(readFileSync(path));
      else if (facts.isDirectory())
        for (const entry of readdirSync(path, { encoding: "buffer" }).sort(Buffer.compare))
          walk(Buffer.concat([path, Buffer.from("/"), entry]));
    };
    walk(Buffer.from(folder));
    return hash.digest("hex");
  }

  remove(): void {
    for (const person of this.#people) person.leaves();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
