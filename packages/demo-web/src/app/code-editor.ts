import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { javascript } from "@codemirror/lang-javascript";
import { python } from "@codemirror/lang-python";
import { HighlightStyle, indentUnit, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { shell } from "@codemirror/legacy-modes/mode/shell";
import { toml } from "@codemirror/legacy-modes/mode/toml";
import { yaml } from "@codemirror/legacy-modes/mode/yaml";
import { unifiedMergeView } from "@codemirror/merge";
import { Compartment, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

/** An editor in a page's element. */
export interface CodeEditor {
  content(): string;
  /** Shows what differs from this text among the lines; undefined: nothing of it. */
  compare(original: string | undefined): void;
  destroy(): void;
}

interface Options {
  path: string;
  content: string;
  changed(): void;
  save(): void;
}

/** Makes an editor; Tab goes on to the next control, as everywhere on the page. */
export function openCodeEditor(place: HTMLElement, { path, content, changed, save }: Options): CodeEditor {
  const comparison = new Compartment();
  const view = new EditorView({
    parent: place,
    doc: content,
    extensions: [
      ...[lineNumbers(), history(), drawSelection(), highlightActiveLine(), indentUnit.of("    ")],
      keymap.of([{ key: "Mod-s", run: () => (save(), true) }, ...defaultKeymap, ...historyKeymap]),
      ...[syntaxHighlighting(COLOURS), LOOK, languageOf(path), comparison.of([])],
      EditorView.contentAttributes.of({ "aria-label": `Content of ${path}` }),
      EditorView.updateListener.of((update) => update.docChanged && changed()),
    ],
  });
  view.focus();
  return {
    content: () => view.state.doc.toString(),
    compare: (original) => {
      const shown = original === undefined ? [] : unifiedMergeView({ original, mergeControls: controlOf });
      view.dispatch({ effects: comparison.reconfigure(shown) });
    },
    destroy: () => view.destroy(),
  };
}

/** A change can be taken back here; to keep it is the review's. */
function controlOf(type: "reject" | "accept", action: (event: MouseEvent) => void): HTMLElement {
  if (type === "accept") return document.createElement("span");
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = "Take back";
  button.onmousedown = action;
  // By keyboard: no press came before it.
  button.onclick = (event) => event.detail === 0 && action(event);
  return button;
}

function languageOf(path: string): Extension {
  const name = path.slice(path.lastIndexOf("/") + 1);
  const ending = name.slice(name.lastIndexOf(".") + 1).toLowerCase();
  if (/^(py|pyi)$/.test(ending)) return python();
  if (/^([cm]?[jt]s|[jt]sx|json)$/.test(ending))
    return javascript({ typescript: ending.includes("t"), jsx: ending.endsWith("x") });
  if (/^(sh|bash)$/.test(ending)) return StreamLanguage.define(shell);
  if (/^ya?ml$/.test(ending)) return StreamLanguage.define(yaml);
  return ending === "toml" ? StreamLanguage.define(toml) : [];
}

const COLOURS = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--number)" },
  { tag: tags.comment, color: "var(--quiet)", fontStyle: "italic" },
  { tag: [tags.function(tags.variableName), tags.definition(tags.variableName)], fontWeight: "600" },
]);

const LOOK = EditorView.theme({
  "&": { flex: "1", minHeight: "0", color: "inherit", backgroundColor: "var(--surface)" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": {
    fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace",
    fontSize: "13px",
  },
  ".cm-content": { caretColor: "var(--accent)" },
  ".cm-cursor": { borderLeftColor: "var(--accent)" },
  ".cm-gutters": { backgroundColor: "var(--page)", color: "var(--quiet)", border: "none" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-changedLine, &.cm-merge-b .cm-changedLine": { backgroundColor: "var(--good-back)" },
  ".cm-changedText, &.cm-merge-b .cm-changedText": { background: "none", textDecoration: "underline" },
  ".cm-deletedChunk": { backgroundColor: "var(--bad-back)", paddingLeft: "6px" },
  ".cm-deletedChunk .cm-deletedText": { background: "none", textDecoration: "underline" },
  ".cm-deletedChunk button": {
    color: "var(--text)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line)",
  },
  ".cm-changeGutter": { width: "3px", paddingLeft: "0" },
  ".cm-changedLineGutter": { background: "var(--good)" },
  ".cm-deletedLineGutter": { background: "var(--bad)" },
});
