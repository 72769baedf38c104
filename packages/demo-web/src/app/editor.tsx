import { useEffect, useRef, useState } from "preact/hooks";
import type { CodeEditor } from "./code-editor.ts";

/** Larger files are for programs, not for a page's editor. */
const MAX_BYTES = 2 << 20;

interface Props {
  path: string;
  read(): Promise<Uint8Array>;
  /** What the project has in its place. */
  readOriginal(): Promise<Uint8Array | undefined>;
  save(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** One file of the box, to read and to change, with what differs from the project among its lines. */
export function Editor({ path, read, readOriginal, save, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const place = useRef<HTMLDivElement>(null);
  const editor = useRef<CodeEditor | undefined>(undefined);
  const [original, setOriginal] = useState<string | undefined>(undefined);
  const [compares, setCompares] = useState(false);
  const [isChanged, setChanged] = useState(false);
  const [note, setNote] = useState("Reading…");
  const store = async () => {
    if (editor.current === undefined) return;
    await save(new TextEncoder().encode(editor.current.content()));
    close();
  };
  useGuard(isChanged);
  /** Escape closes what was not changed. */
  const keepChanges = (event: Event) => {
    if (!isChanged) return;
    event.preventDefault();
    setNote("Not saved yet: save it in the box, or close without saving.");
  };
  useEffect(() => {
    let isOpen = true;
    dialog.current?.showModal();
    const open = async () => {
      const content = textOf(await read());
      const { openCodeEditor } = await import("./code-editor.ts");
      if (!isOpen) return;
      const parent = place.current as HTMLElement;
      const options = { path, content, changed: () => setChanged(true), save: () => void store() };
      editor.current = openCodeEditor(parent, options);
      setNote("");
      const text = await readOriginal().then((before) => before && textOf(before));
      if (!isOpen || text === undefined || text === content) return;
      setOriginal(text);
      setCompares(true);
    };
    void open().catch((error: Error) => setNote(error.message));
    return () => {
      isOpen = false;
      editor.current?.destroy();
    };
  }, [path]);
  useEffect(() => editor.current?.compare(compares ? original : undefined), [compares, original]);
  return (
    <dialog ref={dialog} class="editor" aria-label={path} onClose={close} onCancel={keepChanges}>
      <div class="bar">
        <strong>{path.replace(/^\/workspace\//, "")}</strong>
        {original !== undefined && <Compare checked={compares} change={setCompares} />}
        <button type="button" class="primary" disabled={!isChanged} onClick={() => void store()}>
          Save in the box
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          {isChanged ? "Close without saving" : "Close"}
        </button>
      </div>
      {note && <p role="status">{note}</p>}
      <div class="code" ref={place} />
    </dialog>
  );
}

/** While something is unsaved the browser asks before the page goes. */
function useGuard(isUnsaved: boolean): void {
  useEffect(() => {
    if (!isUnsaved) return;
    const ask = (event: Event) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [isUnsaved]);
}

function Compare({ checked, change }: { checked: boolean; change(checked: boolean): void }) {
  return (
    <label>
      <input type="checkbox" checked={checked} onChange={(event) => change(event.currentTarget.checked)} />{" "}
      show what differs
    </label>
  );
}

/** Throws for what is no text. */
function textOf(bytes: Uint8Array): string {
  if (bytes.length > MAX_BYTES)
    throw new Error(`This file has ${bytes.length} bytes; the editor takes at most ${MAX_BYTES}.`);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    throw new Error(`This file is no text: ${bytes.length} bytes.`);
  }
}
