// A file fits in the head (≤ 400 lines), a function on a screen (≤ 60). Exceptions are named in size-exceptions.json.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import ts from "typescript-api";

const MAX_FILE = 400;
const MAX_FUNCTION = 60;
const exceptions = JSON.parse(readFileSync("tools/size-exceptions.json", "utf8"));
const files = execFileSync("git", [
  "ls-files",
  "-co",
  "--exclude-standard",
  "packages",
  "tools",
  "conformance",
  "bench",
  "tests",
])
  .toString()
  .split("\n")
  .filter((path) => /\.(ts|tsx|mjs)$/.test(path));

const over = new Map();
function visit(source, node, path) {
  if (ts.isFunctionLike(node) && node.body) {
    const from = source.getLineAndCharacterOfPosition(node.getStart(source)).line;
    const lines = source.getLineAndCharacterOfPosition(node.end).line - from + 1;
    const test = /\.test\.ts$/.test(path) && !node.name;
    if (lines > MAX_FUNCTION && !test)
      over.set(`${path}#${node.name?.getText(source) ?? `line ${from + 1}`}`, lines);
  }
  ts.forEachChild(node, (child) => visit(source, child, path));
}
for (const path of files) {
  const text = readFileSync(path, "utf8");
  const lines = text.split("\n").length - 1;
  if (lines > MAX_FILE) over.set(path, lines);
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, false);
  visit(source, source, path);
}
let problems = 0;
for (const [what, lines] of over) {
  if (what in exceptions) continue;
  console.error(`${what}: ${lines} lines`);
  problems++;
}
for (const what of Object.keys(exceptions)) {
  if (over.has(what)) continue;
  console.error(`${what}: listed as an exception but within the limits, or gone`);
  problems++;
}
console.log(`sizes: ${files.length} files, ${problems} problems`);
process.exit(problems ? 1 : 0);
