import { useEffect, useRef, useState } from "preact/hooks";

interface Props {
  path: string;
  read(): Promise<Uint8Array>;
  save(bytes: Uint8Array): Promise<void>;
  close(): void;
}

/** One file of the box, to read and to change. */
export function Editor({ path, read, save, close }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [content, setContent] = useState<string | undefined>(undefined);
  const [note, setNote] = useState("Reading…");
  useEffect(() => {
    dialog.current?.showModal();
    read().then(
      (bytes) => {
        try {
          setContent(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
          setNote("");
        } catch {
          setNote(`This file is no text: ${bytes.length} bytes.`);
        }
      },
      (error: Error) => setNote(error.message),
    );
  }, [path]);
  const store = () => save(new TextEncoder().encode(content)).then(close);
  const onKey = (event: KeyboardEvent) => {
    if (!((event.ctrlKey || event.metaKey) && event.key === "s")) return;
    event.preventDefault();
    void store();
  };
  return (
    <dialog ref={dialog} class="editor" aria-label={path} onClose={close} onKeyDown={onKey}>
      <div class="bar">
        <strong>{path}</strong>
        <button type="button" class="primary" disabled={content === undefined} onClick={() => void store()}>
          Save in the box
        </button>
        <button type="button" onClick={() => dialog.current?.close()}>
          Close
        </button>
      </div>
      {note && <p role="status">{note}</p>}
      {content !== undefined && (
        <textarea
          aria-label={`Content of ${path}`}
          spellcheck={false}
          value={content}
          onInput={(event) => setContent(event.currentTarget.value)}
        />
      )}
    </dialog>
  );
}
