import { type AgentEvent, run, type TurnEnd } from "@shadowbox/agent";
import type { Sandbox } from "@shadowbox/sandbox/node";
import { summaryOf } from "../cli/changes.ts";
import { CliError, EXIT } from "../cli/errors.ts";
import { NetPerson } from "../cli/net-ask.ts";
import { networkOf } from "../cli/network.ts";
import { openBox } from "../cli/open.ts";
import type { Parsed } from "../cli/options.ts";
import { styleOf, writeAll } from "../cli/terminal.ts";
import { netThroughGate, recordingOf } from "./net.ts";
import { drawingOn, TurnView } from "./render.ts";
import { modelNameOf, openAgent } from "./setup.ts";

/** Exit statuses of `-p` by how the turn ended; docs/agent.md. */
const STATUS: Readonly<Record<TurnEnd, number>> = {
  done: 0,
  error: 1,
  refused: 1,
  interrupted: 1,
  "max-steps": 3,
  "max-tokens": 3,
  "max-cost": 3,
  repeating: 3,
  length: 3,
  timeout: EXIT.TIMED_OUT,
  aborted: 130,
};

const FORMATS = ["text", "json", "stream-json"] as const;

/** `shadowbox -p PROMPT`: one turn without a person; what would be asked is denied. */
export async function runHeadless(prompt: string, values: Parsed["values"]): Promise<number> {
  const format = (values["output-format"] ?? "text") as (typeof FORMATS)[number];
  if (!FORMATS.includes(format))
    throw new CliError(`--output-format: expected ${FORMATS.join(", ")}, got "${format}"`, EXIT.USAGE);
  if (modelNameOf(values) === undefined)
    throw new CliError(
      "-p needs a model: --model anthropic:NAME and ANTHROPIC_API_KEY, for example",
      EXIT.USAGE,
    );
  if (values.resume === "")
    throw new CliError("--resume: -p needs a session's id; `shadowbox sessions` lists them", EXIT.USAGE);
  const net = new NetPerson();
  const box = await openBox(values, {
    net: { record: net.record, ...(await networkOf(values)), ask: net.ask },
  });
  const stop = new AbortController();
  const onSignal = () => stop.abort();
  process.once("SIGINT", onSignal).once("SIGTERM", onSignal);
  try {
    const agent = await openAgent(values, box, {});
    net.answer = netThroughGate(agent);
    net.recorder = recordingOf(agent, values);
    const view = new TurnView(process.stderr, styleOf(process.stderr), await drawingOn(process.stderr));
    let last: Extract<AgentEvent, { type: "turn-end" }> | undefined;
    let text = "";
    // Tells who resumes it the session's id.
    if (format === "stream-json") process.stdout.write(`${JSON.stringify(agent.session.events[0])}\n`);
    for await (const event of run(agent.session, prompt, { ...agent.options, signal: stop.signal })) {
      if (format === "stream-json") process.stdout.write(`${JSON.stringify(event)}\n`);
      else if (event.type !== "text-delta" && !values.quiet) view.show(event);
      if (event.type === "assistant-message")
        text = event.content.map((part) => (part.type === "text" ? part.text : "")).join("") || text;
      if (event.type === "turn-end") last = event;
    }
    const committed = last?.reason === "done" ? await autoCommit(box, agent.session, values) : undefined;
    await agent.close();
    if (format === "text") await writeAll(process.stdout, `${text}\n`);
    if (format === "json") {
      const { reason, error, usage, costUsd } = last ?? {};
      const report = {
        session: agent.session.id,
        model: agent.modelName,
        result: text,
        end: reason,
        error,
        usage,
        costUsd,
        committed,
        changes: box.changes(),
      };
      await writeAll(process.stdout, `${JSON.stringify(report)}\n`);
    }
    if (format === "text" && !values.quiet)
      process.stderr.write(`[shadowbox: ${summaryOf(box.changes())}]\n`);
    return last === undefined ? EXIT.FAILED : STATUS[last.reason];
  } finally {
    process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
    await box.close();
  }
}

/** Commits the paths that the caller named, and only those. */
async function autoCommit(
  box: Sandbox,
  session: Awaited<ReturnType<typeof openAgent>>["session"],
  values: Parsed["values"],
): Promise<string[] | undefined> {
  const wanted = values["auto-commit"] as string[] | undefined;
  if (wanted === undefined) return undefined;
  const report = await box.commit({ paths: wanted });
  const paths = report.changes.changes.map(({ path }) => path);
  session.append({ type: "commit", turn: session.turn, paths, ...(report.id && { id: report.id }) });
  session.sync();
  return paths;
}
