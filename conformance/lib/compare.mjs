// What a record expects against what came.
import { toBytes, toLatin } from "./bytes.mjs";

/** Names of what differed; empty: the case passed. */
export function differences(record, run) {
  const differed = [];
  if (run.timedOut) differed.push("time");
  if (!sameText(record, record.expected_stdout, run.stdout, run.workspace)) differed.push("stdout");
  if (!sameText(record, record.expected_stderr, run.stderr, run.workspace)) differed.push("stderr");
  if (record.expected_status !== undefined && record.expected_status !== run.status) differed.push("status");
  if (record.expect_fail && run.status === 0) differed.push("status");
  const stdout = toLatin(run.stdout);
  for (const part of record.stdout_contains ?? [])
    if (!stdout.includes(toLatin(toBytes(part)))) differed.push("stdout_contains");
  for (const [what, name, text] of record.after ?? [])
    if (!holds(run, what, name, text)) differed.push(`after:${what}:${name}`);
  for (const [name, text] of Object.entries(record.expected_files ?? {}))
    if (!holds(run, "content", name, text)) differed.push(`file:${name}`);
  return [...new Set(differed)];
}

function sameText(record, expected, got, workspace) {
  if (expected === undefined) return true;
  const wanted = record.subst_ws ? expected.replaceAll("{ws}", workspace) : expected;
  if (sameBytes(toBytes(wanted), got)) return true;
  if (!record.ignore_space) return false;
  return bare(toBytes(wanted)) === bare(got);
}

function bare(bytes) {
  return toLatin(bytes).replace(/\s+/g, "");
}

function sameBytes(a, b) {
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

function holds(run, what, name, text) {
  const path = run.path(name);
  if (what === "exists") return run.fs.exists(path);
  if (what === "absent") return !run.fs.exists(path);
  try {
    return sameBytes(toBytes(text), run.fs.readFile(path));
  } catch {
    return false;
  }
}
