/** Of workers only, and so not in a page's types. */
type WorkerFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<{
    read(into: Uint8Array, options: { at: number }): number;
    write(bytes: Uint8Array, options: { at: number }): number;
    truncate(size: number): void;
    getSize(): number;
    flush(): void;
    close(): void;
  }>;
};

/** A file of lines. */
export interface Lines {
  read(): string;
  /** Puts others in their place; a crash meanwhile leaves some of the old behind the new. */
  replace(lines: string): void;
  truncate(bytes: number): void;
  append(line: string): void;
  sync(): void;
  close(): void;
}

/** One tab has a state at a time; the lock ends with the worker. `wait` is called when another has it. */
export async function takeTurn(state: string, wait: () => void): Promise<void> {
  const lock = `shadowbox:${state}`;
  await new Promise<void>((granted, failed) => {
    const hold = () => {
      granted();
      return new Promise<never>(() => {});
    };
    const queue = () => {
      wait();
      navigator.locks.request(lock, hold).catch(failed);
    };
    navigator.locks
      .request(lock, { ifAvailable: true }, (free) => (free === null ? queue() : hold()))
      .catch(failed);
  });
}

/** Numbers of the states that are kept under a name, the newest first: each project has its own. */
export async function keptStates(name: string): Promise<number[]> {
  const found: number[] = [];
  for await (const kept of (await stateFolder()).keys())
    if (kept.startsWith(`${name}.`)) found.push(Number(kept.slice(name.length + 1)));
  return found.filter(Number.isInteger).sort((a, b) => b - a);
}

async function stateFolder(): Promise<FileSystemDirectoryHandle> {
  const root = await navigator.storage.getDirectory();
  return root.getDirectoryHandle("shadowbox", { create: true });
}

export async function removeStates(name: string, states: readonly number[]): Promise<void> {
  const folder = await stateFolder();
  for (const state of states) await folder.removeEntry(`${name}.${state}`, { recursive: true });
}

/** A file beside what the sandbox keeps of a state; it goes with it. */
export async function openLines(state: string, name: string): Promise<Lines> {
  const folder = await (await stateFolder()).getDirectoryHandle(state, { create: true });
  const handle = (await folder.getFileHandle(name, { create: true })) as WorkerFileHandle;
  const file = await handle.createSyncAccessHandle();
  return {
    read: () => {
      const bytes = new Uint8Array(file.getSize());
      file.read(bytes, { at: 0 });
      return new TextDecoder().decode(bytes);
    },
    replace: (lines) => {
      const bytes = new TextEncoder().encode(lines);
      file.write(bytes, { at: 0 });
      file.flush();
      file.truncate(bytes.length);
      file.flush();
    },
    truncate: (bytes) => file.truncate(bytes),
    append: (line) => {
      file.write(new TextEncoder().encode(line), { at: file.getSize() });
    },
    sync: () => file.flush(),
    close: () => file.close(),
  };
}

/** The values in a file of JSON lines; one that a crash cut off is left out. */
export function readValues<T>(lines: Lines): T[] {
  return lines
    .read()
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as T];
      } catch {
        return [];
      }
    });
}

// The break before a line ends one that a crash cut off.
const lineOf = (value: unknown) => `\n${JSON.stringify(value)}\n`;

export function appendValue(lines: Lines, value: unknown): void {
  addValue(lines, value);
  lines.sync();
}

/** As {@link appendValue}, without waiting for the disk: it outlives the tab, but not a power cut. */
export function addValue(lines: Lines, value: unknown): void {
  lines.append(lineOf(value));
}

export function replaceValues(lines: Lines, values: readonly unknown[]): void {
  lines.replace(values.map(lineOf).join(""));
}

/** The file that holds what was said with the agent. */
export const CONVERSATION = "conversation";

export async function isEmptyConversation(state: string): Promise<boolean> {
  const lines = await openLines(state, CONVERSATION);
  const isEmpty = lines.read() === "";
  lines.close();
  return isEmpty;
}
