import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readTar } from "./tar.ts";

const LONG = `${"d".repeat(90)}/${"e".repeat(90)}/file with a name`;

function pack(args: readonly string[]): Uint8Array {
  const dir = mkdtempSync(join(tmpdir(), "shadowbox-tar-"));
  try {
    mkdirSync(join(dir, LONG, ".."), { recursive: true });
    writeFileSync(join(dir, LONG), "long\n");
    writeFileSync(join(dir, "run.sh"), "#!/bin/sh\n", { mode: 0o755 });
    writeFileSync(join(dir, "empty"), "");
    writeFileSync(join(dir, "big"), "x".repeat(100_000));
    execFileSync("tar", [...args, "-f", join(dir, "..", "shadowbox-test.tar"), "-C", dir, "."]);
    return readFileSync(join(dir, "..", "shadowbox-test.tar"));
  } finally {
    rmSync(dir, { recursive: true, force: true });
    rmSync(join(tmpdir(), "shadowbox-test.tar"), { force: true });
  }
}

for (const args of [["-c"], ["-cz"], ["-c", "--format=pax"], ["-c", "--format=gnu"]])
  test(`readTar reads what tar ${args.join(" ")} writes`, async () => {
    const files = await readTar(pack(args));
    const seen = files.map(({ path, mode, bytes }) => [path, mode.toString(8), bytes.length]).sort();
    expect(seen).toEqual([
      ["./big", "644", 100_000],
      [`./${LONG}`, "644", 5],
      ["./empty", "644", 0],
      ["./run.sh", "755", 10],
    ]);
  });

test("readTar refuses what is no archive, however short", async () => {
  for (const length of [0, 10, 511])
    await expect(readTar(new Uint8Array(length).fill(65))).rejects.toThrow("expected a zip or tar archive");
});

test("readTar refuses what is damaged", async () => {
  const archive = pack(["-c"]);
  await expect(readTar(archive.slice(0, 50_000))).rejects.toThrow("cut off");
  await expect(readTar(new Uint8Array(1024).fill(7))).rejects.toThrow("read tar");
});
