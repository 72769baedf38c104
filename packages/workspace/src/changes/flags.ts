import { decodeText } from "@shadowbox/vfs";
import type { Change } from "./types.ts";

/**
 * Files that make the user's machine run something later: named in a review, and in need of their own yes. The list is
 * in docs/state.md; patterns are matched from the start of a path or after any `/`.
 */
const RUNS_LATER: readonly [pattern: RegExp, why: string][] = [
  [/(^|\/)\.git(\/|$)/, "part of a git repository's own files: hooks and configuration run commands"],
  [/(^|\/)\.gitmodules$/, "git fetches what it names"],
  [/(^|\/)\.(husky|githooks|lefthook)\//, "runs at git commits"],
  [/(^|\/)(\.pre-commit-config\.yaml|lefthook\.ya?ml)$/, "runs at git commits"],
  [
    /(^|\/)\.(bash|zsh)(rc|_profile|env|_login|_logout)$|(^|\/)\.(profile|zprofile|zlogin|envrc|direnvrc)$/,
    "runs when a shell starts",
  ],
  [
    /(^|\/)(\.vscode\/(tasks|launch|settings|extensions)\.json|\.idea\/.*|\.vim\/.*|\.exrc|\.nvimrc|\.nvim\.lua)$/,
    "an editor runs it, or runs what it says",
  ],
  [/(^|\/)\.devcontainer(\/|\.json$)/, "an editor builds and runs it"],
  [
    /(^|\/)(\.github\/(workflows|actions)\/.*|\.gitlab-ci\.yml|\.circleci\/.*|azure-pipelines\.yml|Jenkinsfile|\.travis\.yml|\.drone\.yml|bitbucket-pipelines\.yml)$/,
    "runs in continuous integration",
  ],
  [/(^|\/)\.ssh\//, "decides who may log in and what a login runs"],
  [
    /(^|\/)(\.npmrc|\.yarnrc(\.yml)?|\.pnpmfile\.c?js|bunfig\.toml|pip\.conf|\.pypirc)$/,
    "tells a package manager where to fetch code",
  ],
  [
    /(^|\/)(\.mcp\.json|\.claude\/.*|\.cursor\/.*|CLAUDE\.md|AGENTS\.md)$/,
    "instructs other agents and tools",
  ],
  [/(^|\/)(conftest\.py|sitecustomize\.py|usercustomize\.py)$|\.pth$/, "Python runs it by itself"],
  [/(^|\/)\.cargo\/config(\.toml)?$|(^|\/)build\.rs$/, "cargo runs it, or runs what it says"],
];

/** Why a change needs a yes of its own, or undefined. */
export function dangerOf({ path, after, before }: Change): string | undefined {
  if (after === undefined) return undefined;
  const name = decodeText(path);
  for (const [pattern, why] of RUNS_LATER) if (pattern.test(name)) return why;
  if (/(^|\/)package\.json$/.test(name) && scriptsOf(after.read()) !== scriptsOf(before?.read()))
    return "its scripts run when packages are installed, tests are run and so on";
  if (after.kind === "symlink" && leadsOut(name, decodeText(after.read())))
    return "a symlink that leads out of the project";
  return undefined;
}

/** The scripts of a package.json, or its whole text if it cannot be read. */
function scriptsOf(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "{}";
  const text = decodeText(bytes);
  try {
    return JSON.stringify((JSON.parse(text) as { scripts?: unknown }).scripts ?? {});
  } catch {
    return text;
  }
}

function leadsOut(path: string, target: string): boolean {
  if (target.startsWith("/")) return true;
  let depth = path.split("/").length - 1;
  for (const name of target.split("/")) {
    if (name === "..") depth--;
    else if (name !== "." && name !== "") depth++;
    if (depth < 0) return true;
  }
  return false;
}
