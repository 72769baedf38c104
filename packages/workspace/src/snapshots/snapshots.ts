import { decodeText, emptyStat, FileType } from "@shadowbox/vfs";
import { markImplied } from "../changes/collect.ts";
import { collectRaw } from "../changes/raw.ts";
import { pairRenames } from "../changes/renames.ts";
import type { Writers } from "../changes/review.ts";
import { nodeAt, type Shadow, type View, viewOf } from "../changes/shadow.ts";
import type { Change, FileStamp, Side } from "../changes/types.ts";
import { diffHunks } from "../diff/hunks.ts";
import { LineTable, lineAt } from "../diff/lines.ts";
import { WorkspaceError } from "../errors.ts";
import type { BlameLine, Snapshot } from "../operations.ts";
import { comparePaths, keyPath, pathKey, sameBytes } from "../paths.ts";
import type { Entry, Frame, SnapshotCause, SnapshotStore } from "./store.ts";

/** Contents of the project that are kept with a snapshot that changed them: up to this size each, bytes. */
const KEEP_OLD = 1 << 20;
/** Snapshots kept; above that, or above the store's bytes, the older half goes. */
const MOST = 400;

const NOTHING: Entry = { kind: "nothing", mode: 0 };

/** What a box saw after each call that changed something. Cost follows what differs from the project. */
export class Snapshots {
  readonly #file: SnapshotStore;
  /** The last that is known of each path that was ever changed. */
  readonly #known = new Map<string, Entry>();

  constructor(store: SnapshotStore) {
    this.#file = store;
    for (const frame of this.#file.frames) this.#learn(frame);
  }

  #learn({ changes, stamps }: Pick<Frame, "changes" | "stamps">): void {
    for (const { path, now } of changes) this.#known.set(path, now);
    for (const [path, stamp] of Object.entries(stamps))
      this.#known.set(path, { ...(this.#known.get(path) ?? NOTHING), stamp });
  }

