import {
  completions,
  type ImageEntry,
  type Limits,
  type LogEntry,
  listTree,
  prepareSandbox,
  projectFiles,
  Sandbox,
  TypedInput,
} from "@shadowbox/sandbox/browser";
import type { Agent } from "./agent.ts";
import { digestOf } from "./digest.ts";
import { History } from "./history.ts";
import { isEmptyConversation, keptStates, removeStates, takeTurn } from "./kept.ts";
import { Page, Permissions } from "./person.ts";
import {
  type BoxSettings,
  type CommandFacts,
  DEFAULT_SETTINGS,
  type ExecEnd,
  type ListedFile,
  type LogFacts,
  type Method,
  type Opened,
  type ProjectChanges,
  type ReplyMessage,
  type Request,
  type Runtime,
  type ShownMessage,
} from "./protocol.ts";
import { Tabs } from "./tabs.ts";

const page = new Page();

let tabs: Tabs | undefined;
let box: Sandbox | undefined;
let permissions: Permissions | undefined;
let agent: Promise<Agent> | undefined;
let history: Promise<History> | undefined;
/** What the script that runs reads, and what ends it: as Ctrl-C does, or at once. */
let running: (Record<"interrupt" | "kill", AbortController> & { input: TypedInput }) | undefined;
let name = "";
let registry = "";
let settings = DEFAULT_SETTINGS;
/** Paths of one entry of the log that a page gets to see. */
const NAMED_PATHS = 10;

/** Number of the state that is open. */
let present = 0;

function current(): Sandbox {
  if (box === undefined) throw new Error("use the sandbox: it is not open yet");
  return box;
}

function currentPermissions(): Permissions {
  if (permissions === undefined) throw new Error("ask for permission: the sandbox is not open yet");
  return permissions;
}

async function openBox(state: number, files?: readonly ImageEntry[]): Promise<Opened> {
  const whole = `${name}.${state}`;
  const { network, loopback } = settings;
  const opening = Permissions.open(page, whole, settings);
  // Both at once: most of either is waiting for the disk.
  const creating = Sandbox.create({
    ...{ state: whole, registry, files },
    limits: limitsOf(settings),
    net: {
      policy: { preset: network, allowLoopback: loopback },
      ask: async (question) => (await opening).askNet(question),
    },
    onEvent: (event) => void opening.then((own) => own.onEvent(event)),
  });
  present = state;
  const [own, made] = await Promise.allSettled([opening, creating]);
  if (own.status === "fulfilled") permissions = own.value;
  if (made.status === "fulfilled") box = made.value;
  for (const part of [own, made]) if (part.status === "rejected") throw part.reason;
  return openedBox();
}

function limitsOf({ memoryMiB }: BoxSettings): Partial<Limits> {
  return { memoryBytes: memoryMiB << 20 };
}

function openedBox(): Opened {
  const { hasProject, workspaceDir } = current();
  return { hasProject, workspaceDir, state: `${name}.${present}` };
}

async function closeBox(): Promise<void> {
  running?.kill.abort();
  (await agent)?.close();
  agent = undefined;
  await box?.close();
  permissions?.close();
  await history?.then((own) => own.close()).catch(() => {});
  [box, permissions, history] = [undefined, undefined, undefined];
}

/** The newest state that holds a whole project; an import that was cut off holds none. */
async function openKept(): Promise<Opened> {
  const states = await keptStates(name);
  for (const state of states) {
    const opened = await openBox(state);
    const isKept = opened.hasProject;
    if (!isKept) await closeBox();
    await removeStates(
      name,
      states.filter((other) => (isKept ? other < state : other === state)),
    );
    if (isKept) return opened;
  }
  return openBox((states[0] ?? 0) + 1);
}

/** The new project is whole on the disk before the old one goes. */
async function startAnew(files: readonly ImageEntry[]): Promise<Opened> {
  const states = await keptStates(name);
  await closeBox();
  try {
    const opened = await openBox((states[0] ?? 0) + 1, files);
    await removeStates(name, states);
    return opened;
  } catch (error) {
    await closeBox();
    await openKept();
    throw error;
  }
}

