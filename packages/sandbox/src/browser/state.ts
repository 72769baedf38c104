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
  const opened: SlotStorage[] = [];
  try {
    const root = await navigator.storage.getDirectory();
    const folder = await (await root.getDirectoryHandle(FOLDER, { create: true })).getDirectoryHandle(name, {
      create: true,
    });
    const open = async (file: string) => {
      const storage = await openSlots(folder, file);
      opened.push(storage);
      return storage;
    };
    return assemble({
      journal: await open("journal"),
      project: await open("project"),
      log: await open("log"),
      snapshots: await open("snapshots"),
    });
  } catch (cause) {
    for (const storage of opened) storage.close();
    if (!(cause instanceof DOMException)) throw cause;
    const held = cause.name === "NoModificationAllowedError";
    const why = held ? "another tab or worker has it open" : cause.message;
    throw new SandboxError("state", `open state "${name}": ${why}`, { cause });
  }
}

async function openSlots(folder: FileSystemDirectoryHandle, name: string): Promise<SlotStorage> {
  const open = async (slot: string) =>
    (await folder.getFileHandle(`${name}.${slot}`, { create: true })).createSyncAccessHandle();
  const first = await open("a");
  try {
    return new SlotStorage([first, await open("b")]);
  } catch (error) {
    first.close();
    throw error;
  }
}

type Storages = Record<"journal" | "project" | "log" | "snapshots", SlotStorage>;

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
    release: () => {
      for (const storage of Object.values(storages)) storage.close();
    },
  };
}
