import { type ImageEntry, listTree, projectFiles, Sandbox } from "@shadowbox/sandbox/browser";
import { digestOf } from "./digest.ts";
import type {
  CommandFacts,
  ExecEnd,
  ListedFile,
  Message,
  Opened,
  ProjectChanges,
  Request,
  Runtime,
} from "./protocol.ts";

const post = (message: Message) => self.postMessage(message);

let box: Sandbox | undefined;
let running: AbortController | undefined;
let name = "";
let registry = "";

function current(): Sandbox {
  if (box === undefined) throw new Error("use the sandbox: it is not open yet");
  return box;
}

/** One tab has a state at a time; the lock ends with the worker. */
async function takeTurn(state: string): Promise<void> {
  const lock = `shadowbox:${state}`;
  await new Promise<void>((granted, failed) => {
    const hold = () => {
      granted();
      return new Promise<never>(() => {});
    };
    const wait = () => {
      post({ type: "waiting" });
      navigator.locks.request(lock, hold).catch(failed);
    };
    navigator.locks
      .request(lock, { ifAvailable: true }, (free) => (free === null ? wait() : hold()))
      .catch(failed);
  });
}

/** Numbers of the states that are kept under this name, the newest first: each project has its own. */
async function keptStates(folder: FileSystemDirectoryHandle): Promise<number[]> {
  const found: number[] = [];
  for await (const kept of folder.keys())
    if (kept.startsWith(`${name}.`)) found.push(Number(kept.slice(name.length + 1)));
  return found.filter(Number.isInteger).sort((a, b) => b - a);
}

async function stateFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("shadowbox", { create: true });
}

async function openBox(state: number, files?: readonly ImageEntry[]): Promise<Opened> {
  const whole = `${name}.${state}`;
  box = await Sandbox.create({ state: whole, registry, files });
  return { hasProject: box.hasProject, workspaceDir: box.workspaceDir, state: whole };
}

/** The newest state that holds a whole project; an import that was cut off holds none. */
async function openKept(): Promise<Opened> {
  const folder = await stateFolder();
  const states = await keptStates(folder);
  for (const state of states) {
    const opened = await openBox(state);
    const isKept = opened.hasProject;
    if (!isKept) await box?.close();
    await remove(
      folder,
      states.filter((other) => (isKept ? other < state : other === state)),
    );
    if (isKept) return opened;
  }
  return openBox((states[0] ?? 0) + 1);
}

/** The new project is whole on the disk before the old one goes. */
async function startAnew(files: readonly ImageEntry[]): Promise<Opened> {
  const folder = await stateFolder();
  const states = await keptStates(folder);
  await box?.close();
  try {
    const opened = await openBox((states[0] ?? 0) + 1, files);
    await remove(folder, states);
    return opened;
  } catch (error) {
    await openKept();
    throw error;
  }
}

async function remove(folder: FileSystemDirectoryHandle, states: readonly number[]): Promise<void> {
  for (const state of states) await folder.removeEntry(`${name}.${state}`, { recursive: true });
}

async function projectChanges(known: ReadonlyMap<string, string>): Promise<ProjectChanges> {
  const entries = projectFiles(current()).filter(({ type }) => type !== "directory");
  const put: ImageEntry[] = [];
  for (const entry of entries)
    if (known.get(entry.path) !== (await digestOf(entry.bytes ?? new Uint8Array()))) put.push(entry);
  const there = new Set(entries.map(({ path }) => path));
  return { put, gone: [...known.keys()].filter((path) => !there.has(path)) };
}

type Methods = {
  [M in keyof Runtime]: (
    ...args: Parameters<Runtime[M]>
  ) => ReturnType<Runtime[M]> | Promise<ReturnType<Runtime[M]>>;
};

const methods: Methods = {
  open: async (state, address) => {
    name = state;
    registry = address;
    await takeTurn(state);
    return openKept();
  },
  start: startAnew,
  exec: async (script): Promise<ExecEnd> => {
    running = new AbortController();
    const show = (bytes: Uint8Array) => post({ type: "output", bytes });
    const { status, signal, durationMs, cwd } = await current().exec(script, {
      session: true,
      combine: true,
      maxOutputBytes: 0,
      signal: running.signal,
      onStdout: show,
      env: { COLUMNS: "100" },
    });
    running = undefined;
    return { status, signal, durationMs, cwd: cwd ?? current().workspaceDir };
  },
  stop: () => running?.abort(),
  list: (path): ListedFile[] => {
    const { fs } = current();
    return fs.readdir(path).map((entry) => {
      const { type, size } = fs.lstat(`${path}/${entry}`);
      return { name: entry, type, size };
    });
  },
  read: (path) => current().fs.readFile(path),
  write: (path, bytes) => {
    current().fs.writeFile(path, bytes);
    current().flush();
  },
  changes: () => current().changes(),
  diff: (paths) => current().diff(paths),
  commit: (paths) => current().commit({ paths }),
  discard: (paths) => current().discard(paths),
  undo: () => current().undo(),
  log: () => current().log(),
  bundles: (): CommandFacts[] =>
    [...current().commands().values()].map(({ name, bundle, version, size, capabilities }) => ({
      ...{ name, bundle, version, size },
      capabilities: [...capabilities],
    })),
  projectChanges,
  files: () => [...listTree(current().fs, current().workspaceDir)],
};

self.onmessage = async ({ data }: MessageEvent<Request>) => {
  const { id, method, args } = data;
  try {
    const value = await (methods[method] as (...args: unknown[]) => unknown)(...args);
    post({ type: "result", id, value });
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    post({ type: "error", id, message, code });
  }
};
