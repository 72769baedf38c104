import type { Rule } from "@shadowbox/agent";
import type { ChangeFacts, Snapshot } from "@shadowbox/sandbox";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Call, ConnectedRuntime } from "../runtime/client.ts";
import type { AuditEvent, CommandFacts, ListedFile, LogFacts, Opened, Reply } from "../runtime/protocol.ts";
import { type ConflictReply, FollowedFolder } from "./folder.ts";
import { keepForOffline } from "./isolation.ts";
import { keepViewOf } from "./kept-view.ts";
import { keepOrigin, keptOrigin, originOf } from "./origin.ts";
import { findHunk, parsePatch, takeBack } from "./patch.ts";
import { keepPreferences, loadPreferences, type Preferences, showTheme } from "./preferences.ts";
import { download, exportZip, type Imported } from "./projects.ts";
import type { Pending } from "./questions.tsx";
import type { ReviewActions } from "./review.tsx";
import { type AgentActions, type AgentView, connectAgent, NO_AGENT } from "./use-agent.ts";

/** Audit events that a page shows: the newest. */
const SHOWN_EVENTS = 2000;

/** Where the project is inside. */
export const ROOT = "/workspace";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What of a box is shown. */
export interface BoxView {
  phase: "opening" | "waiting" | "start" | "work";
  /** Another tab has the box: here it can only be looked at. */
  follows: boolean;
  problem: string;
  changes: readonly ChangeFacts[];
  log: readonly LogFacts[];
  snapshots: readonly Snapshot[];
  commands: readonly CommandFacts[];
  audit: readonly AuditEvent[];
  /** What the person decided for this project. */
  rules: readonly Rule[];
  questions: readonly Pending[];
  agent: AgentView;
  preferences: Preferences;
  /** The user's folder that the project came from, and what of it is to be written yet. */
  folder?: FolderView;
  /** Counts up with every look at the box. */
  version: number;
}

export interface FolderView {
  name: string;
  /** Files of the project that the folder has otherwise. */
  pending: number;
  isWriting: boolean;
}

export interface BoxActions {
  review: ReviewActions;
  agent: AgentActions;
  run(line: string, columns: number): Promise<{ status: number; cwd: string; unread: string }>;
  input(text: string | undefined): Promise<boolean>;
  /** Lines that were run in this project before. */
  history(): Promise<readonly string[]>;
  complete(line: string, cwd: string): Promise<string[]>;
  stop(): void;
  begin(project: Imported): Promise<void>;
  /** Writes what was committed to the folder; at a click, so that the browser may ask. */
  writeBack(): void;
  leave(): void;
  list(path: string): Promise<ListedFile[]>;
  read(path: string): Promise<Uint8Array>;
  readOriginal(path: string): Promise<Uint8Array | undefined>;
  save(path: string, bytes: Uint8Array): Promise<void>;
  snapshotDiff(id: number): Promise<string>;
  restore(id: number): void;
  forget(rule: Rule): void;
  setPreferences(preferences: Preferences): Promise<void>;
  saveZip(): void;
  savePatch(): void;
  closeProblem(): void;
}

function openingView(preferences: Preferences): BoxView {
  return {
    ...{
      phase: "opening",
      follows: false,
      problem: "",
      changes: [],
      log: [],
      snapshots: [],
      commands: [],
      audit: [],
    },
    ...{ rules: [], questions: [], agent: NO_AGENT, preferences, version: 0 },
  };
}

type Update = (part: Partial<BoxView> | ((before: BoxView) => Partial<BoxView>)) => void;

/** The box of this page: what to show of it and what can be done with it. `output` gets what its programs print. */
export function useBox(
  runtime: ConnectedRuntime,
  opened: Promise<Opened>,
  output: (bytes: Uint8Array, shown: () => void) => void,
): [BoxView, BoxActions] {
  const [view, setView] = useState(() => openingView(loadPreferences()));
  const update: Update = (part) =>
    setView((before) => ({ ...before, ...(typeof part === "function" ? part(before) : part) }));
  const ask = useMemo(() => askWith(update), []);
  const box = useMemo(() => connect(runtime.call, update, view.preferences, ask), []);
  useEffect(() => {
    runtime.listen({
      output,
      waiting: () => {
        update({ phase: "waiting" });
        void box.follow();
      },
      changed: () => void box.follow(),
      audit: (event) => update(({ audit }) => ({ audit: [...audit.slice(1 - SHOWN_EVENTS), event] })),
      agent: box.takeAgentEvent,
      ask,
    });
    void box.open(opened);
  }, []);
  return [view, box.actions];
}

/** Puts questions to the person; each stays until it is answered. */
function askWith(update: Update) {
  let asked = 0;
  return <R extends Reply | ConflictReply>(question: Pending["question"]): Promise<R> =>
    new Promise((resolve) => {
      const id = ++asked;
      const answer = (reply: Reply | ConflictReply) => {
        update(({ questions }) => ({ questions: questions.filter((one) => one.id !== id) }));
        resolve(reply as R);
      };
      update(({ questions }) => ({ questions: [...questions, { id, question, answer }] }));
    });
}

