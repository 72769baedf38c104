import type { ChangeFacts } from "@shadowbox/sandbox";
import { useEffect, useState } from "preact/hooks";
import { type FilePatch, type Hunk, parsePatch } from "./patch.ts";
import { lineClass } from "./patch-view.tsx";

const MARK: Readonly<Record<ChangeFacts["kind"], string>> = {
  created: "A",
  modified: "M",
  deleted: "D",
  renamed: "R",
  mode: "X",
  type: "T",
};

export interface ReviewActions {
  patch(path: string): Promise<string>;
  keep(paths?: readonly string[]): Promise<void>;
  discard(paths?: readonly string[]): Promise<void>;
  takeBack(path: string, hunk: Hunk): Promise<void>;
  undo(): Promise<void>;
}

interface Props {
  changes: readonly ChangeFacts[];
  canUndo: boolean;
  /** Counts up with every change in the box. */
  version: number;
  actions: ReviewActions;
}

/** The change set: by file, and within a file by hunk. */
export function Review({ changes, canUndo, version, actions }: Props) {
  const [open, setOpen] = useState<string | undefined>(undefined);
  if (changes.length === 0)
    return (
      <div class="empty">
        <p>Nothing differs from the project.</p>
        <p class="quiet">What programs in the box change shows here, for you to keep or to take back.</p>
        {canUndo && (
          <button type="button" onClick={() => void actions.undo()}>
            Undo the last commit
          </button>
        )}
      </div>
    );
  const onKey = (event: KeyboardEvent) => {
    const step = event.key === "j" ? 1 : event.key === "k" ? -1 : 0;
    if (step === 0 || !(event.currentTarget instanceof HTMLElement)) return;
    const rows = [...event.currentTarget.querySelectorAll<HTMLElement>(".change")];
    const at = rows.indexOf(document.activeElement as HTMLElement);
    rows[Math.min(rows.length - 1, Math.max(0, at + step))]?.focus();
  };
  return (
    <div class="review">
      <div class="bar">
        <button type="button" class="primary" onClick={() => void actions.keep()}>
          Commit all {changes.length}
        </button>
        <button type="button" onClick={() => void actions.discard()}>
          Discard all
        </button>
        {canUndo && (
          <button type="button" onClick={() => void actions.undo()}>
            Undo commit
          </button>
        )}
      </div>
      <ul class="changes" aria-label="Changed files" onKeyDown={onKey}>
        {changes.map((change) => (
          <li key={change.path}>
            <button
              type="button"
              class="change"
              aria-expanded={open === change.path}
              onClick={() => setOpen(open === change.path ? undefined : change.path)}
            >
              <span class={`mark ${change.kind}`} title={change.kind}>
                {MARK[change.kind]}
              </span>
              <span class="path">{change.from ? `${change.from} → ${change.path}` : change.path}</span>
              <span class="counts">
                <span class="plus">+{change.added}</span> <span class="minus">−{change.removed}</span>
              </span>
            </button>
            {open === change.path && <Patch path={change.path} version={version} actions={actions} />}
          </li>
        ))}
      </ul>
    </div>
  );
}

function Patch({ path, version, actions }: { path: string; version: number; actions: ReviewActions }) {
  const [patch, setPatch] = useState<FilePatch | undefined>(undefined);
  useEffect(() => {
    void actions.patch(path).then((text) => setPatch(parsePatch(text)));
  }, [path, version]);
  if (patch === undefined) return <p class="quiet">Reading…</p>;
  return (
    <div class="patch">
      <div class="bar">
        <button type="button" class="primary" onClick={() => void actions.keep([path])}>
          Commit file
        </button>
        <button type="button" onClick={() => void actions.discard([path])}>
          Discard file
        </button>
      </div>
      {patch.notes.map((note) => (
        <p class="quiet" key={note}>
          {note}
        </p>
      ))}
      {patch.hunks.map((hunk) => (
        <figure key={hunk.header}>
          <figcaption>
            <code>{hunk.header}</code>
            <button type="button" onClick={() => void actions.takeBack(path, hunk)}>
              Discard hunk
            </button>
          </figcaption>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
          <pre tabIndex={0}>
            {hunk.lines.map((line, at) => (
              <span key={`${hunk.header}${at}`} class={lineClass(line)}>
                {line}
                {"\n"}
              </span>
            ))}
          </pre>
        </figure>
      ))}
    </div>
  );
}
