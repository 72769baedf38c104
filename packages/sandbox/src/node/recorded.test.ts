import { decodeText } from "@shadowbox/vfs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ExecResult, Sandbox } from "../types.ts";
import { Sandbox as Boxes } from "./index.ts";

/** Scripts that tell something else each time they run. */
const SCRIPTS = [
  "date +%s%N; echo $EPOCHREALTIME $RANDOM $SRANDOM",
  "mktemp; mktemp -u; head -c 8 /dev/urandom | od -An -tx1; shuf -i 1-1000 -n 5",
  "touch f; stat -c '%y %n' f; mkdir d; for i in 1 2 3; do date > d/$i; done; stat -c %y d d/*; cat d/*",
  "(date +%N; sleep 0.01; date +%N) | cat & (date +%N) ; wait; printf '%(%s)T\\n'",
  "time sleep 0.01; times; SECONDS=5; sleep 0.01; echo $SECONDS",
  "find . -type f | sort | xargs -n1 -P2 stat -c %Y; awk 'BEGIN { srand(); print rand(); print systime() }'",
  "python3 -c 'import random, time, uuid, os; print(random.random(), time.time(), time.perf_counter(), uuid.uuid4(), os.urandom(4), hash(\"a\"))'",
  'python3 -c \'import subprocess, sys; print(subprocess.run(["date", "+%N"], capture_output=True))\'; ls -l --full-time',
];

const said = ({ stdout }: ExecResult) => decodeText(stdout);

let box: Sandbox;
let again: Sandbox;
beforeAll(async () => {
  box = await Boxes.create();
  again = await Boxes.create();
});
afterAll(async () => {
  await box.close();
  await again.close();
});

describe("a recorded call", () => {
  it.each(SCRIPTS)("says the same when it is repeated: %s", async (script) => {
    const run = (sandbox: Sandbox) => async () => said(await sandbox.exec(script, { combine: true }));
    const { result, recording } = await box.recorded(run(box));
    const repeated = await again.recorded(run(again), recording);
    expect(repeated.result).toBe(result);
  });

  it("leaves the clock and random numbers alone afterwards", async () => {
    const script = "echo $SRANDOM $(date +%N)";
    const { recording } = await box.recorded(() => box.exec(script));
    const first = await box.recorded(async () => said(await box.exec(script)), recording);
    expect(said(await box.exec(script))).not.toBe(first.result);
  });

  it("gives files written by the host their times again", async () => {
    const write = (sandbox: Sandbox) => async () => {
      sandbox.fs.writeFile("/workspace/host", "x");
      return sandbox.fs.stat("/workspace/host").mtimeNs;
    };
    const { result, recording } = await box.recorded(write(box));
    expect((await again.recorded(write(again), recording)).result).toBe(result);
  });

  it("refuses bytes that are no recording, and is made by one caller at a time", async () => {
    await expect(box.recorded(async () => {}, new Uint8Array(3))).rejects.toMatchObject({ code: "invalid" });
    const { result, recording } = await box.recorded(() => box.recorded(async () => 1));
    expect(result).toEqual({ result: 1 });
    expect(recording).toHaveLength(32);
  });
});
