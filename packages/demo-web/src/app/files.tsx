import { useEffect, useState } from "preact/hooks";
import type { ListedFile } from "../runtime/protocol.ts";

interface Props {
  root: string;
  version: number;
  /** Paths relative to the root that differ from the project. */
  changed: ReadonlySet<string>;
  list(path: string): Promise<ListedFile[]>;
  open(path: string): void;
}

/** The workspace as a tree, with marks at what differs. */
export function Files(props: Props) {
  return (
    <nav aria-label="Files" class="files">
      <Folder {...props} path={props.root} />
    </nav>
  );
}

function Folder({ path, ...props }: Props & { path: string }) {
  const [entries, setEntries] = useState<ListedFile[] | undefined>(undefined);
  useEffect(() => {
    void props.list(path).then(setEntries, () => setEntries([]));
  }, [path, props.version]);
  if (entries === undefined) return null;
  if (entries.length === 0) return <p class="quiet">Empty</p>;
  const sorted = [...entries].sort(
    (a, b) => Number(b.type === "directory") - Number(a.type === "directory") || (a.name < b.name ? -1 : 1),
  );
  return (
    <ul>
      {sorted.map((entry) => (
        <Entry key={entry.name} {...props} path={`${path}/${entry.name}`} entry={entry} />
      ))}
    </ul>
  );
}

function Entry({ entry, path, ...props }: Props & { entry: ListedFile; path: string }) {
  const [open, setOpen] = useState(false);
  const relative = path.slice(props.root.length + 1);
  const isFolder = entry.type === "directory";
  const differs = isFolder
    ? [...props.changed].some((changed) => changed.startsWith(`${relative}/`))
    : props.changed.has(relative);
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
