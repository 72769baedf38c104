import type { ChangeFacts } from "@shadowbox/sandbox";
import { useEffect, useState } from "preact/hooks";
import { useKept } from "./kept-view.ts";
import { type FilePatch, type Hunk, parsePatch } from "./patch.ts";
import { useSome } from "./some.tsx";

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
  /** Commits one hunk, as it was shown. */
  keepHunk(path: string, hunk: Hunk): Promise<void>;
  discard(paths?: readonly string[]): Promise<void>;
  takeBack(path: string, hunk: Hunk): Promise<void>;
  undo(): Promise<void>;
  redo(): Promise<void>;
}

interface Props {
  changes: readonly ChangeFacts[];
  canUndo: boolean;
  canRedo: boolean;
  /** Counts up with every change in the box. */
  version: number;
  actions: ReviewActions;
}

/** The change set: by file, and within a file by hunk. */
export function Review({ changes, canUndo, canRedo, version, actions }: Props) {
  const [open, setOpen] = useKept<string | undefined>("review", undefined);
  const [shown, more] = useSome(changes);
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
  return (
    <div class="review">
      <Verbs {...{ canUndo, canRedo, actions }} count={changes.length} />
      <ul class="changes" aria-label="Changed files" aria-describedby="review-keys" onKeyDown={onKey}>
        {shown.map((change) => (
          <li key={change.path}>
            <button
              type="button"
              class="change"
              data-stop
              aria-expanded={open === change.path}
              onClick={() => setOpen(open === change.path ? undefined : change.path)}
            >
              <span class={`mark ${change.kind}`} title={change.kind}>
                {MARK[change.kind]}
              </span>
              <span class="path">{change.from ? `${change.from} → ${change.path}` : change.path}</span>
              {change.flag && (
                <span class="minus" title={change.flag}>
                  !
                </span>
              )}
              <span class="counts">
                <span class="plus">+{change.added}</span> <span class="minus">−{change.removed}</span>
              </span>
            </button>
            {open === change.path && <Patch path={change.path} version={version} actions={actions} />}
          </li>
        ))}
      </ul>
      {more}
      <p class="quiet keys" id="review-keys">
        <kbd>j</kbd> <kbd>k</kbd> up and down · <kbd>Enter</kbd> opens · <kbd>y</kbd> commits · <kbd>n</kbd>{" "}
        discards
      </p>
    </div>
  );
}

type VerbsProps = Pick<Props, "canUndo" | "canRedo" | "actions"> & { count: number };

/** What can be done with all changes, and with the last commit. */
function Verbs({ count, canUndo, canRedo, actions }: VerbsProps) {
  return (
    <div class="bar">
      <button type="button" class="primary" onClick={() => void actions.keep()}>
        Commit all {count}
      </button>
      <button type="button" onClick={() => void actions.discard()}>
        Discard all
      </button>
      {canUndo && (
        <button type="button" onClick={() => void actions.undo()}>
          Undo commit
        </button>
      )}
      {canRedo && (
        <button type="button" onClick={() => void actions.redo()}>
          Redo commit
        </button>
      )}
    </div>
  );
}

/** Along files and hunks, and what is to become of the one that has the focus. */
function onKey(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  const here = document.activeElement as HTMLElement;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const stops = [...list.querySelectorAll<HTMLElement>("[data-stop]")];
  const stop = here.closest<HTMLElement>("[data-stop]") ?? here;
  const step = { j: 1, k: -1 }[event.key];
  if (step !== undefined) stops[Math.min(stops.length - 1, Math.max(0, stops.indexOf(stop) + step))]?.focus();
  const wanted = { y: "keep", n: "discard" }[event.key];
  if (wanted === undefined) return;
  const scope = stop.matches(".change") ? stop.parentElement : stop;
  scope?.querySelector<HTMLElement>(`[data-act="${wanted}"]`)?.click();
  list.querySelector<HTMLElement>(".change")?.focus();
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
        <button type="button" class="primary" data-act="keep" onClick={() => void actions.keep([path])}>
          Commit file
        </button>
        <button type="button" data-act="discard" onClick={() => void actions.discard([path])}>
          Discard file
        </button>
      </div>
      {patch.notes.map((note) => (
        <p class="quiet" key={note}>
          {note}
        </p>
      ))}
      {patch.hunks.map((hunk) => (
        <HunkView
          key={hunk.header}
          hunk={hunk}
          keep={() => void actions.keepHunk(path, hunk)}
          takeBack={() => void actions.takeBack(path, hunk)}
        />
      ))}
    </div>
  );
}

function HunkView({ hunk, keep, takeBack }: { hunk: Hunk; keep(): void; takeBack(): void }) {
  const [lines, more] = useSome(hunk.lines);
  return (
    <figure data-stop tabIndex={-1}>
      <figcaption>
        <code>{hunk.header}</code>
        <span class="actions">
          <button type="button" class="plain" data-act="keep" onClick={keep}>
            Commit hunk
          </button>
          <button type="button" class="plain" data-act="discard" onClick={takeBack}>
            Discard hunk
          </button>
        </span>
      </figcaption>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>
        {lines.map((line, at) => (
          <span key={`${hunk.header}${at}`} class={lineClass(line)}>
            {line}
            {"\n"}
          </span>
        ))}
      </pre>
      {more}
    </figure>
  );
}

function lineClass(line: string): string {
  return line.startsWith("+") ? "plus" : line.startsWith("-") ? "minus" : "";
}
