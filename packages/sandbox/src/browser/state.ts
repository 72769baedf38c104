import { Journal, type JournalState, ProjectImage, SlotStorage } from "@shadowbox/vfs";
import { KeptSnapshots } from "@shadowbox/workspace";
import { SandboxError } from "../errors.ts";
import { StoredLog } from "../review/log.ts";
import { storing } from "../storing.ts";

/** What a sandbox keeps in the origin's private file system, one folder each. Held exclusively while it is open. */
export interface BrowserState {
  journal: Journal;
  restored: JournalState;
  /** Absent: nothing was imported yet. */
  project: ProjectImage | undefined;
  saveProject(image: ProjectImage): void;
  log: StoredLog;
  snapshots: KeptSnapshots;
  release(): void;
}

const FOLDER = "shadowbox";

/**
 * Opens the state `name`, making it the first time; only in a worker, where files can be used synchronously. Throws SandboxError
 * `state`: the name is no folder's, another tab or worker has it open, the browser refuses storage.
 */
export async function openState(name: string): Promise<BrowserState> {
  if (!/^[\w.-]{1,64}$/.test(name) || name.startsWith("."))
    throw new SandboxError(
      "state",
      `open state "${name}": expected up to 64 letters, digits, "-", "_" or "."`,
    );
  if (
    typeof FileSystemFileHandle === "undefined" ||
    !("createSyncAccessHandle" in FileSystemFileHandle.prototype)
  )
    throw new SandboxError(
      "state",
      `open state "${name}": expected a worker, whose files can be used at once`,
    );
  try {
    const root = await navigator.storage.getDirectory();
    const states = await root.getDirectoryHandle(FOLDER, { create: true });
    const storages = await openStorages(await states.getDirectoryHandle(name, { create: true }));
    try {
      return assemble(storages);
    } catch (error) {
      close(storages);
      throw error;
    }
  } catch (cause) {
    if (!(cause instanceof DOMException)) throw cause;
    const held = cause.name === "NoModificationAllowedError";
    const why = held ? "another tab or worker has it open" : cause.message;
    throw new SandboxError("state", `open state "${name}": ${why}`, { cause });
  }
}

const STORAGES = ["journal", "project", "log", "snapshots"] as const;
type Storages = Record<(typeof STORAGES)[number], SlotStorage>;

/** All files of a state, or none. The first decides between two who open it at once; the others need not wait for each other. */
async function openStorages(folder: FileSystemDirectoryHandle): Promise<Storages> {
  const open = async (name: string) =>
    (await folder.getFileHandle(name, { create: true })).createSyncAccessHandle();
  const [first, ...others] = STORAGES.flatMap((name) => [`${name}.a`, `${name}.b`]);
  const handles = [await open(first as string)];
  const opened = await Promise.allSettled(others.map(open));
  for (const one of opened) if (one.status === "fulfilled") handles.push(one.value);
  const failed = opened.find((one) => one.status === "rejected");
  if (failed !== undefined) {
    for (const handle of handles) handle.close();
    throw failed.reason;
  }
  const storageAt = (index: number) =>
    new SlotStorage(
      handles.slice(2 * index, 2 * index + 2) as [FileSystemSyncAccessHandle, FileSystemSyncAccessHandle],
    );
  return Object.fromEntries(STORAGES.map((name, index) => [name, storageAt(index)])) as Storages;
}

function assemble(storages: Storages): BrowserState {
  const { journal, state: restored } = Journal.open(storages.journal);
  const stored = storages.project.read();
  return {
    journal,
    restored,
    project: stored.length === 0 ? undefined : ProjectImage.load(stored),
    saveProject: (image) => storing("keep the project", () => storages.project.replace(image.save())),
    log: new StoredLog(storages.log),
    snapshots: new KeptSnapshots(storages.snapshots),
    release: () => close(storages),
  };
}

function close(storages: Storages): void {
  for (const storage of Object.values(storages)) storage.close();
}
