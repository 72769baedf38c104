import type { LogEntry, Snapshot } from "@shadowbox/sandbox";
import { useMemo, useState } from "preact/hooks";
import type { AuditEvent, ConversationRecord, LogFacts } from "../runtime/protocol.ts";
import { PatchView } from "./patch-view.tsx";
import { useSome } from "./some.tsx";

const WORD: Readonly<Record<LogEntry["operation"], string>> = {
  exec: "ran",
  commit: "committed",
  undo: "undid",
  redo: "did again",
  discard: "discarded",
  refresh: "refreshed",
  edit: "edited",
  import: "applied a patch",
  restore: "restored",
  snapshot: "noted how the box was",
};

const KINDS = { all: "everything", changes: "what changed files", turns: "turns", audit: "audit" } as const;
type Kind = keyof typeof KINDS;

interface Props {
  log: readonly LogFacts[];
  snapshots: readonly Snapshot[];
  conversation: readonly ConversationRecord[];
  audit: readonly AuditEvent[];
  /** Unified diff of what one call changed. */
  diff(id: number): Promise<string>;
  restore(id: number): void;
}

/** One line of the timeline. */
interface Row {
  time: string;
  kind: Exclude<Kind, "all" | "changes"> | "log";
  word: string;
  tone?: "good" | "bad";
  text: string;
  isCode: boolean;
  snapshot?: number;
}

/** What was done in this box, by whom, newest first; the box can be made as it was after each change. */
export function Timeline({ log, snapshots, conversation, audit, diff, restore }: Props) {
  const [kind, setKind] = useState<Kind>("all");
  const all = useMemo(
    () => rowsOf({ log, snapshots, conversation, audit }).reverse(),
    [log, snapshots, conversation, audit],
  );
  const wanted = all.filter(
    (row) => kind === "all" || (kind === "changes" ? row.snapshot !== undefined : row.kind === kind),
  );
  const [rows, more] = useSome(wanted);
  const newest = snapshots.at(-1)?.id;
  return (
    <>
      <div class="bar heading">
        <label>
          Show{" "}
          <select value={kind} onChange={(event) => setKind(event.currentTarget.value as Kind)}>
            {Object.entries(KINDS).map(([name, words]) => (
              <option key={name} value={name}>
                {words}
              </option>
            ))}
          </select>
        </label>
        {newest !== undefined && (
          <button type="button" class="plain" onClick={() => restore(0)}>
            Restore the beginning
          </button>
        )}
      </div>
      {rows.length === 0 && <p class="empty">Nothing of that kind happened yet.</p>}
      <ol class="timeline">
        {rows.map((row, at) => (
          <RowView key={`${row.time}${wanted.length - at}`} {...row} {...{ newest, diff, restore }} />
        ))}
      </ol>
      {more}
    </>
  );
}

interface RowProps extends Row, Pick<Props, "diff" | "restore"> {
  newest: number | undefined;
}

function RowView({ time, word, tone, text, isCode, snapshot, newest, diff, restore }: RowProps) {
  const [patch, setPatch] = useState<string | undefined>(undefined);
  const toggle = async (id: number) => setPatch(patch === undefined ? await diff(id) : undefined);
  return (
    <li>
      <div class="line">
        <time dateTime={time}>{new Date(time).toLocaleTimeString()}</time>
        <strong class={tone ?? ""}>{word}</strong>
        {isCode ? <code>{text}</code> : <span>{text}</span>}
        {snapshot !== undefined && (
          <span class="actions">
            <button
              type="button"
              class="plain"
              aria-expanded={patch !== undefined}
              onClick={() => void toggle(snapshot)}
            >
              Changes
            </button>
            {snapshot !== newest && (
              <button type="button" class="plain" onClick={() => restore(snapshot)}>
                Restore
              </button>
            )}
          </span>
        )}
      </div>
      {patch !== undefined && <PatchView text={patch} />}
    </li>
  );
}

function rowsOf({ log, snapshots, conversation, audit }: Omit<Props, "diff" | "restore">): Row[] {
  const rows = [
    ...log.map((entry) => logRow(entry)),
    ...conversation.flatMap((record) => turnRow(record, snapshots)),
    ...audit.flatMap(auditRow),
  ];
  return rows.sort((a, b) => (a.time < b.time ? -1 : a.time > b.time ? 1 : 0));
}

const named = (paths: readonly string[], more: number) =>
  paths.join(", ") + (more > 0 ? ` and ${more.toLocaleString()} more` : "");

function logRow({ time, operation, script, status, paths, morePaths, snapshot }: LogFacts): Row {
  const failed = status !== undefined && status !== 0;
  return {
    ...{ time, kind: "log", word: failed ? `ran, status ${status}` : WORD[operation] },
    ...(failed && { tone: "bad" }),
    ...(operation === "commit" && { tone: "good" }),
    ...{ text: script ?? named(paths, morePaths), isCode: script !== undefined },
    ...(snapshot !== undefined && { snapshot }),
  };
}

/** A turn; how the box was at its end is the last snapshot that was taken in it. */
function turnRow({ time, event }: ConversationRecord, snapshots: readonly Snapshot[]): Row[] {
  if (event.type !== "user-message") return [];
  const last = snapshots.findLast(({ turn, session }) => session !== undefined && turn === event.turn);
  const row: Row = { time, kind: "turns", word: `turn ${event.turn}`, text: event.text, isCode: false };
  return [last === undefined ? row : { ...row, snapshot: last.id }];
}

function auditRow(event: AuditEvent): Row[] {
  const { time } = event;
  const row = (word: string, text: string, tone?: Row["tone"]): Row[] => [
    { ...{ time, kind: "audit", word, text, isCode: false }, ...(tone && { tone }) },
  ];
  switch (event.type) {
    case "permission":
      return row(
        event.allowed ? "allowed" : "denied",
        `${event.tool} ${event.subject}: ${event.reason}`,
        event.allowed ? "good" : "bad",
      );
    case "net-request":
      return row(event.verdict === "deny" ? "refused" : "fetched", `${event.method} ${event.url}`);
    case "limit":
      return row("limit", `a bound was reached: ${event.limit}`, "bad");
    case "notice":
      return row("notice", event.message);
    case "net-response":
      return [];
  }
}
