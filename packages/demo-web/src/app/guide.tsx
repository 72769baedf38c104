import type { LogEntry } from "@shadowbox/sandbox";
import { GUIDE } from "./sample.ts";

interface Props {
  log: readonly LogEntry[];
  submit(line: string): void;
  close(): void;
}

/** The first half minute: four steps that end with a reviewed commit. */
export function Guide({ log, submit, close }: Props) {
  const did = (operation: LogEntry["operation"]) => log.some((entry) => entry.operation === operation);
  const ran = (command?: string) =>
    log.some(({ script, status }) => command !== undefined && status === 0 && script?.startsWith(command));
  const done = [
    ran(GUIDE[0]?.command),
    ran(GUIDE[1]?.command),
    did("discard") || did("edit") || did("commit"),
    did("commit"),
  ];
  const next = done.indexOf(false);
  return (
    <aside class="guide" aria-label="Guide">
      <ol>
        {GUIDE.map(({ say, command }, at) => (
          <li key={say} class={done[at] ? "done" : at === next ? "next" : ""}>
            {say}{" "}
            {command && at === next && (
              <button type="button" class="primary" onClick={() => submit(command)}>
                Run it
              </button>
            )}
          </li>
        ))}
      </ol>
      <button type="button" onClick={close}>
        {next < 0 ? "Done" : "Hide the guide"}
      </button>
    </aside>
  );
}
