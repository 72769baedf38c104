import type { AgentEvent, AssistantPart, SessionEvent } from "../events.ts";
import type { Decision, Request } from "../gate/gate.ts";
import { toBase64 } from "../session/base64.ts";
import { inputProblem, type Tool, type ToolContext, type ToolResult } from "../tools/tool.ts";
import { OUTPUT_FOLDER, shorten } from "../tools/truncate.ts";
import type { RunOptions } from "./options.ts";

type Call = Extract<AssistantPart, { type: "tool-call" }>;
type ToolEnd = Extract<SessionEvent, { type: "tool-end" }>;

/** Who decides whether a call may run: a gate. */
export interface Decider {
  decide(request: Request): Promise<Decision>;
}

export interface CallContext {
  turn: number;
  tools: ReadonlyMap<string, Tool>;
  options: Pick<RunOptions, "sandbox" | "askUser"> & { gate: Decider };
  memory: ToolContext["memory"];
  /** Id of the session, for the snapshots of its calls. */
  session?: string;
  signal: AbortSignal;
  outputChars: number;
  /** Of a call that is played again: what it is to be told of clocks and random numbers. */
  recording?: Uint8Array;
  emit(event: AgentEvent): void;
}

/** Runs one call the model made: input checked, permission asked, result shortened. Always ends in a `tool-end`. */
export async function runCall(call: Call, context: CallContext): Promise<void> {
  const time = { from: performance.now() };
  const result = await guarded(call, context, time);
  const end: ToolEnd = {
    type: "tool-end",
    turn: context.turn,
    call: call.id,
    name: call.name,
    ...shortened(result.output, call.id, context),
    isError: result.isError ?? false,
    durationMs: Math.round(performance.now() - time.from),
    ...(result.recording && { recording: toBase64(result.recording) }),
    ...changedBy(call, context),
  };
  context.emit(end);
}

/** `time.from` is set to when the call began to run, after whoever was asked had answered. */
async function guarded(call: Call, context: CallContext, time: { from: number }): Promise<ToolResult> {
  try {
    return await attempt(call, context, time);
  } catch (error) {
    if (context.signal.aborted) return { output: "The call was stopped.", isError: true };
    return { output: `${call.name} failed: ${(error as Error).message}`, isError: true };
  }
}

async function attempt(call: Call, context: CallContext, time: { from: number }): Promise<ToolResult> {
  const tool = context.tools.get(call.name);
  if (tool === undefined)
    return {
      output: `There is no tool "${call.name}". Tools: ${[...context.tools.keys()].join(", ")}.`,
      isError: true,
    };
  const input = parseCall(tool, call.input);
  if (typeof input === "string") return { output: input, isError: true };
  const subject = tool.subject(input);
  context.emit({
    type: "tool-start",
    turn: context.turn,
    call: call.id,
    name: tool.name,
    subject: subject.slice(0, 2000),
  });
  const decision = await permission(call, tool, input, context);
  if (!decision.allowed) return { output: `Not permitted: ${decision.reason}.`, isError: true };
  if (context.signal.aborted) return { output: "The call was stopped before it ran.", isError: true };
  const tools = toolContext(call, context);
  time.from = performance.now();
  if (tool.effect !== "shadow") return tool.run(input, tools);
  const { sandbox, origin } = tools;
  try {
    const { result, recording } = await sandbox.recorded(() => tool.run(input, tools), context.recording);
    return { ...result, recording };
  } finally {
    // What a program changed has its snapshot by now; this is for what was written without one.
    sandbox.flush({ script: `${tool.name} ${subject}`, ...(origin && { origin }) });
  }
}

function parseCall(tool: Tool, text: string): Record<string, unknown> | string {
  let json: unknown;
  try {
    json = JSON.parse(text === "" ? "{}" : text);
  } catch (error) {
    return `${tool.name}: the input is not JSON (${(error as Error).message}). Send one JSON object.`;
  }
  const parsed = tool.schema.safeParse(json);
  return parsed.success ? parsed.data : inputProblem(tool, parsed.error);
}

/** Asks the gate; what was free by the mode is not worth an event. */
async function permission(
  call: Call,
  tool: Tool,
  input: Record<string, unknown>,
  { turn, options, emit }: CallContext,
): Promise<Decision> {
  const subject = tool.subject(input);
  const detail = tool.detail?.(input);
  const decision = await options.gate.decide({
    call: call.id,
    tool: tool.name,
    effect: tool.effect,
    subject,
    ...(detail !== undefined && { detail }),
  });
  if (!decision.allowed || decision.by !== "mode")
    emit({
      type: "permission",
      turn,
      call: call.id,
      tool: tool.name,
      subject: subject.slice(0, 2000),
      ...decision,
    });
  return decision;
}

function toolContext({ id }: Call, context: CallContext): ToolContext {
  const { options, memory, session, signal, turn, emit } = context;
  return {
    ...(session !== undefined && { origin: { session, turn } }),
    sandbox: options.sandbox,
    signal,
    call: id,
    memory,
    askUser: options.askUser,
    onOutput: (stream, text) => emit({ type: "tool-output", turn, call: id, stream, text }),
  };
}

function shortened(
  output: string,
  call: string,
  { options, outputChars }: CallContext,
): { output: string; fullOutput?: string } {
  const file = `${OUTPUT_FOLDER}/${call.replace(/[^\w-]/g, "_")}.txt`;
  const { text, cut } = shorten(output, outputChars, file);
  if (!cut) return { output: text };
  try {
    options.sandbox.fs.writeFile(file, output);
    return { output: text, fullOutput: file };
  } catch {
    return { output: shorten(output, outputChars, "not kept, the box's disk is full").text };
  }
}

/** What the change set is after a call that may have changed it; nothing for a box that has no project to compare with. */
function changedBy(call: Call, { tools, options, memory }: CallContext): Pick<ToolEnd, "changed"> {
  const { sandbox } = options;
  if (tools.get(call.name)?.effect !== "shadow" || !sandbox.hasProject) return {};
  const { revision } = sandbox;
  if (memory.changed?.revision !== revision) {
    const { changes, added, removed } = sandbox.changes();
    memory.changed = { revision, files: changes.length, added, removed };
  }
  const { files, added, removed } = memory.changed;
  return files === 0 ? {} : { changed: { files, added, removed } };
}

/** Calls of one step: neighbours that only read run at once, all others one after the other. */
export async function runCalls(calls: readonly Call[], context: CallContext): Promise<void> {
  let reading: Promise<void>[] = [];
  for (const call of calls) {
    const reads = context.tools.get(call.name)?.effect === "read";
    if (!reads) await Promise.all(reading.splice(0));
    const running = runCall(call, context);
    if (reads) reading.push(running);
    else await running;
  }
  await Promise.all(reading);
  reading = [];
}
