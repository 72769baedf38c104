import { useEffect, useRef, useState } from "preact/hooks";
import { Editor } from "./editor.tsx";
import { Files } from "./files.tsx";
import { Guide } from "./guide.tsx";
import { Review } from "./review.tsx";
import { Bundles, Timeline } from "./side.tsx";
import { ShellTerminal, type TerminalActions } from "./terminal.ts";
import { type BoxActions, type BoxView, ROOT } from "./use-box.ts";

type Tab = "review" | "files" | "timeline" | "bundles";
const TABS: readonly (readonly [Tab, string])[] = [
  ["review", "Review"],
  ["files", "Files"],
  ["timeline", "Timeline"],
  ["bundles", "Bundles"],
];

interface Props {
  view: BoxView;
  actions: BoxActions;
  terminal: { current: ShellTerminal | undefined };
  guided: boolean;
  endGuide(): void;
}

/** The box at work: its terminal, and what differs from the project. */
export function Work({ view, actions, terminal, guided, endGuide }: Props) {
  const [tab, setTab] = useState<Tab>("review");
  const [editing, setEditing] = useState<string | undefined>(undefined);
  return (
    <main class="work">
      <section class="shell" aria-label="Terminal">
        {guided && (
          <Guide log={view.log} submit={(line) => void terminal.current?.submit(line)} close={endGuide} />
        )}
        <Console hold={terminal} actions={actions} />
      </section>
      <section class="side" aria-label="Project">
        <div role="tablist" aria-label="Views">
          {TABS.map(([name, title]) => (
            <button
              key={name}
              type="button"
              role="tab"
              aria-selected={tab === name}
              onClick={() => setTab(name)}
            >
              {title}
              {name === "review" && view.changes.length > 0 && (
                <span class="badge">{view.changes.length}</span>
              )}
            </button>
          ))}
        </div>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
        <div class="panel" role="tabpanel" aria-label={tab} tabIndex={0}>
          <Panel tab={tab} view={view} actions={actions} edit={setEditing} />
        </div>
      </section>
      {editing && (
        <Editor
          path={editing}
          read={() => actions.read(editing)}
          save={(bytes) => actions.save(editing, bytes)}
          close={() => setEditing(undefined)}
        />
      )}
    </main>
  );
}

interface PanelProps extends Pick<Props, "view" | "actions"> {
  tab: Tab;
  edit(path: string): void;
}

function Panel({ tab, view, actions, edit }: PanelProps) {
  const { changes, log, version } = view;
  if (tab === "timeline") return <Timeline entries={log} />;
  if (tab === "bundles") return <Bundles commands={view.commands} />;
  if (tab === "files") {
    const changed = new Set(changes.map(({ path }) => path));
    return <Files root={ROOT} version={version} changed={changed} list={actions.list} open={edit} />;
  }
  const last = log.findLast(({ operation }) => operation === "commit" || operation === "undo");
  const canUndo = last?.operation === "commit";
  return <Review changes={changes} canUndo={canUndo} version={version} actions={actions.review} />;
}

function Console({ hold, actions }: { hold: Props["terminal"]; actions: TerminalActions }) {
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    hold.current = new ShellTerminal(place.current as HTMLElement, actions);
    hold.current.focus();
  }, []);
  return <div class="console" ref={place} />;
}
