import { accessSync, constants, lstatSync, realpathSync } from "node:fs";
import { join } from "node:path";
import {
  type BaseSource,
  Journal,
  type JournalState,
  Overlay,
  type ProjectImage,
  restoreTree,
  type TreeFileSystem,
  VfsError,
} from "@shadowbox/vfs";
import { NodeJournalStorage } from "@shadowbox/vfs/node";
import { WorkerKind } from "@shadowbox/wasi";
import {
  type LeftOut,
  openProject,
  openState,
  type ProjectPlace,
  ProjectWorkspace,
  placeOf,
  type StateFolder,
  systemReason,
} from "@shadowbox/workspace/node";
import { Box } from "../box.ts";
import { memoryPages, pickBundles } from "../commands.ts";
import { SandboxError } from "../errors.ts";
import { BASE_IS_SHARED, copyImage, givenImage, noteProject } from "../project.ts";
import { ImageReview } from "../review/image.ts";
import type { Review } from "../review/review.ts";
import { ShadowReview } from "../review/shadow.ts";
import { directoryAt } from "../tree.ts";
import type { SandboxOptions } from "../types.ts";
import { mountsOf, type NodeSetup } from "./attach.ts";
import { installCommands, officialFolder } from "./commands.ts";
import { nodeFetchHost } from "./fetch-host.ts";
import { NetLog } from "./net-log.ts";
import { sharedPool } from "./pool.ts";
import { findWasmtime, userCache } from "./wasmtime/find.ts";
import { WasmtimeMachine } from "./wasmtime/machine.ts";

/** Where a sandbox is kept between runs. */
interface Kept {
  state: StateFolder;
  journal: Journal;
  restored: JournalState;
}

/** What a sandbox starts from: a folder or an image in memory, and a tree over it. */
interface Ground {
  place?: ProjectPlace;
  image?: ProjectImage;
  copy?: JournalState;
}

/** Makes a sandbox on Node; see `Sandbox.create`. */
export function createNodeSandbox(options: SandboxOptions): Box {
  const image = givenImage(options);
  // The thread of the shell starts while this one reads what was kept.
  if (!options.readOnly) sharedPool().warm(WorkerKind.SHELL);
  if (options.project !== undefined) checkProject(options.project);
  const kept = options.state === undefined ? undefined : openKept(options);
  try {
    return openBox(options, { image, place: placeFor(options, kept) }, kept);
  } catch (error) {
    kept?.state.release();
    throw error;
  }
}

function openBox(options: SandboxOptions, ground: Ground, kept?: Kept): Box {
  const { place, image, copy } = ground;
  const folder = place && openProject(place);
  const base: BaseSource | undefined = folder?.base ?? image;
  const pool = sharedPool();
  const registry = options.registry ?? officialFolder();
  const pages = memoryPages(options.limits);
  const installed = installCommands(pool, registry, pages, options);
  const picked = pickBundles(installed, options);
  const { commands, entries, archives, optional } = picked;
  const frozen = `${options.workspaceDir ?? "/workspace"}/.git`.replace("//", "/");
  const setup: NodeSetup = {
    ...{ project: place, image: image?.buffer, frozen },
    ...{ archives, registry, cacheDir: options.cacheDir, broughtDir: options.broughtDir },
  };
  const restored = kept?.restored ?? copy;
  const box = new Box(options, {
    pool,
    setup,
    tools: { kernel: commands, entries, mounts: mountsOf(setup), ...(optional && { optional }) },
    restore: (tree) => restored && restoreTree(tree, restored),
    journal: kept?.journal,
    ...(options.engine === "wasmtime" && {
      machine: (tree: TreeFileSystem) =>
        new WasmtimeMachine(tree, {
          binary: wasmtimeOf(options),
          cache: join(options.cacheDir ?? userCache(process.env), "compiled"),
          ...{ pool, setup, installed: picked, memoryPages: pages },
          onCompile: (name) => notice(options, `compiling "${name}" for wasmtime, once`),
        }),
    }),
    base,
    frozen,
    notices: () => (folder?.leftOut.take() ?? []).map(leftOutNotice),
    fetch: nodeFetchHost(),
    netLog: kept && new NetLog(join(kept.state.path, "net.jsonl")),
    review: base && ((tree, dir) => reviewOf(tree, dir, { base, image, kept }, options)),
    fork: async (tree, own) =>
      openBox({ ...options, ...own, state: undefined }, forked(ground, tree, options)),
    release: () => {
      folder?.base.close();
      kept?.state.release();
    },
  });
  if (image && !options.base) noteProject(box, image);
  return box;
}

