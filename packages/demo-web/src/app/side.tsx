import type { LogEntry } from "@shadowbox/sandbox";
import { useState } from "preact/hooks";
import type { CommandFacts } from "../runtime/protocol.ts";

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

/** What was done in this box, newest first. */
export function Timeline({ entries }: { entries: readonly LogEntry[] }) {
  const shown = [...entries].reverse().slice(0, 200);
  if (shown.length === 0) return <p class="empty">Nothing was done yet.</p>;
  return (
    <ol class="timeline">
      {shown.map(({ time, operation, script, status, paths }, at) => (
        <li key={`${time}${at}`}>
          <time dateTime={time}>{new Date(time).toLocaleTimeString()}</time>{" "}
          <strong class={operation}>{WORD[operation]}</strong>{" "}
          {script === undefined ? <span>{paths.join(", ")}</span> : <code>{script}</code>}
          {status !== undefined && status !== 0 && <span class="minus"> status {status}</span>}
        </li>
      ))}
    </ol>
  );
}

/** The verified bundles and what they bring. */
export function Bundles({ commands }: { commands: readonly CommandFacts[] }) {
  const [filter, setFilter] = useState("");
  const bundles = new Map<string, CommandFacts[]>();
  for (const command of commands)
    if (command.name.includes(filter) || command.bundle.includes(filter)) {
      const title = `${command.bundle} ${command.version}`;
      bundles.set(title, [...(bundles.get(title) ?? []), command]);
    }
  return (
    <div class="bundles">
      <label>
        Find a command
        <input type="search" value={filter} onInput={(event) => setFilter(event.currentTarget.value)} />
      </label>
      {[...bundles].map(([title, list]) => {
        const capabilities = new Set(list.flatMap((command) => command.capabilities));
        return (
          <section key={title}>
            <h3>
              {title} <span class="good">signature verified</span>
            </h3>
            <p class="quiet">
              May use: {[...capabilities].sort().join(", ") || "nothing but its input and output"}
            </p>
            <p class="names">{list.map(({ name }) => name).join(" ")}</p>
          </section>
        );
      })}
    </div>
  );
}
