import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CommandEntry, OFFICIAL } from "@shadowbox/bundle";
import { beyondLimit, emptyStat, Heap, Overlay, spaceLeft, type TreeFileSystem } from "@shadowbox/vfs";
import { DirectoryFileSystem } from "@shadowbox/vfs/node";
import {
  type Command,
  capabilityBits,
  Kernel,
  ProgramKind,
  USER,
  V8Engine,
  type WorkerPool,
} from "@shadowbox/wasi";
import { type ProgramModule, WasmtimePrograms } from "@shadowbox/wasi/node";
import type { Installed } from "../../commands.ts";
import { frozenMounts } from "../../frozen.ts";
import type { Machine } from "../../host.ts";
import { Mirror } from "../../mirror.ts";
import { mountsOf, type NodeSetup } from "../attach.ts";
import { DiskGuard } from "./disk-guard.ts";
import { isExecutable } from "./find.ts";
import { LaidOut } from "./laid-out.ts";

/** What programs in `wasmtime` processes need of a sandbox. */
export interface MachineOptions {
  binary: string;
  /** Where compiled modules are kept. */
  cache: string;
  pool: WorkerPool;
  setup: NodeSetup;
  installed: Installed;
  memoryPages: number;
  onCompile(name: string): void;
}

/** Where the kernel has file systems of its own; programs reach them through host services. */
const OWN = ["/dev", "/proc", "/bin", "/usr/bin"];
const FILES = capabilityBits(["fs.read", "fs.write"]);
/** Fewer bytes are no room: a bound of files is in blocks. */
const NOTHING_LEFT = 128 << 10;
/** Bytes of the largest file that a program may always make: a request to the host is one. */
const SMALLEST = 2 << 20;
/** The version of wasmtime that has WebAssembly exceptions with exnref. */
const WITH_EXCEPTIONS = 47;
const DEVICES = ["null", "stdin", "stdout", "stderr"];

/**
 * Shell and processes on a real folder, which programs in `wasmtime` have as `/`. The sandbox's tree stays what is kept: the
 * folder is filled from it before each call and collected into it afterwards.
 */
export class WasmtimeMachine implements Machine {
  readonly name = "wasmtime";
  readonly engine: V8Engine;
  readonly #tree: TreeFileSystem;
  readonly #files: DirectoryFileSystem;
  readonly #mirror: Mirror;
  readonly #programs: WasmtimePrograms;
  readonly #guard: DiskGuard;
  readonly #folder: string;
  readonly #options: MachineOptions;

  constructor(tree: TreeFileSystem, options: MachineOptions) {
    this.#folder = realpathSync(mkdtempSync(join(tmpdir(), "shadowbox-")));
    const root = join(this.#folder, "root");
    this.#options = options;
    this.#tree = tree;
    mkdirSync(root, { mode: 0o755 });
    const heap = Heap.create();
    const files = new DirectoryFileSystem(heap, { root, user: USER });
    this.#files = files;
    const setup: NodeSetup = { ...options.setup, directory: { root, user: USER } };
    const except = [...OWN, ...options.setup.archives.map(({ path }) => path)];
    this.#mirror = new Mirror(tree, files, except, options.setup.frozen, projectContent(tree));
    this.#bring();
    const mounts = [...mountsOf(setup), ...frozenMounts(files, setup.frozen)];
    const kernel = Kernel.create(heap, { root: files, mounts }, { memoryPages: options.memoryPages });
    // For programs without host services, which find an ordinary file there.
    for (const name of DEVICES) writeFileSync(join(root, "dev", name), "", { mode: 0o666 });
    const laidOut = new LaidOut(join(this.#folder, "laid-out"), options.setup);
    const modules = modulesOf(options.installed, laidOut);
    const withFiles = needingWorkers(options.installed);
    this.#programs = new WasmtimePrograms(kernel, {
      binary: options.binary,
      root,
      cache: options.cache,
      module: (number) => modules.get(number),
      inWorkers: (command) => withFiles.has(command.name) || isConfined(command, options.installed),
      descriptor: (dev, node) => (dev === files.dev ? files.descriptor(node) : -1),
      left: () => Math.max(SMALLEST, files.room(SMALLEST)),
      onCompile: options.onCompile,
    });
    this.engine = new V8Engine(options.pool, kernel, setup, this.#programs);
    this.#guard = new DiskGuard(
      root,
      () => files.most,
      () => this.#stopWriters(),
    );
  }

  #stopWriters(): void {
    if (this.#files.room(Number.POSITIVE_INFINITY) > 0) return;
    this.engine.noteLimit("disk");
    this.#programs.killAll("the disk limit is reached");
  }

  gone(): string | undefined {
    const { binary } = this.#options;
    return isExecutable(binary) ? undefined : `wasmtime is no longer at "${binary}"`;
  }

  fill(): void {
    this.#bring();
    this.#guard.start();
  }

  /** What fits into the tree fits into the folder, too. */
  #bring(): void {
    this.#files.bound(0, Number.POSITIVE_INFINITY);
    const total = this.#mirror.fill();
    this.#files.bound(total, Math.max(0, spaceLeft(this.#tree)));
  }

