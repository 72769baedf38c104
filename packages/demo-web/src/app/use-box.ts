import type { ChangeFacts, ImageEntry, LogEntry } from "@shadowbox/sandbox";
import { useEffect, useMemo, useState } from "preact/hooks";
import type { Call, ConnectedRuntime } from "../runtime/client.ts";
import type { CommandFacts, ListedFile, Opened } from "../runtime/protocol.ts";
import { keepForOffline } from "./isolation.ts";
import { takeBack } from "./patch.ts";
import { download, exportZip } from "./projects.ts";
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
  /** Counts up with every look at the box. */
  version: number;
}

export interface BoxActions {
  review: ReviewActions;
  run(line: string): Promise<{ status: number; cwd: string }>;
  stop(): void;
  begin(files: readonly ImageEntry[]): Promise<void>;
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
  };
  const write = (path: string, bytes: Uint8Array) => act(() => call("write", path, bytes));
  return {
    open: async (opened: Promise<Opened>) => {
      await opened.then(({ hasProject }) => (hasProject ? enter() : update({ phase: "start" }))).catch(fail);
      keepForOffline();
    },
    begin: async (files: readonly ImageEntry[]) => {
      await call("start", files);
      await enter();
    },
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
    saveZip: () => void call("files").then((all) => download("workspace.zip", exportZip(all)), fail),
    savePatch: () =>
      void call("diff").then(
        (patch) => download("changes.patch", new Blob([patch as Uint8Array<ArrayBuffer>])),
        fail,
      ),
    closeProblem: () => update({ problem: "" }),
    review: reviewActions(call, act),
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
