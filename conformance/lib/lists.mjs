// Lists of cases that do not pass: `known/<suite>.txt` (ours to mend) and `skip/<suite>.txt` (need what the product does
// not have). A line is the id, a tab, the reason. Both kinds run; one that passes is an error.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = fileURLToPath(new URL("..", import.meta.url));

/** id → reason. */
export function readList(kind, suite) {
  const path = join(HERE, kind, `${suite}.txt`);
  const list = new Map();
  if (!existsSync(path)) return list;
  for (const line of readFileSync(path, "utf8").split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const tab = line.indexOf("\t");
    if (tab < 1) throw new Error(`read ${kind}/${suite}.txt: expected "id<TAB>reason", got "${line}"`);
    list.set(line.slice(0, tab), line.slice(tab + 1));
  }
  return list;
}

/** Writes the list of known failures anew; a reason that a person wrote stays. */
export function writeKnown(suite, failures, old) {
  const path = join(HERE, "known", `${suite}.txt`);
  const lines = failures.map(({ id, reason }) => `${id}\t${handWritten(old.get(id)) ?? reason}`).sort();
  mkdirSync(dirname(path), { recursive: true });
  if (lines.length === 0) rmSync(path, { force: true });
  else writeFileSync(path, `${lines.join("\n")}\n`);
}

/** Reasons from {@link reasonOf} start with `auto: `. */
function handWritten(reason) {
  return reason === undefined || reason.startsWith("auto: ") ? undefined : reason;
}

/** A first reason for the list, from what was seen. */
export function reasonOf(record, result) {
  const missing = /([^\s:]+): command not found/.exec(`${result.stderr ?? ""}${result.stdout ?? ""}`);
  if (missing !== null && !/not found/.test(record.expected_stdout ?? ""))
    return `auto: no command ${missing[1]}`;
  if (result.error !== undefined) return `auto: ${result.error.split("\n")[0]}`;
  const said = (result.stderr ?? "").split("\n").find((line) => line !== "");
  const status = result.differed.includes("status") ? ` (${result.status})` : "";
  const what = result.differed.join(", ").replaceAll("\t", " ").replaceAll("\n", "\\n");
  return `auto: ${what}${status}${said ? `; ${said.slice(0, 100).replaceAll("\t", " ")}` : ""}`;
}
