// Hands cases to child processes, watches them, and starts another one when one dies or hangs.
import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import { LIMIT_MS } from "./case.mjs";

const CHILD = fileURLToPath(new URL("./child.mjs", import.meta.url));
/** A child that has not answered so long after the case's limit is stuck, milliseconds. */
const STUCK_MS = 10_000;
/** Cases after which a child is replaced: what leaks shows as slowness, not as a dead run. */
const CASES_PER_CHILD = 1500;

/** Runs all records on `jobs` processes and tells `report` each result as it comes. */
export async function runAll(records, { jobs, report, ...options }) {
  const queue = records.values();
  await Promise.all(
    Array.from({ length: Math.min(jobs, records.length) }, () => serve(queue, options, report)),
  );
}

async function serve(queue, options, report) {
  let child;
  let served = 0;
  for (const record of queue) {
    if (child === undefined || served >= CASES_PER_CHILD) {
      child?.kill("SIGKILL");
      child = await startChild(options);
      served = 0;
    }
    served++;
    const result = await ask(child, record, (options.limitMs ?? LIMIT_MS) + STUCK_MS);
    if (result.gone) child = undefined;
    delete result.gone;
    report(record, result);
  }
  child?.kill("SIGKILL");
}

function startChild(options) {
  const child = fork(CHILD, [JSON.stringify(options)], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
  return new Promise((resolve, reject) => {
    child.once("message", () => resolve(child));
    child.once("exit", (code) =>
      reject(new Error(`a case runner ended with status ${code} before its first case`)),
    );
  });
}

/** One case; `gone` when the child did not live through it. */
function ask(child, record, patienceMs) {
  return new Promise((resolve) => {
    const failed = (what) => ({ id: record.id, ok: false, differed: [what], gone: true });
    const done = (result) => {
      clearTimeout(timer);
      child.removeAllListeners();
      resolve(result);
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      done(failed("stuck"));
    }, patienceMs);
    child.once("message", done);
    child.once("exit", (code, signal) => done(failed(`crash (${signal ?? code})`)));
    child.send(record);
  });
}
