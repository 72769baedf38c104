import { spawn } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, vi } from "vitest";
import type { SandboxEvent } from "../../types.ts";
import { createNodeSandbox } from "../open.ts";
import { wasmtimePath } from "../wasi/testing/run-bytes.ts";

const PATIENCE_MS = 120_000;
const folder = mkdtempSync(join(tmpdir(), "shadowbox-life-"));
afterAll(() => rmSync(folder, { recursive: true }));

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

describe("a sandbox on wasmtime", () => {
  it(
    "goes on with v8 when wasmtime is gone, with its files, and says so",
    async () => {
      const binary = join(folder, "wasmtime");
      symlinkSync(wasmtimePath(), binary);
      const said: string[] = [];
      const onEvent = (event: SandboxEvent) => void (event.type === "notice" && said.push(event.message));
      await using box = createNodeSandbox({ engine: "wasmtime", wasmtime: binary, onEvent });
      const before = await box.exec("x=kept; echo one > a; mkdir d; ln a d/b; cat a", {
        session: true,
        timeoutMs: PATIENCE_MS,
      });
      expect([text(before.stdout), box.engine]).toEqual(["one\n", "wasmtime"]);
      rmSync(binary);
      const after = await box.exec("cat d/b; stat -c %h a; echo $x two > d/c; cat d/c", { session: true });
      expect([text(after.stdout), after.status, box.engine]).toEqual(["one\n2\nkept two\n", 0, "v8"]);
      expect(said.filter((message) => /no longer/.test(message))).toEqual([
        `wasmtime is no longer at "${binary}"; programs run on v8 from now on`,
      ]);
    },
    PATIENCE_MS,
  );

  it.each([
    ["wasmtime", "v8"],
    ["v8", "wasmtime"],
  ] as const)(
    "is opened again after %s by %s: modes, links, times, holes, odd names",
    async (first, second) => {
      const project = mkdtempSync(join(folder, "project-"));
      writeFileSync(join(project, "kept"), "kept\n");
      const place = { project, state: join(folder, "state"), wasmtime: wasmtimePath() };
      const make = `mkdir -p d/e; echo one > d/f; ln d/f d/g; ln -s f d/l; chmod 640 d/f; chmod 711 d/e
        touch -d '2020-01-02 03:04:05' d/f; echo odd > $'d/ü \\n'; mkfifo d/p; rm kept; chmod u+s d/g
        truncate -s 60M d/h; printf x | dd of=d/h bs=1 seek=50000000 conv=notrunc 2> /dev/null`;
      const look =
        "stat -c '%n %a %h %s %F' d d/*; stat -c '%n %Y' d d/*; readlink d/l; ls -b d; cat d/[^a-z]*; cksum < d/h; ls";
      const seen: string[] = [];
      for (const [engine, script] of [
        [first, `${make}\n${look}`],
        [second, look],
      ] as const) {
        await using box = createNodeSandbox({ ...place, engine });
        const { stdout, stderr } = await box.exec(script, { timeoutMs: PATIENCE_MS });
        expect([box.engine, text(stderr)]).toEqual([engine, ""]);
        seen.push(text(stdout));
      }
      expect(seen[1]).toBe(seen[0]);
      expect(seen[0]).toContain("d/f 1577934245");
    },
    2 * PATIENCE_MS,
  );

  it(
    "shows an edit of the host to what runs",
    async () => {
      await using box = createNodeSandbox({ engine: "wasmtime", wasmtime: wasmtimePath() });
      const run = box.exec("echo ready; until [ -e edited ]; do sleep 0.05; done; cat edited", {
        onStdout: () => {
          box.fs.writeFile("/workspace/edited", "by the host\n");
          box.flush({ script: "edit" });
        },
        timeoutMs: PATIENCE_MS,
      });
      expect(text((await run).stdout)).toBe("ready\nby the host\n");
      expect(text(box.fs.readFile("/workspace/edited"))).toBe("by the host\n");
    },
    PATIENCE_MS,
  );

  it(
    "runs Python, which keeps its session and starts programs",
    async () => {
      await using box = createNodeSandbox({ engine: "wasmtime", wasmtime: wasmtimePath() });
      await box.python("x = 41", { session: true });
      const code =
        "import subprocess as s; open('f', 'w').write('text'); (x + 1, s.check_output(['cat', 'f']))";
      const { value, stderr } = await box.python(code, { session: true });
      expect([value, text(stderr)]).toEqual(["(42, b'text')", ""]);
      expect(text((await box.exec("cat f", { timeoutMs: PATIENCE_MS })).stdout)).toBe("text");
    },
    PATIENCE_MS,
  );
});

/** Command lines of the processes whose own arguments name `what`. */
function processesWith(what: string): string[] {
  const lines: string[] = [];
  for (const pid of readdirSync("/proc").filter((name) => /^\d+$/.test(name)))
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, "utf8");
      if (line.includes(what)) lines.push(line);
    } catch {
      // It ended meanwhile.
    }
  return lines;
}

describe("the programs of a supervisor that is killed", () => {
  it(
    "end with it",
    async () => {
      // A name of its own tells these processes from all others.
      const binary = join(folder, "wasmtime-of-the-killed");
      copyFileSync(wasmtimePath(), binary);
      const sdk = fileURLToPath(new URL("../../../dist/index.js", import.meta.url));
      expect(existsSync(sdk), `${sdk} (run tools/build.mjs)`).toBe(true);
      const program = `const { Sandbox } = await import(${JSON.stringify(sdk)});
        const box = await Sandbox.create({ engine: "wasmtime", wasmtime: ${JSON.stringify(binary)} });
        box.fs.writeFile("l", "x");
        await box.exec("sleep 60 & sleep 60 < l & yes > /dev/null & wait");`;
      const child = spawn(process.execPath, ["--input-type=module", "-e", program], { stdio: "ignore" });
      const running = () => processesWith(`${binary}\0run`).length;
      await vi.waitFor(() => expect(running()).toBe(3), { timeout: PATIENCE_MS / 2, interval: 100 });
      child.kill("SIGKILL");
      await vi.waitFor(() => expect(running()).toBe(0), { timeout: 10_000, interval: 50 });
    },
    PATIENCE_MS,
  );
});
