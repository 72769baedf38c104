import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";

const folder = fileURLToPath(new URL("../../../../examples/node", import.meta.url));
let server: ChildProcess | undefined;

afterEach(() => {
  server?.kill("SIGTERM");
  server = undefined;
});

async function output(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [`${folder}/${name}.mjs`]);
  return stdout;
}

test("an AI SDK app: the model reads, edits and checks in the sandbox", async () => {
  const text = await output("ai-sdk");
  expect(text).toContain("  Bash: [exit status 1]");
  expect(text).toContain("  Edit: sum.py: 1 replacement");
  expect(text).toContain("  Bash: ok");
  expect(text).toContain("-    return a - b\n+    return a + b");
}, 60_000);

test("MCP: a client works in the sandbox and commits with its user's yes", async () => {
  const text = await output("mcp");
  expect(text).toContain("asked: Write these changes to your project?\nmodified notes.md");
  expect(text).toContain("commit: committed 000001: 1 files\n# Notes\n- looked at the box\n");
}, 60_000);

test("a batch: twenty sandboxes over one base", async () => {
  expect(await output("batch")).toMatch(
    /^20 sandboxes; number 14 scored \d+\ndiff --git a\/words.txt[\s\S]*\+banana14/,
  );
}, 60_000);

test("an Express server: each request has a sandbox of its own, and output comes as it is made", async () => {
  server = spawn(process.execPath, [`${folder}/express.mjs`], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(server.stdout!, "data")) as [Buffer];
  const run = async (body: string) => (await fetch(line.toString().trim(), { method: "POST", body })).text();
  expect(await run("rm data.csv; cat by-age.csv; exit 3")).toBe("Ada,36\nAlan,41\n[status 3]\n");
  expect(await run("ls")).toBe("by-age.csv\ndata.csv\n[status 0]\n");
  server.kill("SIGTERM");
  const [status] = await once(server, "exit");
  expect(status).toBe(0);
}, 60_000);

test("each is at most 60 lines", () => {
  for (const name of readdirSync(folder).filter((file) => /^\w.*\.mjs$/.test(file)))
    expect(readFileSync(`${folder}/${name}`, "utf8").split("\n").length, name).toBeLessThanOrEqual(61);
});

test("the programs of docs/sdk.md print what it says", async () => {
  const page = readFileSync(new URL("../../../../docs/sdk.md", import.meta.url), "utf8");
  const blocks = (language: string) =>
    [...page.matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, "gms"))].map(([, code]) => code);
  const program = `${folder}/.sdk-page-${process.pid}.mjs`;
  writeFileSync(program, blocks("js").join("\n"));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [program]);
    expect(stdout).toBe(blocks("text")[0]);
  } finally {
    rmSync(program);
  }
}, 60_000);
