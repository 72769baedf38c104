import { spawn } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { BIN } from "../testing/cli.ts";

const folder = mkdtempSync(join(tmpdir(), "shadowbox-registry-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** The shell lines of a section of docs/registry.md. */
function linesOf(section: string): string[] {
  const page = readFileSync(new URL("../../../../docs/registry.md", import.meta.url), "utf8");
  const text = page.split(`## ${section}\n`)[1]!.split("\n## ")[0]!;
  return [...text.matchAll(/^```sh\n(.*?)^```$/gms)].flatMap(([, code]) => code!.trimEnd().split("\n"));
}

/** Lines of a script that hold a line of the page to what stands behind it. */
function checked(line: string): string {
  const [, command, verdict, text] = /^(.*?)\s+# (→|refused:) (.*)$/.exec(line) ?? [];
  if (command === undefined) return line;
  const want = quote(text!.replace(/\s+/g, " "));
  return `echo ${quote(command)}; { ${command}; } > ../said 2>&1 && s=0 || s=$?; check ${verdict === "→" ? 0 : 1} ${want}`;
}

const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;

const HEAD = `set -e
check() {
  said=$(tr -s '[:space:]' ' ' < ../said)
  if [ $((s > 0)) != $1 ]; then echo "status $s: $said"; exit 1; fi
  case $said in *"$2"*) ;; *) echo "expected \\"$2\\", got: $said"; exit 1;; esac
}
trap 'kill $(jobs -p) 2> /dev/null || true' EXIT
`;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const { port } = server.address() as AddressInfo;
  await new Promise((done) => server.close(done));
  return port;
}

/** Runs a script with a home of its own in an empty folder; its status and what it said. */
async function runScript(script: string): Promise<{ status: number | null; said: string }> {
  const [bin, home, work] = ["bin", "home", "work"].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  for (const each of [bin, home, work]) mkdirSync(each);
  writeFileSync(join(bin, "shadowbox"), `#!/bin/sh\nexec ${quote(process.execPath)} ${quote(BIN)} "$@"\n`);
  chmodSync(join(bin, "shadowbox"), 0o755);
  const env = { PATH: `${bin}:${process.env.PATH}`, HOME: home, SHADOWBOX_NO_BUILD: "1" };
  const child = spawn("bash", ["-c", script], { cwd: work, env, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (data) => (said += String(data)));
  const status = await new Promise<number | null>((done) => child.once("close", done));
  return { status, said };
}

test("the steps of docs/registry.md do what the page says", { timeout: 600_000 }, async () => {
  const lines = linesOf("The command line, step by step");
  expect(lines.length).toBeGreaterThan(50);
  const script = (HEAD + lines.map(checked).join("\n")).replaceAll("8000", String(await freePort()));
  const { status, said } = await runScript(script);
  expect(status, said).toBe(0);
});
