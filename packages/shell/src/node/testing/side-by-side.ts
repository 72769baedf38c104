import { spawnSync } from "node:child_process";
import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { Shell } from "../../interp/shell.ts";
import { NodeSystem } from "./node-system.ts";

/** What a script did: standard output and error in the order written, and the exit status. */
export interface Outcome {
  output: string;
  status: number;
}

const ENV: Record<string, string> = { PATH: "/usr/bin:/bin", HOME: "/home/nobody", LC_ALL: "C.UTF-8" };

/** Runs scripts in the machine's bash and in ours, each in a new empty folder. Ours runs in this very process. */
export class SideBySide {
  readonly #root = fs.mkdtempSync(path.join(os.tmpdir(), "side-by-side-"));
  readonly #forkCommand: readonly string[];

  /** `forkCommand` as for {@link NodeSystem}; without it pipelines and `&` of what cannot run in one thread fail. */
  constructor(forkCommand: readonly string[] = []) {
    this.#forkCommand = forkCommand;
  }

  close(): void {
    fs.rmSync(this.#root, { recursive: true, force: true });
  }

  /** A run that takes longer than `limitMs` ends with status 124. */
  inBash(script: string, limitMs = 10_000): Outcome {
    const cwd = fs.mkdtempSync(path.join(this.#root, "x"));
    const run = spawnSync("bash", ["-c", `exec 2>&1\n${script}`], {
      cwd,
      env: ENV,
      input: "",
      timeout: limitMs,
      killSignal: "SIGKILL",
      maxBuffer: 1 << 26,
    });
    const late = run.error && "code" in run.error && run.error.code === "ETIMEDOUT";
    if (run.error && !late) throw run.error;
    fs.rmSync(cwd, { recursive: true, force: true });
    return { output: run.stdout.toString("latin1").replaceAll(cwd, "CWD"), status: run.status ?? 124 };
  }

  inShell(script: string): Outcome {
    const cwd = fs.mkdtempSync(path.join(this.#root, "x"));
    const output = path.join(this.#root, "output");
    fs.rmSync(output, { force: true });
    const fds = [fs.openSync("/dev/null", "r"), fs.openSync(output, "a"), fs.openSync(output, "a")] as const;
    const before = process.cwd();
    const umask = process.umask();
    process.chdir(cwd);
    try {
      const system = new NodeSystem({ forkCommand: this.#forkCommand, stdio: fds });
      const env = Object.entries({ ...ENV, PWD: cwd }).map(([name, value]) => `${name}=${value}`);
      const status = new Shell(system, { env }).main(["-c", `exec 2>&1\n${script}`]);
      return { output: fs.readFileSync(output, "latin1").replaceAll(cwd, "CWD"), status };
    } finally {
      for (const fd of fds) closeIfOpen(fd);
      process.chdir(before);
      process.umask(umask);
      fs.rmSync(cwd, { recursive: true, force: true });
    }
  }
}

/** Closes a descriptor that the script may have closed itself. */
function closeIfOpen(fd: number): void {
  try {
    fs.closeSync(fd);
  } catch {
    // It was.
  }
}
