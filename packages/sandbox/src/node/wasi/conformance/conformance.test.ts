import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Call, callsModule, MEM, readAnswers } from "../testing/calls.ts";
import { runBytes } from "../testing/run-bytes.ts";
import { descriptors } from "./descriptors.ts";
import { knownDifference } from "./known.ts";
import { others } from "./others.ts";
import { paths } from "./paths.ts";
import { FOLDER, type Scenario } from "./scenario.ts";

function makeFolder(root: string): void {
  for (const [name, content] of Object.entries(FOLDER)) {
    const path = join(root, name);
    if (content === undefined) mkdirSync(path, { recursive: true });
    else if (content.startsWith("->")) symlinkSync(content.slice(2), path);
    else writeFileSync(path, content);
  }
}

async function* input(text: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(text);
}

type Answers = (number | string)[];

/** Runs the calls on both engines in the same folder, first on the one that leaves it as it is; the status comes last. */
async function answers(scenario: Scenario): Promise<[v8: Answers, wasmtime: Answers]> {
  const root = mkdtempSync(join(tmpdir(), "shadowbox-calls-"));
  const run = async (engine: "v8" | "wasmtime"): Promise<Answers> => {
    const { calls, stdin } = scenario;
    const printed = await runBytes(callsModule(calls), {
      engine,
      folders: [{ host: root, guest: "/" }],
      ...(stdin !== undefined && { stdin: input(stdin) }),
      ...(engine === "wasmtime" && { writeBack: true }),
    });
    return [...readAnswers(calls, printed.stdout), printed.status];
  };
  try {
    makeFolder(root);
    for (let index = 0; index < (scenario.folders ?? 0); index++) {
      mkdirSync(join(root, `folder-${index}`));
      makeFolder(join(root, `folder-${index}`));
    }
    return [await run("v8"), await run("wasmtime")];
  } finally {
    rmSync(root, { recursive: true });
  }
}

const OBSERVES = new Set(["peek", "poke", "fill"]);

/** Whether a step shows a directory's size, which is the host file system's own affair. */
function isDirectorySize({ calls }: Scenario, index: number, answers: Answers): boolean {
  const [what, at] = calls[index] ?? [];
  return what === "peek" && at === MEM.out + 32 && answers[index - 1] === "03";
}

/** Steps whose answers differ for no reason that is known. What is printed after a known difference follows from it. */
function differences(scenario: Scenario, v8: Answers, wasmtime: Answers): string[] {
  const found: string[] = [];
  let excused = false;
  for (const [index, call] of [...scenario.calls, ["status"] as const].entries()) {
    const [ours, theirs] = [v8[index] as number | string, wasmtime[index] as number | string];
    const known = ours === theirs ? undefined : knownDifference(call as Call, ours, theirs);
    if (known !== undefined) excused = true;
    else if (!OBSERVES.has(call[0])) excused = false;
    if (ours === theirs || excused || isDirectorySize(scenario, index, v8)) continue;
    found.push(`${index}: ${call.map(String).join(" ")}: v8 ${ours}, wasmtime ${theirs}`);
  }
  return found;
}

describe.each(Object.entries({ paths, descriptors, others }))(
  "%s answer as stock wasmtime does",
  (_, table) => {
    it.each(table.map((scenario) => [scenario.name, scenario] as const))("%s", async (_name, scenario) => {
      const [v8, wasmtime] = await answers(scenario);
      expect(differences(scenario, v8, wasmtime)).toEqual([]);
    });
  },
);
