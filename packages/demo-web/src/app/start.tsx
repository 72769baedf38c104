import { useState } from "preact/hooks";
import { type Imported, importArchive, importFolder } from "./projects.ts";
import { sampleProject } from "./sample.ts";

type PickFolder = (options: { mode: "read" | "readwrite" }) => Promise<FileSystemDirectoryHandle>;

type Attempt = (what: string, bring: () => Promise<Imported | undefined>, guided?: boolean) => void;

/** Where a project comes from. */
export function Start({ begin }: { begin(project: Imported, guided: boolean): Promise<void> }) {
  const [busy, setBusy] = useState("");
  const [problem, setProblem] = useState("");
  const attempt: Attempt = async (what, bring, guided = false) => {
    setBusy(what);
    setProblem("");
    try {
      const imported = await bring();
      if (imported !== undefined) await begin(imported, guided);
    } catch (error) {
      if ((error as Error).name !== "AbortError") setProblem((error as Error).message);
    }
    setBusy("");
  };
  const onDrop = (event: DragEvent) => {
    event.preventDefault();
    const item = event.dataTransfer?.items[0];
    if (item !== undefined) attempt("Reading what was dropped…", () => importDropped(item));
  };
  return (
    <main class="start" onDragOver={(event) => event.preventDefault()} onDrop={onDrop}>
      <h1>A box for work you want to check first</h1>
      <p>
        Bash, Python and a set of tools run here, in your browser, on a shadow of a project. Nothing leaves
        this machine, and nothing reaches the project before you have reviewed it.
      </p>
      <Choices attempt={attempt} />
      <p role="status">{busy}</p>
      {problem && <p role="alert">{problem}</p>}
    </main>
  );
}

function Choices({ attempt }: { attempt: Attempt }) {
  const pick = (globalThis as { showDirectoryPicker?: PickFolder }).showDirectoryPicker;
  return (
    <div class="choices">
      <button type="button" class="primary" onClick={() => attempt("Opening…", sample, true)}>
        Try the sample <small>Half a minute, with a guide</small>
      </button>
      {pick && (
        <button
          type="button"
          onClick={() => attempt("Reading the folder…", () => pick({ mode: "readwrite" }).then(importFolder))}
        >
          Open a folder <small>Only what you commit is written to it</small>
        </button>
      )}
      <label class="button">
        Open a zip or tar archive <small>Or drop one, or a folder, on this page</small>
        <input
          type="file"
          accept=".zip,.tar,.tgz,.tar.gz,application/zip,application/x-tar,application/gzip"
          onChange={(event) => {
            const file = event.currentTarget.files?.[0];
            if (file !== undefined) attempt("Unpacking…", () => readArchive(file));
          }}
        />
      </label>
      <button type="button" onClick={() => attempt("Opening…", async () => ({ files: [], leftOut: [] }))}>
        Start empty <small>A folder with nothing in it</small>
      </button>
    </div>
  );
}

async function sample(): Promise<Imported> {
  return { files: sampleProject(), leftOut: [] };
}

async function readArchive(file: Blob): Promise<Imported> {
  return importArchive(new Uint8Array(await file.arrayBuffer()));
}

type Droppable = DataTransferItem & { getAsFileSystemHandle?(): Promise<FileSystemHandle | null> };

async function importDropped(item: Droppable): Promise<Imported | undefined> {
  const file = item.getAsFile();
  const handle = await item.getAsFileSystemHandle?.();
  if (handle?.kind === "directory") return importFolder(handle as FileSystemDirectoryHandle);
  return file === null ? undefined : readArchive(file);
}
