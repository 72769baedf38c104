import { useRef } from "preact/hooks";
import type { ConnectedRuntime } from "../runtime/client.ts";
import type { Opened } from "../runtime/protocol.ts";
import { useKept } from "./kept-view.ts";
import type { Imported } from "./projects.ts";
import { Questions } from "./questions.tsx";
import { Start } from "./start.tsx";
import type { ShellTerminal } from "./terminal.ts";
import { type FolderView, useBox } from "./use-box.ts";
import { Work } from "./work.tsx";

/** The whole page. */
export function App({ runtime, opened }: { runtime: ConnectedRuntime; opened: Promise<Opened> }) {
  const terminal = useRef<ShellTerminal | undefined>(undefined);
  const [guided, setGuided] = useKept("guided", false);
  const [view, actions] = useBox(runtime, opened, (bytes, shown) =>
    terminal.current ? terminal.current.write(bytes, shown) : shown(),
  );
  const begin = async (project: Imported, withGuide: boolean) => {
    await actions.begin(project);
    setGuided(withGuide);
  };
  return (
    <>
      <header>
        <span class="name">
          <img src="./icon.svg" alt="" width="20" height="20" /> Shadowbox
        </span>
        {view.phase === "work" && !view.follows && (
          <div class="bar">
            {view.folder && <Folder folder={view.folder} write={actions.writeBack} />}
            <button type="button" onClick={actions.saveZip}>
              Save zip
            </button>
            <button type="button" disabled={view.changes.length === 0} onClick={actions.savePatch}>
              Save patch
            </button>
            <button type="button" onClick={actions.leave}>
              New project
            </button>
          </div>
        )}
      </header>
      {view.phase === "work" && (
        <Work
          view={view}
          actions={actions}
          terminal={terminal}
          guided={guided}
          endGuide={() => setGuided(false)}
        />
      )}
      {view.phase === "start" && <Start begin={begin} />}
      {view.phase === "opening" && <Notice>Opening the box…</Notice>}
      {view.phase === "waiting" && (
        <Notice>Another tab has this box open. This one takes over when it closes.</Notice>
      )}
      <Questions pending={view.questions} />
      {view.problem && (
        <div class="problem" role="alert">
          <span>{view.problem}</span>
          <button type="button" onClick={actions.closeProblem}>
            Close
          </button>
        </div>
      )}
    </>
  );
}

/** Where commits go to. */
function Folder({ folder: { name, pending, isWriting }, write }: { folder: FolderView; write(): void }) {
  if (isWriting)
    return (
      <span class="quiet folder">
        Writing {pending} to {name}…
      </span>
    );
  if (pending === 0) return <span class="quiet folder">Folder {name} is as committed</span>;
  return (
    <button type="button" class="primary" onClick={write}>
      Write {pending} to {name}
    </button>
  );
}

function Notice({ children }: { children: string }) {
  return (
    <main class="notice">
      <p role="status">{children}</p>
    </main>
  );
}
