import {
  encodeText,
  FileType,
  Heap,
  type ImageEntry,
  Overlay,
  ProjectImage,
  TreeFileSystem,
} from "@shadowbox/vfs";
import { Kernel, moduleLoader, OpenFlags, PAGE_BYTES, STATUS_SIGNALLED, V8Engine } from "@shadowbox/wasi";
import { KernelFiles } from "../files.ts";
import type { BrowserSetup } from "./attach.ts";
import { listTree } from "./list.ts";
import { sharedPool } from "./pool.ts";

/** One run of a WASI preview 1 command module in a page. */
export interface WasiRunOptions {
  module: Uint8Array;
  /** After argv[0]. */
  args?: readonly string[];
  /** Default `main.wasm`. */
  argv0?: string;
  /** All that the program sees of an environment; default empty. */
  env?: Readonly<Record<string, string>>;
  /** Folders that the program finds open, from descriptor 3 on, by the names `guest`; default none. */
  folders?: readonly { guest: string; files: readonly ImageEntry[] }[];
  /** Default empty. */
  stdin?: Uint8Array;
  /** Killed after this; default never. */
  timeoutMs?: number;
  /** Linear memory, bytes; default 1 GiB. */
  memoryBytes?: number;
  /** All that the program writes, bytes; default 2 GiB. */
  diskBytes?: number;
  /** Kills the program when aborted. */
  signal?: AbortSignal;
}

/** How a run ended. */
export interface WasiRunResult {
  /** 0–255; 128 + n after signal n (a trap ends as by SIGABRT, SIGSEGV or SIGFPE). */
  status: number;
  timedOut: boolean;
  durationMs: number;
  stdout: Uint8Array;
  stderr: Uint8Array;
  /** The folders as the program left them, in the order given. */
  folders: ImageEntry[][];
}

const MEMORY_BYTES = 1024 ** 3;
const DISK_BYTES = 2 * 1024 ** 3;

/**
 * Runs a WASI preview 1 command module to its end, with nothing but the folders, arguments and input given, in a cross-origin isolated
 * page or a worker of one. Throws WasiError `module` for what is no such module or needs more memory than the limit.
 */
export async function runWasi(options: WasiRunOptions): Promise<WasiRunResult> {
  const { module, argv0 = "main.wasm", memoryBytes = MEMORY_BYTES, diskBytes = DISK_BYTES } = options;
  const folders = options.folders ?? [];
  const pages = Math.floor(memoryBytes / PAGE_BYTES);
  const compiled = await moduleLoader(() => module, argv0, pages)();
  const heap = Heap.create();
  const image = ProjectImage.create();
  image.import(
    folders.flatMap(({ files }, at) => files.map((file) => ({ ...file, path: `${at}/${file.path}` }))),
  );
  const tree = TreeFileSystem.format(heap, { limitBytes: diskBytes }, image);
  for (const at of folders.keys()) openFolder(tree, at);
  const preopens = folders.map(({ guest }, at) => ({ name: guest, path: `/${at}` }));
  const kernel = Kernel.create(heap, { root: tree, preopens }, { memoryPages: pages });
  const setup: BrowserSetup = { archives: [], image: image.buffer };
  const pool = sharedPool();
  const engine = new V8Engine(pool, kernel, setup);
  const program = pool.addModule(async () => compiled);
  try {
    const ended = await runToEnd(engine, program, { ...options, argv0 });
    const files = new KernelFiles(kernel, "/");
    return { ...ended, folders: folders.map((_, at) => [...listTree(files, `/${at}`)]) };
  } finally {
    await engine.close();
    pool.removeModule(program);
  }
}

/** The image's folder of this number, as a directory of the tree. */
function openFolder(tree: TreeFileSystem, at: number): void {
  const dir = tree.create(tree.root, encodeText(String(at)), FileType.DIRECTORY, 0o755);
  const facts = {
    type: FileType.DIRECTORY,
    mode: 0o755,
    size: 0,
    mtimeNs: 0n,
    ctimeNs: 0n,
    ino: 0,
    nlink: 1,
  };
  new Overlay(tree).attach(dir, encodeText(String(at)), { name: new Uint8Array(), ...facts });
}

async function runToEnd(
  engine: V8Engine,
  module: number,
  { argv0, args = [], env = {}, stdin, timeoutMs, signal }: WasiRunOptions & { argv0: string },
): Promise<Omit<WasiRunResult, "folders">> {
  const started = performance.now();
  const [output, errors] = [engine.openPipe(), engine.openPipe()];
  const input = stdin === undefined ? undefined : engine.openPipe();
  const files = [input?.read ?? engine.openFile("/dev/null", OpenFlags.READ), output.write, errors.write];
  const pid = engine.start({
    program: { module },
    argv: [argv0, ...args],
    env: Object.entries(env).map(([key, value]) => `${key}=${value}`),
    files: files.map((file, fd) => ({ fd, file })),
    limits: timeoutMs === undefined ? {} : { timeoutMs },
  });
  for (const file of files) engine.closeFile(file);
  const kill = () => engine.killSession(pid);
  signal?.addEventListener("abort", kill, { once: true });
  if (signal?.aborted) kill();
  if (input && stdin) void feed(engine, input.write, stdin);
  const [{ status, timedOut }, stdout, stderr] = await Promise.all([
    engine.waitExit(pid),
    collect(engine, output.read),
    collect(engine, errors.read),
  ]);
  signal?.removeEventListener("abort", kill);
  const code = status >= STATUS_SIGNALLED ? 128 + status - STATUS_SIGNALLED : status;
  return { status: code, timedOut, durationMs: performance.now() - started, stdout, stderr };
}

async function feed(engine: V8Engine, file: number, bytes: Uint8Array): Promise<void> {
  const writer = engine.writer(file);
  await writer.write(bytes);
  writer.close();
}

async function collect(engine: V8Engine, file: number): Promise<Uint8Array> {
  const parts: Uint8Array<ArrayBuffer>[] = [];
  for await (const chunk of engine.read(file)) parts.push(chunk.slice());
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}
