import { useEffect, useMemo, useState } from "preact/hooks";
import type { ListedFile } from "../runtime/protocol.ts";
import { useSome } from "./some.tsx";

export interface FilesProps {
  root: string;
  version: number;
  /** Paths relative to the root that differ from the project, and the folders that they are in. */
  changed: ReadonlySet<string>;
  list(path: string): Promise<ListedFile[]>;
  open(path: string): void;
}

/** The workspace as a tree, with marks at what differs. */
export function Files(props: FilesProps) {
  return (
    <nav aria-label="Files" class="files">
      <Folder {...props} path={props.root} />
    </nav>
  );
}

const foldersFirst = (a: ListedFile, b: ListedFile) =>
  Number(b.type === "directory") - Number(a.type === "directory") || (a.name < b.name ? -1 : 1);

/** Paths, and all folders that they are in. */
export function withFolders(paths: readonly string[]): ReadonlySet<string> {
  const all = new Set(paths);
  for (const path of paths)
    for (let end = path.lastIndexOf("/"); end > 0; end = path.lastIndexOf("/", end - 1)) {
      const folder = path.slice(0, end);
      if (all.has(folder)) break;
      all.add(folder);
    }
  return all;
}

function Folder({ path, ...props }: FilesProps & { path: string }) {
  const [entries, setEntries] = useState<ListedFile[] | undefined>(undefined);
  useEffect(() => {
    void props.list(path).then(setEntries, () => setEntries([]));
  }, [path, props.version]);
  const sorted = useMemo(() => [...(entries ?? [])].sort(foldersFirst), [entries]);
  const [shown, more] = useSome(sorted);
  if (entries === undefined) return null;
  if (entries.length === 0) return <p class="quiet">Empty</p>;
  return (
    <>
      <ul>
        {shown.map((entry) => (
          <Entry key={entry.name} {...props} path={`${path}/${entry.name}`} entry={entry} />
        ))}
      </ul>
      {more}
    </>
  );
}

function Entry({ entry, path, ...props }: FilesProps & { entry: ListedFile; path: string }) {
  const [open, setOpen] = useState(false);
  const relative = path.slice(props.root.length + 1);
  const isFolder = entry.type === "directory";
  const differs = props.changed.has(relative);
  return (
    <li>
      <button
        type="button"
        class={differs ? "differs" : ""}
        {...(isFolder ? { "aria-expanded": open } : {})}
        onClick={() => (isFolder ? setOpen(!open) : props.open(path))}
      >
        <span aria-hidden="true">{isFolder ? (open ? "▾" : "▸") : "·"}</span> {entry.name}
        {differs && <span class="dot" role="img" aria-label="differs from the project" />}
      </button>
      {open && <Folder {...props} path={path} />}
    </li>
  );
}
