import { lstatSync, realpathSync } from "node:fs";
import type { CommandEntry } from "@shadowbox/bundle";
import { encodeText, FileType, Heap, Overlay, TreeFileSystem } from "@shadowbox/vfs";
import { NodeBaseSource } from "@shadowbox/vfs/node";
import { Kernel, V8Engine, WorkerKind } from "@shadowbox/wasi";
import { SandboxError } from "../errors.ts";
import { KernelFiles } from "../files.ts";
import type { SandboxOptions } from "../types.ts";
import { mountArchives } from "./bundle-files.ts";
import { installCommands, officialFolder } from "./commands.ts";
import { sharedPool } from "./pool.ts";

/** The parts of a sandbox on Node's v8 engine. */
export interface OpenParts {
  tree: TreeFileSystem;
  base: NodeBaseSource | undefined;
  kernel: Kernel;
  engine: V8Engine;
  files: KernelFiles;
  workspaceDir: string;
  /** Real path of the project. */
  project: string | undefined;
  commands: ReadonlyMap<string, CommandEntry>;
}

/** Makes heap, tree, kernel and engine. `restore` fills the tree before the project is laid under it. */
export function openParts(options: SandboxOptions, restore?: (tree: TreeFileSystem) => void): OpenParts {
  const workspaceDir = options.workspaceDir ?? "/workspace";
  const project = options.project === undefined ? undefined : checkProject(options.project);
  const skipped = (path: Uint8Array, what: string) => {
    const name = Buffer.from(path).toString();
    options.onEvent?.({
      type: "notice",
      message: `left out "${name}": a ${what} cannot be brought into the box`,
    });
  };
  const base = project === undefined ? undefined : new NodeBaseSource({ root: project, onSkipped: skipped });
  const heap = Heap.create();
  const limitBytes = options.limits?.diskBytes ?? 2 * 1024 ** 3;
  const tree = TreeFileSystem.format(heap, { limitBytes, journaled: options.state !== undefined }, base);
  restore?.(tree);
  const pool = sharedPool();
  const { commands, registry, archives } = installCommands(
    pool,
    options.registry ?? officialFolder(),
    options.cacheDir,
  );
  const kernel = Kernel.create(heap, { root: tree, mounts: mountArchives(archives) }, {});
  const files = new KernelFiles(kernel, workspaceDir);
  for (const path of ["/tmp", "/home/user", workspaceDir]) if (!files.exists(path)) makeAll(files, path);
  files.chmod("/tmp", 0o1777);
  if (base !== undefined) layUnder(tree, files, workspaceDir, base);
  const engine = new V8Engine(pool, kernel, { project, archives });
  engine.setCommands(commands);
  if (!options.readOnly) pool.warm(WorkerKind.SHELL, engine.id);
  return { tree, base, kernel, engine, files, workspaceDir, project, commands: registry.commands() };
}

function makeAll(files: KernelFiles, path: string): void {
  let at = "";
  for (const name of path.split("/").filter(Boolean)) {
    at += `/${name}`;
    if (!files.exists(at)) files.mkdir(at);
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

function layUnder(
  tree: TreeFileSystem,
  files: KernelFiles,
  workspaceDir: string,
  base: NodeBaseSource,
): void {
  let dir = tree.root;
  for (const name of workspaceDir.split("/").filter(Boolean)) dir = tree.lookup(dir, encodeText(name));
  const facts = files.stat(workspaceDir);
  const root = {
    name: new Uint8Array(),
    type: FileType.DIRECTORY,
    mode: facts.mode & 0o7777,
    size: 0,
    mtimeNs: 0n,
    ctimeNs: 0n,
    ino: 0,
    nlink: 1,
  };
  const listed = base.list(new Uint8Array());
  if (typeof listed === "number")
    throw new SandboxError("project", "open project: its folder cannot be read");
  new Overlay(tree).attach(dir, new Uint8Array(), root);
}
