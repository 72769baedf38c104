import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type ExecOptions, Sandbox } from "./index.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await Sandbox.create({});
});
afterAll(() => box.close());

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

async function run(script: string, options: ExecOptions = { session: true }) {
  const { stdout, stderr, status, signal } = await box.exec(script, options);
  return { out: text(stdout) + text(stderr), status, signal };
}

/** Runs a script in the session and interrupts it as soon as it printed `ready`. */
async function interrupted(script: string) {
  const interrupt = new AbortController();
  let shown = "";
  const onStdout = (bytes: Uint8Array) => {
    shown += text(bytes);
    if (shown.includes("ready\n")) interrupt.abort();
  };
  const end = await run(script, { session: true, interrupt: interrupt.signal, onStdout, timeoutMs: 15_000 });
  return { ...end, out: end.out.replace("ready\n", "") };
}

describe("an interrupted call of a session", () => {
  it.each([
    ["a program", "echo ready; sleep 60; echo after"],
    ["a loop of programs", "echo ready; while true; do sleep 60; done; echo after"],
    ["a loop without programs", "echo ready; while :; do :; done; echo after"],
    ["an endless arithmetic loop", "echo ready; for ((;;)); do ((i++)); done; echo after"],
    ["a subshell", "(echo ready; sleep 60; echo in); echo after"],
    ["a pipeline", "echo ready; sleep 60 | cat; echo after"],
    ["a loop that reads a pipe", "echo ready; yes | while read -r x; do y=$x; done; echo after"],
    ["a wait for a job", "sleep 60 & echo ready; wait; echo after"],
    ["a function", "f() { echo ready; sleep 60; echo in; }; f || echo or; echo after"],
    ["the words of a command", "echo ready; echo $(sleep 60; echo in) after"],
    ["the shell it started", "echo ready; bash -c 'sleep 60; echo in'; echo after"],
  ])("ends %s, and no more", async (_, script) => {
    await run("kept=1; g() { echo $kept; }; cd /tmp");
    expect(await interrupted(`now=2; ${script}`)).toEqual({ out: "", status: 130, signal: undefined });
    expect(await run('echo "$? $kept $now $PWD"; g; kill %% 2> /dev/null; now=; cd /')).toMatchObject({
      out: "130 1 2 /tmp\n1\n",
    });
  });

  it("leaves alone what the words of an assignment would have changed", async () => {
    await run("x=old");
    expect(await interrupted("exec 3>&1; x=$(echo ready >&3; sleep 60)new; echo after")).toMatchObject({
      out: "",
      status: 130,
    });
    expect((await run("echo $x")).out).toBe("old\n");
  });

  it("goes on where a program took the signal", async () => {
    const program =
      "import time\ntry:\n print('ready', flush=True); time.sleep(60)\nexcept KeyboardInterrupt: print('taken')";
    expect(await interrupted(`python3 -c "${program}"; echo $?`)).toMatchObject({
      out: "taken\n0\n",
      status: 0,
    });
  });

  it("runs its trap, and goes on", async () => {
    await run("trap 'echo trapped $((++n))' INT");
    expect(await interrupted("echo ready; while ((n < 1)); do :; done; echo after")).toMatchObject({
      out: "trapped 1\nafter\n",
      status: 0,
    });
    await run("trap - INT; unset n");
    expect(await interrupted("echo ready; while :; do :; done")).toMatchObject({ out: "", status: 130 });
  });

  it("leaves jobs in the background running", async () => {
    await run("sleep 60 & for job in 1; do sleep 61; done &");
    expect(await interrupted("sleep 62 & echo ready; sleep 60")).toMatchObject({ status: 130 });
    expect((await run("jobs -p | wc -l; kill $(jobs -p)")).out).toBe("3\n");
  });
});

describe("a job in the background", () => {
  it("does not hear SIGINT, as the keyboard is not for it, unless there is job control", async () => {
    const script = "sleep 1.5 & sleep 0.1; kill -INT $!; wait $!; echo $?";
    expect(await run(script, {})).toMatchObject({ out: "0\n" });
    expect(await run(`set -m; ${script}`, {})).toMatchObject({
      out: "130\n[1]+  Interrupt               sleep 1.5\n",
    });
    expect(await run("{ sleep 0.2; echo in; } & kill -INT $!; wait $!; echo $?", {})).toMatchObject({
      out: "in\n0\n",
    });
    expect(
      await run(
        "{ trap 'echo trapped' INT; echo > f; while [ -e f ]; do :; done; } & while [ ! -e f ]; do :; done; kill -INT $!; rm f; wait $!",
        {},
      ),
    ).toMatchObject({ out: "trapped\n" });
  });
});

describe("a signal that ends a shell", () => {
  it("comes after its EXIT trap", async () => {
    const script =
      "trap 'echo bye $?' EXIT; (sleep 0.2; kill -TERM $$) & sleep 3 > /dev/null 2>&1; echo after";
    const { out, status, signal } = await run(script, {});
    expect({ out, status, signal }).toEqual({ out: "bye 0\n", status: 143, signal: "TERM" });
    expect(
      await run("timeout 0.3 bash -c 'trap \"echo bye\" EXIT; while :; do :; done'; echo $?", {}),
    ).toMatchObject({
      out: "bye\n124\n",
    });
  });
});
