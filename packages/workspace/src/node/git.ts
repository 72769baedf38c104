import { spawnSync } from "node:child_process";
import { concat, decodeText } from "@shadowbox/vfs";
import type { Change, Side } from "../changes/types.ts";
import { WorkspaceError } from "../errors.ts";
import { pathKey } from "../paths.ts";

/** A commit on a branch of the user's repository. */
export interface GitCommit {
  branch: string;
  /** Object name of the commit. */
  commit: string;
  /** Paths that git ignores and does not have: they were left out. */
  ignored: string[];
}

/** Where the commit stands until it is known to be a good one. */
const PENDING = "refs/shadowbox/pending";

/**
 * Commits changes to a branch of the repository that holds the project, on top of the branch, or of HEAD for a new one. Work tree, index
 * and hooks are not touched; contents go in as they are, without filters. Throws WorkspaceError `git` (no git, no repository, a
 * branch that is checked out, nothing to commit).
 */
export function commitToBranch(
  project: string,
  changes: readonly Change[],
  { branch, message }: { branch: string; message: string },
): GitCommit {
  const git = new Git(project);
  git.checkBranch(branch);
  const prefix = git.line("rev-parse", "--show-prefix");
  const ref = `refs/heads/${branch}`;
  const tip = git.maybe("rev-parse", "--verify", "--quiet", `${ref}^{commit}`);
  const parent = tip ?? git.maybe("rev-parse", "--verify", "--quiet", "HEAD^{commit}");
  const ignored = git.ignored(changes.map(({ path }) => path));
  const taken = changes.filter(({ path }) => !ignored.has(pathKey(path)));
  const stream = [
    text(`commit ${PENDING}\ncommitter ${git.identity()}\n`),
    ...data(Buffer.from(message.endsWith("\n") ? message : `${message}\n`)),
    ...(parent ? [text(`from ${parent}\n`)] : []),
    ...taken.flatMap((change) => fileCommands(change, Buffer.from(prefix))),
    text("\ndone\n"),
  ];
  try {
    git.feed(concat(stream), "fast-import", "--quiet", "--done", "--force", "--date-format=raw");
    const commit = git.line("rev-parse", PENDING);
    if (parent && git.line("rev-parse", `${commit}^{tree}`) === git.line("rev-parse", `${parent}^{tree}`))
      throw new WorkspaceError("git", `commit to branch "${branch}": nothing differs from what it has`);
    git.line("update-ref", "-m", "shadowbox: commit", ref, commit, tip ?? "");
    return { branch, commit, ignored: [...ignored].map((key) => decodeText(Buffer.from(key, "latin1"))) };
  } finally {
    git.maybe("update-ref", "-d", PENDING);
  }
}

/** The message of a commit of which nobody said anything. */
export function messageFor(paths: readonly string[]): string {
  if (paths.length === 1) return `Change ${paths[0]}`;
  return `Change ${paths.length} files\n\n${paths.map((path) => `- ${path}`).join("\n")}`;
}

/** What `git fast-import` is told of a change; folders are not git's matter. */
function fileCommands({ path, from, after }: Change, prefix: Uint8Array): Uint8Array[] {
  const named = (name: Uint8Array) => quote(concat([prefix, name]));
  const commands: Uint8Array[] = [];
  if (from !== undefined) commands.push(text("D "), named(from), text("\n"));
  if (after === undefined) commands.push(text("D "), named(path), text("\n"));
  else if (after.kind !== "directory")
    commands.push(text(`M ${modeOf(after)} inline `), named(path), text("\n"), ...data(after.read()));
  return commands;
}

function modeOf({ kind, mode }: Side): string {
  return kind === "symlink" ? "120000" : mode & 0o100 ? "100755" : "100644";
}

function data(bytes: Uint8Array): Uint8Array[] {
  return [text(`data ${bytes.length}\n`), bytes, text("\n")];
}

function text(value: string): Uint8Array {
  return Buffer.from(value);
}

/** A path in quotes, with C escapes. */
function quote(path: Uint8Array): Uint8Array {
  const parts = Array.from(path, (byte) =>
    byte === 0x22 || byte === 0x5c
      ? `\\${String.fromCharCode(byte)}`
      : byte === 0x0a
        ? "\\n"
        : String.fromCharCode(byte),
  );
  return Buffer.from(`"${parts.join("")}"`, "latin1");
}

function firstLine(output: Uint8Array): string {
  return String(output).trim().split("\n")[0] as string;
}

/** The user's git, in the project's folder. */
class Git {
  readonly #project: string;

  constructor(project: string) {
    this.#project = project;
    const inside = this.#run(["rev-parse", "--is-inside-work-tree"]);
    if (inside.status !== 0 || String(inside.stdout).trim() !== "true")
      throw new WorkspaceError(
        "git",
        `commit to a branch: expected a git repository around "${project}", there is none`,
      );
  }

  #run(args: readonly string[], input?: Uint8Array) {
    const { GIT_DIR, GIT_WORK_TREE, GIT_INDEX_FILE, ...env } = process.env;
    const result = spawnSync("git", ["-C", this.#project, "-c", "core.fsmonitor=false", ...args], {
      env: { ...env, GIT_OPTIONAL_LOCKS: "0", LC_ALL: "C" },
      maxBuffer: 1 << 30,
      ...(input && { input }),
    });
    if ((result.error as NodeJS.ErrnoException | undefined)?.code === "ENOENT")
      throw new WorkspaceError("git", "commit to a branch: expected git in PATH, there is none");
    return result;
  }

  /** The one line that a command prints. */
  line(...args: string[]): string {
    const { status, stdout, stderr } = this.#run(args);
    if (status === 0) return String(stdout).replace(/\n$/, "");
    throw new WorkspaceError("git", `git ${args[0]}: ${firstLine(stderr) || `status ${status}`}`);
  }

  maybe(...args: string[]): string | undefined {
    const { status, stdout } = this.#run(args);
    return status === 0 ? String(stdout).trim() : undefined;
  }

  feed(input: Uint8Array, ...args: string[]): void {
    const { status, stderr } = this.#run(args, input);
    if (status !== 0)
      throw new WorkspaceError("git", `git ${args[0]}: ${firstLine(stderr) || `status ${status}`}`);
  }

  /** Refuses names that are none, and a branch whose work tree would seem changed. */
  checkBranch(branch: string): void {
    if (this.maybe("check-ref-format", "--branch", branch) !== branch)
      throw new WorkspaceError("git", `commit to branch "${branch}": expected a branch name as git has them`);
    const trees = this.line("worktree", "list", "--porcelain").split("\n");
    if (trees.includes(`branch refs/heads/${branch}`))
      throw new WorkspaceError(
        "git",
        `commit to branch "${branch}": it is checked out, and its files would seem changed; name another branch`,
      );
  }

  /** `Name <email> seconds zone` of who commits. */
  identity(): string {
    const { status, stdout } = this.#run(["var", "GIT_COMMITTER_IDENT"]);
    if (status === 0) return String(stdout).trim();
    throw new WorkspaceError(
      "git",
      "commit to a branch: git does not know who you are; set user.name and user.email",
    );
  }

  /** Of the paths, those that git ignores and does not have. */
  ignored(paths: readonly Uint8Array[]): Set<string> {
    const list = concat(paths.flatMap((path) => [text("./"), path, Uint8Array.of(0)]));
    const { stdout } = this.#run(["check-ignore", "-z", "--stdin"], list);
    const names = Buffer.from(stdout).toString("latin1").split("\0").slice(0, -1);
    return new Set(names.map((name) => name.slice(2)));
  }
}
