import type { ChangeFacts, LogEntry } from "@shadowbox/sandbox";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Call, ConnectedRuntime } from "../runtime/client.ts";
import type { CommandFacts, ListedFile, Opened } from "../runtime/protocol.ts";
import { keepForOffline } from "./isolation.ts";
import { keepOrigin, keptOrigin, mayWrite, type Origin, originOf, writeBack } from "./origin.ts";
import { takeBack } from "./patch.ts";
import { download, exportZip, type Imported } from "./projects.ts";
import type { ReviewActions } from "./review.tsx";

/** Where the project is inside. */
export const ROOT = "/workspace";

const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);

/** What of a box is shown. */
export interface BoxView {
  phase: "opening" | "waiting" | "start" | "work";
  problem: string;
  changes: readonly ChangeFacts[];
  log: readonly LogEntry[];
  commands: readonly CommandFacts[];
  /** The user's folder that the project came from, and what of it is to be written yet. */
  folder?: FolderView;
  /** Counts up with every look at the box. */
  version: number;
}

export interface FolderView {
  name: string;
  /** Files of the project that the folder has otherwise. */
  pending: number;
}

export interface BoxActions {
  review: ReviewActions;
  run(line: string): Promise<{ status: number; cwd: string }>;
  stop(): void;
  begin(project: Imported): Promise<void>;
  /** Writes what was committed to the folder; at a click, so that the browser may ask. */
  writeBack(): void;
  leave(): void;
  list(path: string): Promise<ListedFile[]>;
  read(path: string): Promise<Uint8Array>;
  save(path: string, bytes: Uint8Array): Promise<void>;
  saveZip(): void;
  savePatch(): void;
  closeProblem(): void;
}

const OPENING: BoxView = { phase: "opening", problem: "", changes: [], log: [], commands: [], version: 0 };

/** The box of this page: what to show of it and what can be done with it. `output` gets what its programs print. */
export function useBox(
  runtime: ConnectedRuntime,
  opened: Promise<Opened>,
  output: (bytes: Uint8Array) => void,
): [BoxView, BoxActions] {
  const [view, setView] = useState(OPENING);
  const update = (part: Partial<BoxView>) => setView((before) => ({ ...before, ...part }));
  const actions = useMemo(() => connect(runtime.call, update), []);
  useEffect(() => {
    runtime.listen({ output, waiting: () => update({ phase: "waiting" }) });
    void actions.open(opened);
  }, []);
  return [view, actions];
}

function connect(call: Call, update: (part: Partial<BoxView>) => void) {
  let version = 0;
  const fail = (error: unknown) => update({ problem: (error as Error).message });
  const refresh = async () => {
    const [{ changes }, log] = await Promise.all([call("changes"), call("log")]);
    update({ changes, log: [...log], version: ++version });
  };
  const folder = followFolder(call, update);
  const enter = async () => {
    update({ phase: "work" });
    await refresh();
    update({ commands: await call("bundles") });
  };
  /** Does something in the box, then shows what changed. */
  const act = async (what: () => Promise<unknown>) => {
    update({ problem: "" });
    await what().catch(fail);
    await refresh().catch(fail);
    await folder.settle(false).catch(fail);
  };
  const write = (path: string, bytes: Uint8Array) => act(() => call("write", path, bytes));
  return {
    open: async (opened: Promise<Opened>) => {
      try {
        const { hasProject, state } = await opened;
        if (!hasProject) update({ phase: "start" });
        else {
          await enter();
          await folder.use(await keptOrigin(state));
        }
      } catch (error) {
        fail(error);
      }
      keepForOffline();
    },
    begin: async ({ files, folder: from }: Imported) => {
      const { state } = await call("start", files);
      const origin = from && (await originOf(from, state, files));
      await keepOrigin(origin);
      await folder.use(origin);
      await enter();
    },
    writeBack: () => void folder.settle(true).catch(fail),
    leave: () => update({ phase: "start" }),
    run: async (line: string) => {
      const ended = await call("exec", line);
      await refresh();
      return ended;
    },
    stop: () => void call("stop"),
    list: (path: string) => call("list", path),
    read: (path: string) => call("read", path),
    save: write,
    ...exportActions(call, fail),
    closeProblem: () => update({ problem: "" }),
    review: reviewActions(call, act),
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

/** Keeps the user's folder as the project is, as far as the page may. */
function followFolder(call: Call, update: (part: Partial<BoxView>) => void) {
  let origin: Origin | undefined;
  const settle = async (isClick: boolean) => {
    if (origin === undefined) return;
    const changes = await call("projectChanges", origin.known);
    let pending = changes.put.length + changes.gone.length;
    if (pending > 0 && (await mayWrite(origin, isClick))) {
      const { conflicts, skipped, written, removed } = await writeBack(origin, changes);
      await keepOrigin(origin);
      pending -= written.length + removed.length;
      const left = [...conflicts.map((path) => `${path} changed there meanwhile`)];
      left.push(...skipped.map((path) => `${path} is a link, which a page cannot make`));
      if (left.length > 0)
        update({ problem: `Not written to the folder ${origin.folder.name}: ${left.join("; ")}.` });
    }
    update({ folder: { name: origin.folder.name, pending } });
  };
  return {
    settle,
    use: async (from: Origin | undefined) => {
      origin = from;
      update({ folder: undefined });
      await settle(false);
    },
  };
}

function reviewActions(call: Call, act: (what: () => Promise<unknown>) => Promise<void>): ReviewActions {
  return {
    patch: async (path) => text(await call("diff", [path])),
    keep: (paths) => act(() => call("commit", paths)),
    discard: (paths) => act(() => call("discard", paths)),
    undo: () => act(() => call("undo")),
    takeBack: (path, hunk) =>
      act(async () => {
        const now = text(await call("read", `${ROOT}/${path}`));
        await call("write", `${ROOT}/${path}`, new TextEncoder().encode(takeBack(now, hunk)));
      }),
  };
}
