import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Bundles } from "./bundles.tsx";
import { Chat } from "./chat.tsx";
import { Editor } from "./editor.tsx";
import { Files, type FilesProps, withFolders } from "./files.tsx";
import { Guide } from "./guide.tsx";
import { useKept } from "./kept-view.ts";
import { Network } from "./network.tsx";
import { Review } from "./review.tsx";
import { Settings, type StorageFacts } from "./settings.tsx";
import { Tabs } from "./tabs.tsx";
import { ShellTerminal, type TerminalActions } from "./terminal.ts";
import { Timeline } from "./timeline.tsx";
import { type BoxActions, type BoxView, ROOT } from "./use-box.ts";

type Tab = "review" | "files" | "timeline" | "network" | "bundles" | "settings";
type Who = "terminal" | "agent";

interface Props {
  view: BoxView;
  actions: BoxActions;
  terminal: { current: ShellTerminal | undefined };
  guided: boolean;
  endGuide(): void;
}

/** The box at work: terminal and agent on one side, what became of the project on the other. */
export function Work(props: Props) {
  const { view, actions } = props;
  const [tab, setTab] = useKept<Tab>("tab", "review");
  const [editing, setEditing] = useKept<string | undefined>("editing", undefined);
  return (
    <main class={view.follows ? "work follows" : "work"}>
      <section class="shell" aria-label="Work">
        {view.follows ? <Following /> : <Worker {...props} openSettings={() => setTab("settings")} />}
      </section>
      <section class="side" aria-label="Project">
        <Tabs label="Views" selected={tab} select={(name) => setTab(name)} tabs={titles(view)} />
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
        <div class="panel" role="tabpanel" aria-label={tab} tabIndex={0}>
          <Panel tab={tab} view={view} actions={actions} edit={setEditing} />
        </div>
      </section>
      {editing && (
        <Editor
          path={editing}
          read={() => actions.read(editing)}
          readOriginal={() => actions.readOriginal(editing)}
          save={(bytes) => actions.save(editing, bytes)}
          close={() => setEditing(undefined)}
        />
      )}
    </main>
  );
}

/** Terminal and agent. */
function Worker({
  view,
  actions,
  terminal,
  guided,
  endGuide,
  openSettings,
}: Props & { openSettings(): void }) {
  const [worker, setWorker] = useKept<Who>("worker", "terminal");
  const { agent, preferences } = view;
  return (
    <>
      <Tabs
        label="Who works"
        selected={worker}
        select={(name) => setWorker(name)}
        tabs={[
          ["terminal", "Terminal"],
          ["agent", agent.isBusy ? "Agent …" : "Agent"],
        ]}
      />
      {guided && worker === "terminal" && (
        <Guide log={view.log} submit={(line) => void terminal.current?.submit(line)} close={endGuide} />
      )}
      <Console hold={terminal} actions={actions} isHidden={worker !== "terminal"} />
      {worker === "agent" && (
        <Chat
          conversation={agent.conversation}
          isBusy={agent.isBusy}
          model={preferences.model}
          mode={preferences.box.mode}
          actions={actions.agent}
          openSettings={openSettings}
        />
      )}
    </>
  );
}

function Following() {
  return (
    <p class="following" role="status">
      Another tab has this box open. Here you see what becomes of it; this tab takes over when that one
      closes.
    </p>
  );
}

function titles({ changes }: BoxView) {
  const badge = changes.length > 0 && <span class="badge">{changes.length}</span>;
  return [
    ["review", <>Review{badge}</>],
    ["files", "Files"],
    ["timeline", "Timeline"],
    ["network", "Network"],
    ["bundles", "Bundles"],
    ["settings", "Settings"],
  ] as const;
}

interface PanelProps extends Pick<Props, "view" | "actions"> {
  tab: Tab;
  edit(path: string): void;
}

function Panel({ tab, view, actions, edit }: PanelProps) {
  const { changes, log, version, preferences } = view;
  switch (tab) {
    case "timeline":
      return (
        <Timeline
          {...{ log, snapshots: view.snapshots, audit: view.audit }}
          conversation={view.agent.conversation.records}
          diff={actions.snapshotDiff}
          restore={actions.restore}
        />
      );
    case "network":
      return (
        <Network
          {...{ audit: view.audit, rules: view.rules, policy: preferences.box.network }}
          forget={actions.forget}
        />
      );
    case "bundles":
      return <Bundles commands={view.commands} />;
    case "settings":
      return <SettingsPanel preferences={preferences} save={actions.setPreferences} />;
    case "files":
      return <Tree changes={changes} version={version} list={actions.list} open={edit} />;
    case "review": {
      const last = log.findLast(({ operation }) => ["commit", "undo", "redo"].includes(operation))?.operation;
      const [canUndo, canRedo] = [last === "commit" || last === "redo", last === "undo"];
      return <Review {...{ changes, canUndo, canRedo, version }} actions={actions.review} />;
    }
  }
}

function Tree({ changes, ...props }: { changes: BoxView["changes"] } & Omit<FilesProps, "root" | "changed">) {
  const changed = useMemo(() => withFolders(changes.map(({ path }) => path)), [changes]);
  return <Files root={ROOT} changed={changed} {...props} />;
}

function SettingsPanel({ preferences, save }: Pick<Parameters<typeof Settings>[0], "preferences" | "save">) {
  const [storage, setStorage] = useState<StorageFacts | undefined>(undefined);
  useEffect(() => {
    const look = async () => {
      const { usage = 0, quota = 0 } = await navigator.storage.estimate();
      setStorage({ usage, quota, isPersistent: await navigator.storage.persisted() });
    };
    void look().catch(() => {});
  }, []);
  return <Settings preferences={preferences} storage={storage} save={save} />;
}

function Console({
  hold,
  actions,
  isHidden,
}: {
  hold: Props["terminal"];
  actions: TerminalActions;
  isHidden: boolean;
}) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const terminal = new ShellTerminal(place.current as HTMLElement, actions);
    hold.current = terminal;
    terminal.focus();
    return () => {
      hold.current = undefined;
      terminal.close();
    };
  }, []);
  return <div class="console" ref={place} hidden={isHidden} />;
}
