// Renames that we find beside those that `git diff -M` finds, between commits of real histories, near ones and far ones:
// node bench/workspace-renames.mjs [--repository DIR]... [--pairs N]. Default: this repository.
import { execFileSync } from "node:child_process";
import { parseArgs } from "node:util";
import { loadSource } from "../tools/load-source.mjs";

const { values } = parseArgs({
  options: {
    repository: { type: "string", multiple: true, default: ["."] },
    pairs: { type: "string", default: "400" },
    verbose: { type: "boolean", default: false },
  },
});
/** Commits between the two that are compared. */
const DISTANCES = [1, 3, 10, 30, 100];

const { pairRenames } = await loadSource("packages/workspace/src/changes/renames.ts");

const sum = { pairs: 0, git: 0, ours: 0, same: 0, all: 0 };
for (const repository of values.repository) compareHistory(repository);
console.log(
  `${sum.pairs} pairs of commits, ${sum.git} renames by git, ${sum.ours} by us, ${sum.same} of ${sum.all} alike (${((100 * sum.same) / Math.max(1, sum.all)).toFixed(1)} %)`,
);

function compareHistory(repository) {
  const git = (...args) =>
    execFileSync("git", ["-C", repository, ...args], { maxBuffer: 1 << 30, encoding: "buffer" });
  const commits = git("rev-list", "--first-parent", "HEAD").toString().trim().split("\n").reverse();
  const pairs = DISTANCES.flatMap((far) => commits.slice(far).map((commit, i) => [commits[i], commit]));
  const step = Math.max(1, Math.floor(pairs.length / Number(values.pairs)));
  const blobs = new Map();
  const read = (name) => {
    if (!blobs.has(name)) blobs.set(name, git("cat-file", "blob", name));
    return blobs.get(name);
  };
  for (const [old, fresh] of pairs.filter((_, i) => i % step === 0)) {
    const theirs = gitRenames(git, old, fresh);
    const ours = ownRenames(git, read, old, fresh);
    sum.pairs++;
    sum.git += theirs.size;
    sum.ours += ours.size;
    for (const target of new Set([...theirs.keys(), ...ours.keys()])) {
      sum.all++;
      if (theirs.get(target) === ours.get(target)) sum.same++;
      else if (values.verbose)
        console.error(`${old}..${fresh} ${target}: git ${theirs.get(target)}, we ${ours.get(target)}`);
    }
  }
}

/** New path → old path. */
function gitRenames(git, old, fresh) {
  const fields = git("diff-tree", "-r", "-z", "-M", "--diff-filter=R", "--name-status", old, fresh)
    .toString("latin1")
    .split("\0");
  const found = new Map();
  for (let i = 0; i + 2 < fields.length; i += 3) found.set(fields[i + 2], fields[i + 1]);
  return found;
}

function ownRenames(git, read, old, fresh) {
  const fields = git("diff-tree", "-r", "-z", "--raw", "--no-renames", old, fresh)
    .toString("latin1")
    .split("\0");
  const changes = [];
  for (let i = 0; i + 1 < fields.length; i += 2) {
    const [oldMode, mode, oldBlob, blob, letter] = fields[i].slice(1).split(" ");
    const path = Buffer.from(fields[i + 1], "latin1");
    const kind = letter === "A" ? "created" : letter === "D" ? "deleted" : "modified";
    if (kind === "modified" || [oldMode, mode].includes("160000")) continue;
    const side = kind === "created" ? sideOf(mode, blob, read) : sideOf(oldMode, oldBlob, read);
    changes.push({ path, kind, node: 0, [kind === "created" ? "after" : "before"]: side });
  }
  const created = changes.filter(({ kind }) => kind === "created").map((change) => ({ change }));
  return new Map(
    pairRenames(changes, created)
      .filter(({ kind }) => kind === "renamed")
      .map(({ path, from }) => [path.toString("latin1"), from.toString("latin1")]),
  );
}

function sideOf(mode, blob, read) {
  const bytes = read(blob);
  const kind = mode === "120000" ? "symlink" : "file";
  return { kind, mode: Number.parseInt(mode, 8) & 0o777, size: bytes.length, read: () => bytes };
}