/** The agent's code is loaded when it is needed first. */
function currentAgent(): Promise<Agent> {
  agent ??= import("./agent.ts").then(({ Agent: Type }) =>
    Type.open(page, currentPermissions(), `${name}.${present}`),
  );
  return agent;
}

function currentHistory(): Promise<History> {
  history ??= History.open(`${name}.${present}`);
  return history;
}

async function projectChanges(known: ReadonlyMap<string, string>): Promise<ProjectChanges> {
  const entries = projectFiles(current()).filter(({ type }) => type !== "directory");
  const put: ImageEntry[] = [];
  for (const entry of entries)
    if (known.get(entry.path) !== (await digestOf(entry.bytes ?? new Uint8Array()))) put.push(entry);
  const there = new Set(entries.map(({ path }) => path));
  return { put, gone: [...known.keys()].filter((path) => !there.has(path)) };
}

async function exec(script: string, columns = 100): Promise<ExecEnd> {
  // Where the storage is full, which the call itself says, it is not kept.
  void currentHistory()
    .then((own) => own.add(script))
    .catch(() => {});
  const input = new TypedInput();
  running = { input, interrupt: new AbortController(), kill: new AbortController() };
  const show = (bytes: Uint8Array) => page.show(bytes);
  const { timeoutSeconds } = settings;
  try {
    const {
      status,
      signal,
      durationMs,
      cwd,
      unread = new Uint8Array(),
    } = await current().exec(script, {
      session: true,
      combine: true,
      maxOutputBytes: 0,
      stdin: input,
      terminal: [false, false, true],
      signal: running.kill.signal,
      interrupt: running.interrupt.signal,
      onStdout: show,
      env: { COLUMNS: String(columns) },
      ...(timeoutSeconds > 0 && { timeoutMs: timeoutSeconds * 1000 }),
    });
    const decoder = new TextDecoder();
    const left = [unread, ...input.rest].map((bytes) => decoder.decode(bytes, { stream: true })).join("");
    return { status, signal, durationMs, cwd: cwd ?? current().workspaceDir, unread: left };
  } finally {
    running = undefined;
  }
}

type ReviewMethod =
  | "changes"
  | "diff"
  | "commit"
  | "discard"
  | "undo"
  | "redo"
  | "log"
  | "snapshots"
  | "snapshotDiff"
  | "restore"
  | "takeIn";

type Methods = {
  [M in keyof Runtime]: (
    ...args: Parameters<Runtime[M]>
  ) => ReturnType<Runtime[M]> | Promise<ReturnType<Runtime[M]>>;
};

const boxMethods = {
  history: async () => (await currentHistory()).lines,
  complete: (line: string, cwd: string) => completions(current(), line, cwd),
  input: (text: string | undefined) => {
    if (text === undefined) running?.input.end();
    else running?.input.add(text);
    return running !== undefined;
  },
  stop: () => {
    if (running) (running.interrupt.signal.aborted ? running.kill : running.interrupt).abort();
  },
  list: (path: string): ListedFile[] => {
    const { fs } = current();
    return fs.readdir(path).map((entry) => {
      const { type, size } = fs.lstat(`${path}/${entry}`);
      return { name: entry, type, size };
    });
  },
  read: (path: string) => current().fs.readFile(path),
  readOriginal: (path: string) =>
    projectFiles(current()).find((entry) => entry.path === path && entry.type === "file")?.bytes,
  write: (path: string, bytes: Uint8Array) => {
    current().fs.writeFile(path, bytes);
    current().flush({ script: `Edit ${path}` });
  },
  bundles: (): CommandFacts[] =>
    [...current().commands().values()].map(({ name, bundle, version, size, capabilities }) => ({
      ...{ name, bundle, version, size },
      capabilities: [...capabilities],
    })),
  projectChanges,
  files: () => [...listTree(current().fs, current().workspaceDir)],
};