  /** What programs wrote is kept, even where several together wrote more than there was room for; nothing fits then any more. */
  collect(): void {
    this.#guard.stop();
    let total = 0;
    beyondLimit(this.#tree, () => {
      total = this.#mirror.collect();
    });
    if (total > this.#files.most - NOTHING_LEFT) this.engine.noteLimit("disk");
  }

  close(): void {
    this.#guard.stop();
    this.#programs.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** Files that are as in the project come from there: the tree need not hold them. */
function projectContent(tree: TreeFileSystem): (node: number) => Uint8Array | undefined {
  const overlay = new Overlay(tree);
  const stat = emptyStat();
  return (node) => {
    const facts = overlay.baseOf(node);
    if (facts === undefined || tree.stat(node, stat) < 0) return undefined;
    const { size, mtimeNs } = facts.entry;
    if (stat.size !== size || stat.mtimeNs !== mtimeNs) return undefined;
    const got = tree.base?.read(facts.path);
    if (got === undefined || typeof got === "number") return undefined;
    return got.entry.mtimeNs === mtimeNs && got.bytes.length === size ? got.bytes : undefined;
  };
}

/**
 * Commands of bundles with files of their own that ask for what only host services give (Python). They run in workers, over the same folder:
 * their files are mounted in the kernel, and they know host services by the device alone.
 */
function needingWorkers({ archives, entries }: Installed): ReadonlySet<string> {
  const bundles = new Set(archives.map(({ bundle }) => bundle));
  const asks = ({ bundle, capabilities }: CommandEntry) =>
    bundles.has(bundle) && (capabilities.has("spawn") || capabilities.has("net"));
  return new Set([...entries.values()].filter(asks).map(({ name }) => name));
}

/**
 * Whether the kernel must see each call of a command on files, as it does in a worker: wasmtime mounts a folder for reading and writing. A
 * command of the official registry that asks for less keeps to it by itself, unless the box's policy took it away.
 */
function isConfined({ name, capabilities = FILES, denied = 0 }: Command, { entries }: Installed): boolean {
  const official = entries.get(name)?.registry === OFFICIAL.name;
  return (denied & FILES) !== 0 || (!official && (capabilities & FILES) !== FILES);
}

/** The modules of the commands, by the number that the kernel's list has. */
function modulesOf(
  { commands, entries, bytes }: Installed,
  laidOut: LaidOut,
): ReadonlyMap<number, ProgramModule> {
  const modules = new Map<number, ProgramModule>();
  for (const { name, kind, module } of commands) {
    const entry = entries.get(name);
    if (kind !== ProgramKind.MODULE || entry === undefined || bytes === undefined) continue;
    modules.set(module, {
      ...{ name, sha256: entry.module, bytes: () => bytes(entry.module) },
      since: entry.needs.includes("exceptions") ? WITH_EXCEPTIONS : 0,
      folders: () => laidOut.of(entry.bundle),
    });
  }
  return modules;
}