  /** Notes what changed since the last; its number, or undefined if nothing did. */
  take(shadow: Shadow, cause: SnapshotCause): number | undefined {
    const contents = new Map<string, Uint8Array>();
    const found = shadow.tree.locked(() => new Taker(shadow, this.#known, this.#file, contents).run());
    if (found.changes.length === 0 && (cause.operation === "exec" || Object.keys(found.stamps).length === 0))
      return undefined;
    const id = (this.#file.frames.at(-1)?.id ?? 0) + 1;
    const fresh = new Map([...contents].filter(([blob]) => !this.#file.has(blob)));
    this.#file.append({ id, time: new Date().toISOString(), ...cause, ...found }, fresh);
    this.#learn(found);
    if (this.#file.frames.length > MOST || this.#file.size > this.#file.mostBytes) this.#shrink();
    return found.changes.length === 0 ? undefined : id;
  }

  /**
   * What the box sees is the same as at the last snapshot, but other files stand for it: nothing is read. `files` are the project's that
   * the box sees, as they are known to be: those need not be looked at.
   */
  restamp(
    shadow: Shadow,
    operation: SnapshotCause["operation"],
    files: readonly ({ path: Uint8Array } & FileStamp)[] = [],
  ): void {
    const stamps: Record<string, string> = {};
    const fresh = new Map(
      files.map(({ path, ...facts }) => [pathKey(path), stampText(FileType.REGULAR, facts)]),
    );
    for (const [path, { stamp }] of this.#known) {
      const now = fresh.get(path) ?? stampOf(shadow, path);
      if (now !== stamp) stamps[path] = now;
    }
    if (Object.keys(stamps).length === 0) return;
    const id = this.#file.frames.at(-1)?.id ?? 0;
    this.#file.append({ id, time: new Date().toISOString(), operation, changes: [], stamps }, new Map());
    this.#learn({ changes: [], stamps });
  }

  /** The older half becomes one frame that only says how things stood. */
  #shrink(): void {
    const frames = this.#file.frames;
    const cut = Math.ceil(frames.length / 2);
    const before = new Map<string, Entry>();
    for (const { changes } of frames.slice(0, cut))
      for (const { path, now } of changes) before.set(path, now);
    const changes = [...before].map(([path, now]) => ({ path, was: now, now }));
    const last = frames[cut - 1] as Frame;
    this.#file.rewrite([{ ...last, changes, stamps: {}, older: true }, ...frames.slice(cut)]);
  }

  /** Those that found something changed, oldest first. */
  list(): Snapshot[] {
    return this.#file.frames
      .filter(({ changes }) => changes.length > 0)
      .map(({ id, time, operation, script, session, turn, changes }) => ({
        ...{ id, time, operation, ...(script !== undefined && { script }) },
        ...(session !== undefined && { session }),
        ...(turn !== undefined && { turn }),
        paths: changes.map(({ path }) => decodeText(keyPath(path))),
      }));
  }

  /** What leads from snapshot `from` to `to`; 0 is before the first. Throws WorkspaceError `invalid` for an unknown number. */
  between(from: number, to: number): Change[] {
    for (const id of [from, to]) this.#check(id);
    const ends = new Map<string, { was: Entry; now: Entry }>();
    for (const { id, changes } of this.#file.frames)
      if (id > Math.min(from, to) && id <= Math.max(from, to))
        for (const { path, was, now } of changes) ends.set(path, { was: ends.get(path)?.was ?? was, now });
    const changes = [...ends].flatMap(([path, { was, now }]) =>
      from <= to ? this.#change(path, was, now) : this.#change(path, now, was),
    );
    changes.sort((a, b) => comparePaths(a.path, b.path));
    const created = changes.filter(({ kind }) => kind === "created").map((change) => ({ change }));
    return markImplied(pairRenames(changes, created));
  }

  #check(id: number): void {
    const ids = this.#file.frames.map((frame) => frame.id);
    const first = this.#file.frames[0];
    const isCut = first !== undefined && (first.older || first.id > 1);
    if (id === 0 ? !isCut : ids.includes(id)) return;
    if (id === 0)
      throw new WorkspaceError(
        "invalid",
        `find snapshot 0: what was before snapshot ${ids[0]} is not kept any more; discard takes all back`,
      );
    const range = ids.length === 0 ? "there are none yet" : `expected ${ids[0]} to ${ids.at(-1)}`;
    throw new WorkspaceError("invalid", `find snapshot ${id}: ${range}`);
  }

  #change(path: string, was: Entry, now: Entry): Change[] {
    const [before, after] = [this.#side(was), this.#side(now)];
    const same = was.blob === now.blob && was.kind === now.kind;
    if ((before === undefined && after === undefined) || (same && was.mode === now.mode)) return [];
    const kind =
      before === undefined
        ? "created"
        : after === undefined
          ? "deleted"
          : before.kind !== after.kind
            ? "type"
            : same
              ? "mode"
              : "modified";
    return [{ path: keyPath(path), kind, ...(before && { before }), ...(after && { after }), node: 0 }];
  }

  #side({ kind, mode, blob }: Entry): Side | undefined {
    if (kind === "nothing") return undefined;
    const read = () => (blob === undefined ? new Uint8Array() : this.#file.read(blob));
    return { kind, mode, size: 0, read };
  }

  /**
   * What the box saw after snapshot `id` at each path that changed since; `letGo` names those of which only the project has the
   * content.
   */
  viewsAt(id: number): { views: View[]; letGo: Uint8Array[] } {
    this.#check(id);
    const then = new Map<string, Entry>();
    for (const frame of this.#file.frames)
      if (frame.id > id) for (const { path, was } of frame.changes) if (!then.has(path)) then.set(path, was);
    const found = { views: [] as View[], letGo: [] as Uint8Array[] };
    for (const [key, { kind, mode, blob }] of then) {
      const path = keyPath(key);
      if (blob === undefined && (kind === "file" || kind === "symlink")) found.letGo.push(path);
      else found.views.push({ path, kind, mode, bytes: blob ? this.#file.read(blob) : new Uint8Array() });
    }
    return found;
  }

  /** Who wrote each line of what the box has at the path now, back through renames. */
  blame(path: Uint8Array, now: Uint8Array): BlameLine[] {
    const list = new Map(this.list().map((snapshot) => [snapshot.id, snapshot]));
    const versions = this.#versions(path);
    return trace(versions[0]?.before ?? now, versions, now).map(({ text, writer }) => {
      const snapshot = writer === undefined ? undefined : list.get(writer);
      return { text, ...(snapshot && { snapshot }) };
    });
  }

  /** Which snapshot's call removed each line of `before`, the project's content, and added each line of `now`, the box's. */
  writers(path: Uint8Array, before: Uint8Array, now: Uint8Array): Writers {
    const versions = this.#versions(path);
    // Backwards in time a line that was removed is one that was added.
    const back = versions
      .map((version) => ({ ...version, before: version.after, after: version.before }))
      .reverse();
    const writersOf = (lines: TracedLine[]) => lines.map(({ writer }) => writer);
    return {
      removed: writersOf(trace(now, back, before)),
      added: writersOf(trace(before, versions, now)),
    };
  }

  /** The versions of a file, oldest first: what it was before each snapshot that changed it, and after. */
  #versions(path: Uint8Array): Version[] {
    const found: Version[] = [];
    const bytes = ({ blob }: Entry) => (blob === undefined ? new Uint8Array() : this.#file.read(blob));
    let key = pathKey(path);
    for (const { id, changes } of [...this.#file.frames].reverse()) {
      const change = changes.find((one) => one.path === key);
      if (change === undefined || (change.now.kind !== "file" && change.was.kind !== "file")) continue;
      const source = this.#sourceOf(change, changes);
      found.unshift({ snapshot: id, before: bytes((source ?? change).was), after: bytes(change.now) });
      if (source !== undefined) key = source.path;
    }
    return found;
  }

  /** What a file that came up was moved from in the same call, also if it was edited on the way. */
  #sourceOf(change: FrameChange, all: readonly FrameChange[]): FrameChange | undefined {
    if (change.was.kind !== "nothing" || change.now.kind !== "file") return undefined;
    const gone = all.filter(({ was, now }) => now.kind === "nothing" && was.blob !== undefined);
    const same = gone.find(({ was }) => was.blob === change.now.blob);
    if (same !== undefined || gone.length === 0) return same;
    const [created] = this.#change(change.path, change.was, change.now) as [Change];
    const changes = [...gone.flatMap(({ path, was, now }) => this.#change(path, was, now)), created];
    const renamed = pairRenames(changes, [{ change: created }]).find(({ kind }) => kind === "renamed");
    return renamed?.from && gone.find(({ path }) => path === pathKey(renamed.from as Uint8Array));
  }
}

type FrameChange = Frame["changes"][number];

/** What one call made of a file. */
interface Version {
  snapshot: number;
  before: Uint8Array;
  after: Uint8Array;
}

interface TracedLine {
  text: Uint8Array;
  /** The snapshot of the call that wrote it. */
  writer?: number;
}

/** The lines of `now`, each with the version that brought it; what `first` had, and what came between versions, has none. */
function trace(first: Uint8Array, versions: readonly Version[], now: Uint8Array): TracedLine[] {
  let text = first;
  let lines: TracedLine[] = linesOf(first).map((line) => ({ text: line }));
  for (const { snapshot, before, after } of versions) {
    lines = carryLines(text, lines, before, undefined);
    lines = carryLines(before, lines, after, snapshot);
    text = after;
  }
  return carryLines(text, lines, now, undefined);
}

/** The lines of the next version: those that stayed keep their writer. */
function carryLines(
  before: Uint8Array,
  lines: TracedLine[],
  after: Uint8Array,
  writer: number | undefined,
): TracedLine[] {
  if (sameBytes(before, after)) return lines;
  const fresh = linesOf(after).map((text): TracedLine => ({ text, ...(writer !== undefined && { writer }) }));
  let [old, now] = [0, 0];
  const keepTo = (end: number) => {
    for (; old < end; old++, now++) fresh[now] = lines[old] as TracedLine;
  };
  for (const { changes } of diffHunks(before, after, 0))
    for (const change of changes) {
      keepTo(change.oldAt);
      old += change.oldCount;
      now += change.newCount;
    }
  keepTo(lines.length);
  return fresh;
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const table = new LineTable();
  const lines = table.cut(bytes);
  return Array.from({ length: lines.count }, (_, i) => lineAt(lines, i));
}

/** Changes whenever what the box sees at the path does. */
function stampOf(shadow: Shadow, path: string): string {
  const node = nodeAt(shadow, keyPath(path));
  if (node < 0) return "-";
  const stat = emptyStat();
  shadow.tree.stat(node, stat);
  return stat.type === FileType.DIRECTORY ? `${stat.type}.${stat.mode}` : stampText(stat.type, stat);
}

function stampText(type: FileType, { mode, size, mtimeNs, ctimeNs }: FileStamp): string {
  return `${type}.${mode}.${size}.${mtimeNs}.${ctimeNs}`;
}

/** Compares what the box sees with what is known. */
class Taker {
  readonly #shadow: Shadow;
  readonly #known: ReadonlyMap<string, Entry>;
  readonly #file: SnapshotStore;
  readonly #contents: Map<string, Uint8Array>;

  constructor(
    shadow: Shadow,
    known: ReadonlyMap<string, Entry>,
    file: SnapshotStore,
    contents: Map<string, Uint8Array>,
  ) {
    this.#shadow = shadow;
    this.#known = known;
    this.#file = file;
    this.#contents = contents;
  }

  run(): Pick<Frame, "changes" | "stamps"> {
    const raw = collectRaw(this.#shadow);
    const found: Pick<Frame, "changes" | "stamps"> = { changes: [], stamps: {} };
    for (const path of new Set([...raw.old.keys(), ...raw.fresh.keys(), ...this.#known.keys()])) {
      const known = this.#known.get(path);
      const stamp = stampOf(this.#shadow, path);
      if (known !== undefined && known.stamp === stamp) continue;
      const now = this.#entry(path, stamp);
      const was = known ?? this.#project(raw.old.get(path)?.side);
      if (was.kind === now.kind && was.mode === now.mode && was.blob === now.blob) {
        if (known !== undefined) found.stamps[path] = stamp;
      } else found.changes.push({ path, was, now });
    }
    return found;
  }

  #entry(path: string, stamp: string): Entry {
    const [{ kind, mode, bytes }] = viewOf(this.#shadow, keyPath(path), false) as [View];
    return { kind, mode, stamp, ...this.#keep(kind, bytes) };
  }

  /** What the project had at a path that is changed for the first time. */
  #project(side: Side | undefined): Entry {
    if (side === undefined) return NOTHING;
    const { kind, mode } = side;
    return { kind, mode, ...(side.size <= KEEP_OLD && this.#keep(kind, side.read())) };
  }

  #keep(kind: Entry["kind"], bytes: Uint8Array): { blob?: string } {
    if (kind !== "file" && kind !== "symlink") return {};
    const blob = this.#file.nameOf(bytes);
    if (!this.#file.has(blob)) this.#contents.set(blob, bytes);
    return { blob };
  }
}
