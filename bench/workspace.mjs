// Bars of the workspace, each beside the tool that it is measured against, in one run: node bench/workspace.mjs
// [--files N] [--folder DIR] [--json]
import { execFileSync } from "node:child_process";
import {
  closeSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { loadSource } from "../tools/load-source.mjs";

const { values } = parseArgs({
  options: {
    files: { type: "string", default: "10000" },
    folder: { type: "string", default: tmpdir() },
    json: { type: "boolean", default: false },
  },
});
const COUNT = Number(values.files);
const BYTES = 10_000;

const folder = mkdtempSync(join(values.folder, "bench-workspace-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
const { TestProject } = await loadSource("packages/workspace/src/node/testing.ts");

const rows = [];
const row = (bar, ours, other, limit) => rows.push({ bar, ours, other, ratio: other && ours / other, limit });
const timed = (action) => {
  const start = performance.now();
  action();
  return performance.now() - start;
};

const home = join(folder, "home");
const project = join(home, "project");
mkdirSync(join(home, "state"), { recursive: true });
const names = Array.from({ length: COUNT }, (_, i) => `dir${i % 100}/sub${i % 7}/file${i}.txt`);
for (const name of names) {
  mkdirSync(join(project, name, ".."), { recursive: true });
  writeFileSync(join(project, name), `${name}\n`.repeat(BYTES / (name.length + 1)));
}
const git = (...args) =>
  execFileSync("git", ["-C", project, "-c", "gc.auto=0", ...args], { stdio: "ignore" });
git("init", "-q");
git("add", ".");
rmSync(join(project, ".git"), { recursive: true });
git("init", "-q");
const gitStatus = timed(() => git("status", "--porcelain", "-uall"));
git("-c", "user.name=a", "-c", "user.email=a@b", "add", ".");
git("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "all");
const gitTracked = timed(() => git("status", "--porcelain", "-uall"));
rmSync(join(project, ".git"), { recursive: true });

const test = new TestProject({}, home);
const heapBefore = process.memoryUsage().rss;
const opened = timed(() => {
  test.open();
  test.status();
});
const first = opened + timed(() => test.seenNames());
row(
  `open and first status of ${COUNT} files / git status of a repository that has them`,
  opened,
  gitTracked,
  1,
);
row(
  "the same, and every name looked at / git status of a repository that has them",
  first,
  gitTracked,
  undefined,
);
row("the same / git status in a new repository, which only lists", first, gitStatus, undefined);
row("memory for unread files, MB", (process.memoryUsage().rss - heapBefore) / 1e6, undefined, 20);

test.box({ [names[0]]: "changed\n" });
test.workspace.noteExec("warm-up", 0);
const small = [1, 2, 3, 4, 5].map((i) => {
  test.box({ [names[i]]: "changed\n" });
  const status = timed(() => test.status());
  return { status, snapshot: timed(() => test.workspace.noteExec("one file", 0)) };
});
const median = (list) => list.sort((a, b) => a - b)[list.length >> 1];
row("status after one edit, ms", median(small.map(({ status }) => status)), undefined, 10);
row("snapshot after one edit, ms", median(small.map(({ snapshot }) => snapshot)), undefined, 5);

const boxChangesAll = (word) => {
  for (const name of names) test.box({ [name]: `${word} ${name}\n`.repeat(400) }, 0o644, false);
  test.flush();
  test.workspace.noteExec("all", 0);
};
boxChangesAll("changed");
const copies = [1, 2, 3].map((i) => {
  const copy = timed(() => execFileSync("cp", ["-r", project, join(folder, `copy${i}`)]));
  return { copy, synced: copy + timed(() => execFileSync("sync", ["-f", folder])) };
});
const copy = median(copies.map((one) => one.copy));
const synced = median(copies.map((one) => one.synced));
const calls = bareCalls(join(folder, "copy1"), join(folder, "links"));
const bare = calls.writing + calls.syncing;
row("the calls of a commit and nothing else, one by one / cp -r", bare, copy, undefined);
row("of which sync -f, twice / cp -r", calls.syncing, copy, undefined);
const before = process.cpuUsage();
const commit = timed(() => test.workspace.commit({ countLines: false }));
const { user, system } = process.cpuUsage(before);
row(`commit ${COUNT} changed files / cp -r`, commit, copy, 1.5);
row(`commit ${COUNT} changed files / cp -r and sync -f`, commit, synced, undefined);
row("the same, CPU of this process, ms: user", user / 1000);
row("the same, CPU of this process, ms: system", system / 1000);
boxChangesAll("once more");
const counted = timed(() => test.workspace.commit());
row("the same with changed lines counted / cp -r", counted, copy, undefined);

/** What a commit asks of the system for as many files: a link to the old one, the new one beside it, a rename, a look. */
function bareCalls(target, links) {
  mkdirSync(links);
  const bytes = names.map((name) => Buffer.from(`changed ${name}\n`.repeat(400)));
  const each = (action) =>
    timed(() => {
      for (const [i, name] of names.entries()) action(join(target, name), i);
    });
  const sync = () => timed(() => execFileSync("sync", ["-f", folder]));
  let writing = each((place, i) => {
    linkSync(place, join(links, String(i)));
    const fd = openSync(`${place}.new`, "wx", 0o644);
    writeSync(fd, bytes[i]);
    closeSync(fd);
  });
  let syncing = sync();
  writing += each((place) => renameSync(`${place}.new`, place));
  syncing += sync();
  writing += each((place) => lstatSync(place, { bigint: true }));
  return { writing, syncing };
}

if (values.json) console.log(JSON.stringify(rows));
else
  for (const { bar, ours, other, ratio, limit } of rows)
    console.log(
      `${bar}: ${ours.toFixed(1)}${other ? ` / ${other.toFixed(1)} ms = ${ratio.toFixed(2)}` : ""}${limit ? ` (bar ${limit})` : ""}`,
    );
test.close();
