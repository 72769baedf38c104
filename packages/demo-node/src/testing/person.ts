import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import headless from "@xterm/headless";

const HELPER = fileURLToPath(new URL("terminal.py", import.meta.url));
const WAIT_MS = 40_000;

/** A program on a terminal of its own, with a person who waits for a text before they type. */
export class Person {
  readonly #child: ChildProcess;
  readonly #screen: InstanceType<typeof headless.Terminal>;
  readonly #listeners = new Set<() => void>();
  #seen = "";
  #from = 0;
  readonly ended: Promise<number | null>;

  constructor(command: readonly string[], { env, cwd, columns = 80, rows = 24 }: PersonOptions) {
    this.#screen = new headless.Terminal({ cols: columns, rows, scrollback: 5000, allowProposedApi: true });
    this.#child = spawn("python3", [HELPER, String(columns), String(rows), ...command], {
      cwd,
      env: { ...env, TERM: "xterm-256color" },
      stdio: ["pipe", "pipe", "inherit"],
    });
    this.#child.stdout?.on("data", (bytes: Buffer) => {
      this.#seen += bytes.toString();
      this.#screen.write(bytes);
      for (const listen of this.#listeners) listen();
    });
    this.ended = new Promise((resolve) => this.#child.on("close", resolve));
  }

  /** Waits until the program has shown this after what was seen last; what came until there. */
  async sees(wanted: RegExp | string): Promise<string> {
    const pattern = typeof wanted === "string" ? new RegExp(quote(wanted)) : wanted;
    const limit = Date.now() + WAIT_MS;
    for (;;) {
      const plain = plainText(this.#seen).slice(this.#from);
      const found = pattern.exec(plain);
      if (found) {
        const end = found.index + found[0].length;
        this.#from += end;
        return plain.slice(0, end);
      }
      if (Date.now() > limit || this.#child.exitCode !== null)
        throw new Error(`waited for ${pattern}, the terminal has: ${JSON.stringify(plain.slice(-2000))}`);
      await this.#news();
    }
  }

  #news(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#listeners.delete(done);
        resolve();
      };
      const timer = setTimeout(done, 200);
      this.#listeners.add(done);
    });
  }

  /** All that was written to the terminal, control sequences included. */
  get raw(): string {
    return this.#seen;
  }

  types(text: string): void {
    this.#child.stdin?.write(text);
  }

  /** Types a line and the return key. */
  enters(line: string): void {
    this.types(`${line}\r`);
  }

  /** All lines of the terminal, as a person sees them, also those that scrolled away; `wrapped`: goes on from the line above. */
  async lines(): Promise<{ text: string; wrapped: boolean }[]> {
    await new Promise<void>((resolve) => this.#screen.write("", resolve));
    const { active } = this.#screen.buffer;
    return Array.from({ length: active.length }, (_, at) => {
      const line = active.getLine(at);
      return { text: line?.translateToString(true) ?? "", wrapped: line?.isWrapped === true };
    });
  }

  leaves(): void {
    this.#child.kill("SIGKILL");
  }
}

export interface PersonOptions {
  env: NodeJS.ProcessEnv;
  cwd: string;
  columns?: number;
  rows?: number;
}

function quote(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

/** What was written, without what only moves and colours. */
function plainText(text: string): string {
  return text.replace(/\u001b\[[0-9;?]*[ -/]*[@-~]/g, "").replaceAll("\r", "");
}
