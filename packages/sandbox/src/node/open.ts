import { lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { Journal, type JournalState, Overlay, restoreTree, type TreeFileSystem } from "@shadowbox/vfs";
import { type NodeBaseSource, NodeJournalStorage } from "@shadowbox/vfs/node";
import {
  type LeftOut,
  openProject,
  openState,
  ProjectWorkspace,
  placeOf,
  type StateFolder,
} from "@shadowbox/workspace/node";
import { Box, directoryAt, type Review } from "../box.ts";
import { memoryPages } from "../commands.ts";
import { SandboxError } from "../errors.ts";
import type { SandboxOptions } from "../types.ts";
import { mountsOf, type NodeSetup } from "./attach.ts";
import { installCommands, officialFolder } from "./commands.ts";
import { nodeFetchHost } from "./fetch-host.ts";
import { NetLog } from "./net-log.ts";
import { sharedPool } from "./pool.ts";

/** Where a sandbox is kept between runs. */
interface Kept {
  state: StateFolder;
  journal: Journal;
  restored: JournalState;
}

/** Opens a sandbox on Node; see `openSandbox`. */
export function openNodeSandbox(options: SandboxOptions): Box {
  if (options.engine === "wasmtime")
    throw new SandboxError(
      "engine",
      'open sandbox: engine "wasmtime" is not available in this version; use "v8"',
    );
  const kept = options.state === undefined ? undefined : openKept(options);
  try {
    return openBox(options, kept);
  } catch (error) {
    kept?.state.release();
    throw error;
  }
}

function openBox(options: SandboxOptions, kept: Kept | undefined): Box {
  const opened = options.project === undefined ? undefined : openFolder(options.project, options, kept);
  const { place, base, leftOut } = opened ?? {};
  const pool = sharedPool();
  const registry = options.registry ?? officialFolder();
  const pages = memoryPages(options.limits);
  const { commands, entries, archives } = installCommands(pool, registry, pages, options);
  const frozen = `${options.workspaceDir ?? "/workspace"}/.git`.replace("//", "/");
  const setup: NodeSetup = { project: place, frozen, archives, registry, cacheDir: options.cacheDir };
  return new Box(options, {
    pool,
    setup,
    tools: { kernel: commands, entries, mounts: mountsOf(setup) },
    restore: (tree) => kept && restoreTree(tree, kept.restored),
    journal: kept?.journal,
    base,
    frozen,
    notices: () => (leftOut?.take() ?? []).map(leftOutNotice),
    fetch: nodeFetchHost(),
    netLog: kept && new NetLog(join(kept.state.path, "net.jsonl")),
    review: kept && base ? (tree, dir) => reviewOf(tree, dir, base, kept, options) : undefined,
    release: () => {
      base?.close();
      kept?.state.release();
    },
  });
}

function openFolder(path: string, { exclude, include, readOnly }: SandboxOptions, kept: Kept | undefined) {
  const given = { ...(exclude && { exclude }), ...(include && { include }) };
  const state = kept && { path: kept.state.path, readOnly };
  const place = placeOf(checkProject(path), given, state);
  return { place, ...openProject(place) };
}

function leftOutNotice({ path, why }: LeftOut): string {
  return why === "secret"
    ? `hid "${path}" from the box: it looks like a secret; --include "${path}" brings it in`
    : `left out "${path}": a ${why} cannot be brought into the box`;
}

function notice(options: SandboxOptions, message: string): void {
  options.onEvent?.({ type: "notice", message });
}

function openKept(options: SandboxOptions): Kept {
  const { state: root, project, readOnly } = options;
  if (project === undefined)
    throw new SandboxError("invalid", "open sandbox: expected a project for the state folder, got none");
  const state = openState(root as string, project, { readOnly });
  try {
    const storage = new NodeJournalStorage(join(state.path, "journal"));
    const { journal, state: restored, report } = Journal.open(readOnly ? storage.snapshot() : storage);
    if (report.cut > 0 && report.bytes > 16)
      notice(
        options,
        `the journal ended in an unfinished write of ${report.cut} bytes; the state before it was restored`,
      );
    return { state, journal, restored };
  } catch (error) {
    state.release();
    throw error;
  }
}

function checkProject(path: string): string {
  try {
    const real = realpathSync(path);
    if (lstatSync(real).isDirectory()) return real;
  } catch (error) {
    throw new SandboxError("project", `open project "${path}": ${(error as Error).message}`, {
      cause: error,
    });
  }
  throw new SandboxError("project", `open project "${path}": expected a folder, it is something else`);
}

function reviewOf(
  tree: TreeFileSystem,
  workspaceDir: string,
  base: NodeBaseSource,
  { state, journal }: Kept,
  options: SandboxOptions,
): Review {
  const workspace = new ProjectWorkspace(
    { tree, overlay: new Overlay(tree), root: directoryAt(tree, workspaceDir), base },
    state.project,
    { state: state.path, flush: () => journal.flush(tree) },
  );
  if (options.readOnly) return workspace;
  const { finished, rescued } = workspace.recover();
  for (const id of finished)
    notice(options, `commit ${id} was interrupted; it was finished now, everything of it is in the project`);
  for (const { path, file } of rescued)
    notice(options, `"${path}" had been changed since; that version is kept as ${file}`);
  return workspace;
}