function connect(call: Call, update: Update, given: Preferences, ask: ReturnType<typeof askWith>) {
  let version = 0;
  let acting = Promise.resolve();
  let preferences = given;
  const fail = (error: unknown) => update({ problem: (error as Error).message });
  const refresh = async () => {
    const [{ changes }, log, snapshots, rules] = await Promise.all([
      call("changes"),
      call("log"),
      call("snapshots"),
      call("rules"),
    ]);
    update({ changes, log: [...log], snapshots, rules: [...rules], version: ++version });
  };
  const folder = new FollowedFolder({ call, update, ask });
  /** Does something in the box, then shows what changed: a commit once the folder has it, too. */
  const act: Act = (what) => {
    // One after the other: what is done next was decided on what is shown when the one before is through.
    acting = acting.then(async () => {
      update({ problem: "" });
      await what().catch(fail);
      await folder.settle(false).catch(fail);
      await refresh().catch(fail);
    });
    return acting;
  };
  const setPreferences = async (wanted: Preferences) => {
    const isSameBox = JSON.stringify(wanted.box) === JSON.stringify(preferences.box);
    preferences = wanted;
    keepPreferences(wanted);
    showTheme(wanted.theme);
    update({ preferences: wanted });
    if (!isSameBox) await act(() => call("configure", wanted.box));
  };
  const agent = connectAgent({
    ...{ call, refresh, fail },
    update: (change) => update(({ agent: before }) => ({ agent: change(before) })),
    model: () => preferences.model,
    setMode: (mode) => void setPreferences({ ...preferences, box: { ...preferences.box, mode } }),
  });
  const enter = async () => {
    update({ phase: "work" });
    await refresh();
    update({ commands: await call("bundles"), audit: [...(await call("audit"))] });
    await agent.load();
  };
  const project = projectActions({ call, update, enter, folder, fail });
  const actions: BoxActions = {
    ...project.actions,
    ...runActions(call, () => refresh().catch(fail)),
    ...fileActions(call, act),
    ...exportActions(call, fail),
    agent: agent.actions,
    review: reviewActions(call, act, folder),
    forget: (rule) => void act(() => call("forget", rule)),
    setPreferences,
    closeProblem: () => update({ problem: "" }),
  };
  return { actions, open: project.open, follow: project.follow, takeAgentEvent: agent.take };
}

type Act = (what: () => Promise<unknown>) => Promise<void>;

interface ProjectParts {
  call: Call;
  update: Update;
  enter(): Promise<void>;
  folder: FollowedFolder;
  fail(error: unknown): void;
}

function projectActions({ call, update, enter, folder, fail }: ProjectParts) {
  let leads = false;
  /** Shows the box that another tab has; one without a project is nothing to see yet. */
  const follow = async () => {
    const { hasProject, state } = await call("present");
    if (leads || !hasProject) return;
    keepViewOf(state);
    update({ follows: true });
    await enter();
  };
  const open = async (opened: Promise<Opened>) => {
    try {
      const { hasProject, state } = await opened;
      leads = true;
      update({ follows: false });
      if (!hasProject) update({ phase: "start" });
      else {
        keepViewOf(state);
        const origin = await keptOrigin(state);
        // What was cut off comes first: until then the folder has files that its origin does not tell of.
        if (origin?.isWriting) await folder.use(origin);
        await enter();
        if (!origin?.isWriting) await folder.use(origin);
      }
    } catch (error) {
      fail(error);
    }
    keepForOffline();
  };
  const actions = {
    begin: async ({ files, folder: from }: Imported) => {
      const { state } = await call("start", files);
      keepViewOf(state);
      const origin = from && (await originOf(from, state, files));
      await keepOrigin(origin);
      await folder.use(origin);
      await enter();
    },
    leave: () => update({ phase: "start" }),
    writeBack: () => void folder.settle(true).catch(fail),
  };
  return { open, follow: () => follow().catch(fail), actions };
}

function runActions(call: Call, refresh: () => Promise<void>) {
  return {
    run: (line: string, columns: number) => call("exec", line, columns).finally(refresh),
    history: () => call("history"),
    complete: (line: string, cwd: string) => call("complete", line, cwd),
    input: (text: string | undefined) => call("input", text),
    stop: () => void call("stop"),
  };
}

function fileActions(call: Call, act: Act) {
  return {
    list: (path: string) => call("list", path),
    read: (path: string) => call("read", path),
    readOriginal: (path: string) => call("readOriginal", path.slice(ROOT.length + 1)),
    save: (path: string, bytes: Uint8Array) => act(() => call("write", path, bytes)),
    snapshotDiff: async (id: number) => text(await call("snapshotDiff", id)),
    restore: (id: number) => void act(() => call("restore", id)),
  };
}

function exportActions(call: Call, fail: (error: unknown) => void) {
  return {
    saveZip: () => void call("files").then((all) => download("workspace.zip", exportZip(all)), fail),
    savePatch: () =>
      void call("diff").then(
        (patch) => download("changes.patch", new Blob([patch as Uint8Array<ArrayBuffer>])),
        fail,
      ),
  };
}

function reviewActions(call: Call, act: Act, folder: FollowedFolder): ReviewActions {
  return {
    patch: async (path) => text(await call("diff", [path])),
    keepHunk: (path, hunk) =>
      act(async () => {
        const left = await folder.meet([path]);
        if (left?.length === 0) return;
        const at = findHunk(parsePatch(text(await call("diff", [path]))).hunks, hunk);
        if (at < 0)
          throw new Error(`Commit a hunk of ${path}: the file changed since it was shown. Look again.`);
        await call("commit", [{ path, hunks: [at] }]);
      }),
    keep: (paths) =>
      act(async () => {
        const left = await folder.meet(paths);
        if (left === undefined || left.length > 0) await call("commit", left);
      }),
    discard: (paths) => act(() => call("discard", paths)),
    undo: () => act(() => call("undo")),
    redo: () => act(() => call("redo")),
    takeBack: (path, hunk) =>
      act(async () => {
        const now = text(await call("read", `${ROOT}/${path}`));
        await call("write", `${ROOT}/${path}`, new TextEncoder().encode(takeBack(now, hunk)));
      }),
  };
}