/** What the fork of a sandbox starts from: what it leaves out is the sandbox's own to tell, and what it commits the fork's. */
function forked({ place, image }: Ground, copy: JournalState, { base }: SandboxOptions): Ground {
  return {
    ...(place && { place: { ...place, leftOut: undefined } }),
    ...(image && { image: base === undefined ? copyImage(image) : image }),
    copy,
  };
}

function placeFor(
  { project, exclude, include, readOnly }: SandboxOptions,
  kept: Kept | undefined,
): ProjectPlace | undefined {
  if (project === undefined) return undefined;
  const given = { ...(exclude && { exclude }), ...(include && { include }) };
  const state = kept && { path: kept.state.path, readOnly };
  return placeOf(checkProject(project), given, state);
}

function wasmtimeOf({ wasmtime = findWasmtime(process.env) }: SandboxOptions): string {
  if (wasmtime !== undefined) return wasmtime;
  throw new SandboxError(
    "engine",
    "open sandbox: expected a wasmtime binary in PATH or SHADOWBOX_WASMTIME, found none",
  );
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
    const file = join(state.path, "journal");
    const { journal, state: restored, report } = openJournal(file, readOnly);
    if (report.cut > 0)
      notice(
        options,
        `the journal ended in an unfinished or damaged write of ${report.cut} bytes; the state before it was restored${readOnly ? "" : `, and the bytes are kept as "${file}.cut"`}`,
      );
    return { state, journal, restored };
  } catch (error) {
    state.release();
    throw error;
  }
}

function openJournal(file: string, readOnly = false): ReturnType<typeof Journal.open> {
  const storage = new NodeJournalStorage(file);
  try {
    return Journal.open(readOnly ? storage.snapshot() : storage);
  } catch (cause) {
    if (!(cause instanceof VfsError)) throw cause;
    const message = `${cause.message}: "${file}"; use another --state, or move the file away: what only it holds is not in the box then`;
    throw new VfsError(cause.code, message, { cause });
  }
}

/** The project's real path. Throws SandboxError `project` for what is no folder, or cannot be read. */
function checkProject(path: string): string {
  let real: string;
  try {
    real = realpathSync(path);
    if (lstatSync(real).isDirectory()) accessSync(real, constants.R_OK | constants.X_OK);
    else real = "";
  } catch (cause) {
    throw new SandboxError("project", `open project "${path}": ${systemReason(cause)}`, { cause });
  }
  if (real !== "") return real;
  throw new SandboxError("project", `open project "${path}": expected a folder, it is something else`);
}

function reviewOf(
  tree: TreeFileSystem,
  workspaceDir: string,
  { base, image, kept }: { base: BaseSource; image?: ProjectImage; kept?: Kept },
  options: SandboxOptions,
): Review {
  if (kept) return projectReview(tree, workspaceDir, base, kept, options);
  if (image && !options.base) return new ImageReview(tree, workspaceDir, { image });
  const why = image
    ? BASE_IS_SHARED
    : 'expected a "state" folder, from which a commit that is interrupted can be finished; there is none';
  return new ShadowReview(tree, workspaceDir, base, why);
}

function projectReview(
  tree: TreeFileSystem,
  workspaceDir: string,
  base: BaseSource,
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