async function commitAsking(paths: Parameters<Runtime["commit"]>[0] = []) {
  const { changes } = await current().commit({ paths, dryRun: true });
  const allowRisky: string[] = [];
  const refused = new Set<string>();
  for (const { path, flag } of changes.changes)
    if (flag !== undefined)
      if (await currentPermissions().allowsRisk(path, flag)) allowRisky.push(path);
      else refused.add(path);
  if (refused.size === 0) return current().commit({ paths, allowRisky });
  const left = changes.changes.map(({ path }) => path).filter((path) => !refused.has(path));
  if (left.length > 0) return current().commit({ paths: left, allowRisky });
  return { changes: { changes: [], added: 0, removed: 0 }, conflicts: [] };
}

/** A page names few paths of a commit of thousands. */
function withSomePaths({ paths, ...entry }: LogEntry): LogFacts {
  return { ...entry, paths: paths.slice(0, NAMED_PATHS), morePaths: Math.max(0, paths.length - NAMED_PATHS) };
}

const reviewMethods: Pick<Methods, ReviewMethod> = {
  changes: () => current().changes(),
  diff: (paths?: readonly string[]) => current().diff(paths),
  takeIn: (outside, conflicts) => current().refresh({ outside, conflicts, onConflict: "skip" }),
  commit: async (paths) => void (await commitAsking(paths)),
  discard: async (paths) => void (await current().discard(paths)),
  undo: async () => void (await current().undo()),
  redo: async () => void (await current().redo()),
  log: () => current().log().map(withSomePaths),
  snapshots: () => current().snapshots(),
  snapshotDiff: (id: number) => current().between(id - 1, id).patch,
  restore: (id: number) => current().restore(id),
};

const agentMethods = {
  conversation: async () => {
    if (agent === undefined && (await isEmptyConversation(`${name}.${present}`))) return [];
    return (await currentAgent()).records;
  },
  turn: async (text: string, model: Parameters<Runtime["turn"]>[1]) =>
    (await currentAgent()).turn(current(), text, model),
  stopTurn: async () => (await agent)?.stop(),
  newConversation: async () => (await currentAgent()).forget(),
};

const methods: Methods = {
  open: async (state, address, given = DEFAULT_SETTINGS) => {
    [name, registry, settings] = [state, address, given];
    // What is wrong with it the opening itself will say.
    prepareSandbox({ registry, limits: limitsOf(settings) }).catch(() => {});
    const own = new Tabs(state, run, () => page.post({ type: "changed" }));
    await takeTurn(state, () => {
      tabs = own;
      page.post({ type: "waiting" });
    });
    const opened = await openKept();
    tabs = own;
    own.lead();
    return opened;
  },
  configure: async (given) => {
    const before = settings;
    settings = given;
    await currentPermissions().configure(given);
    const isSameBox = (["memoryMiB", "network", "loopback"] as const).every(
      (limit) => before[limit] === given[limit],
    );
    if (isSameBox) return openedBox();
    await closeBox();
    return openBox(present);
  },
  present: openedBox,
  start: startAnew,
  exec,
  audit: () => currentPermissions().audit,
  rules: () => currentPermissions().rules,
  forget: (rule) => currentPermissions().forget(rule),
  ...boxMethods,
  ...reviewMethods,
  ...agentMethods,
};

/** Those that put another box in the present one's place: the others wait for them. */
const OPENING: ReadonlySet<Method> = new Set<Method>(["open", "configure", "start"]);
let ready: Promise<unknown> = Promise.resolve();

async function run({ method, args }: Request): Promise<unknown> {
  const act = () => (methods[method] as (...args: unknown[]) => unknown)(...args);
  const before = ready;
  if (!OPENING.has(method)) {
    await before;
    return act();
  }
  const opening = before.then(act);
  ready = opening.catch(() => {});
  return opening;
}

self.onmessage = async ({ data }: MessageEvent<Request | ReplyMessage | ShownMessage>) => {
  if ("shown" in data) {
    page.shown(data.shown);
    return;
  }
  if ("to" in data) {
    page.answer(data.to, data.reply);
    return;
  }
  const { id } = data;
  try {
    const follows = tabs !== undefined && !tabs.leads;
    const value = await (follows ? tabs?.ask(data) : run(data));
    page.post({ type: "result", id, value });
    tabs?.changed(data.method);
  } catch (error) {
    const { message, code } = error as Error & { code?: string };
    page.post({ type: "error", id, message, code });
  }
};
