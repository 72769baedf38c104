import { afterAll, beforeAll, expect, test } from "vitest";
import { Sandbox } from "./index.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await Sandbox.create({});
});
afterAll(() => box.close());

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What native Python 3.11 prints for these programs. */
const cases: [name: string, program: string, stdout: string][] = [
  ["arithmetic", "print(2 ** 70)", "1180591620717411303424\n"],
  ["library", "import json, re; print(json.dumps(re.findall('a.', 'abac')))", '["ab", "ac"]\n'],
  [
    "sqlite",
    "import sqlite3; print(sqlite3.connect(':memory:').execute('select 6*7').fetchone())",
    "(42,)\n",
  ],
  [
    "subprocess",
    "import subprocess; print(subprocess.run('echo out; exit 3', shell=True, capture_output=True))",
    "CompletedProcess(args='echo out; exit 3', returncode=3, stdout=b'out\\n', stderr=b'')\n",
  ],
  [
    "modes",
    "import os; open('m', 'w').close(); os.chmod('m', 0o750); print(oct(os.stat('m').st_mode))",
    "0o100750\n",
  ],
  [
    "asyncio",
    "import asyncio\nasync def f():\n    await asyncio.sleep(0.01)\n    return 7\nprint(asyncio.run(f()))",
    "7\n",
  ],
];

for (const [name, program, stdout] of cases)
  test(`python3 -c prints what Python prints: ${name}`, async () => {
    const result = await box.exec('python3 -c "$1"', { args: [program] });
    expect({ status: result.status, stdout: text(result.stdout), stderr: text(result.stderr) }).toEqual({
      status: 0,
      stdout,
      stderr: "",
    });
  });

test("endless recursion is a RecursionError", async () => {
  const result = await box.exec("python3 -c $'def f(): f()\\nf()'");
  expect(result.status).toBe(1);
  expect(text(result.stderr)).toContain("RecursionError: maximum recursion depth exceeded");
});
