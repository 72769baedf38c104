import type { Sandbox } from "@shadowbox/sandbox";
import type { AssistantPart, SessionEvent } from "../events.ts";
import type { Decision, Request } from "../gate/gate.ts";
import { fromBase64 } from "../session/base64.ts";
import { treeDigest } from "../session/tree.ts";
import { toolsFor } from "../tools/all.ts";
import { MCP_PREFIX, newToolMemory, type Tool } from "../tools/tool.ts";
import { DEFAULT_LIMITS } from "./options.ts";
import { runCall } from "./tool-call.ts";

type Call = Extract<AssistantPart, { type: "tool-call" }>;
type ToolEnd = Extract<SessionEvent, { type: "tool-end" }>;
type TurnEndEvent = Extract<SessionEvent, { type: "turn-end" }>;

/** What a replay found, step by step: a closed union. */
export type ReplayEvent =
  | {
      type: "call";
      turn: number;
      call: string;
      name: string;
      same: boolean;
      recorded: string;
      replayed: string;
    }
  /** A call that cannot be played again: it was stopped half way, or its effect was left out of the log. */
  | { type: "skipped"; turn: number; call: string; name: string; reason: string }
  | { type: "commit"; turn: number; paths: string[] }
  | { type: "tree"; turn: number; same: boolean; recorded: string; replayed: string };

export interface ReplayOptions {
  /** Over the project as it was when the session began, with an empty shadow. A commit of the session commits in it. */
  sandbox: Sandbox;
  /** The sandbox answers requests from the session's recording: WebFetch is played too. Default: its answer is taken from the log. */
  network?: boolean;
}

/**
 * Plays a session's log again: the model's calls run in the box in their order, with the decisions, answers of people and network
 * answers that were recorded, and with the clocks and random numbers they were told. Outputs are compared byte for byte and, at the end of each turn, the whole change set.
 */
export async function* replay(
  events: readonly SessionEvent[],
  { sandbox, network = false }: ReplayOptions,
): AsyncGenerator<ReplayEvent, void, void> {
  const player = new Player(events, sandbox, network);
  for (const event of events) {
    if (event.type === "assistant-message")
      for (const part of event.content)
        if (part.type === "tool-call") yield await player.call(part, event.turn);
    if (event.type === "commit") {
      await sandbox.commit({ paths: event.paths });
      yield { type: "commit", turn: event.turn, paths: event.paths };
    }
    if (event.type === "turn-end" && event.tree !== undefined) yield player.tree(event);
  }
}

class Player {
  readonly #sandbox: Sandbox;
  readonly #network: boolean;
  readonly #ends = new Map<string, ToolEnd>();
  readonly #decisions = new Map<string, Decision>();
  readonly #memory = newToolMemory();
  readonly #tools: ReadonlyMap<string, Tool>;

  constructor(events: readonly SessionEvent[], sandbox: Sandbox, network: boolean) {
    this.#sandbox = sandbox;
    this.#network = network;
    for (const event of events) {
      if (event.type === "tool-end") this.#ends.set(keyOf(event.turn, event.call), event);
      if (event.type === "permission") this.#decisions.set(event.call, event);
    }
    this.#tools = new Map(toolsFor(sandbox).map((tool) => [tool.name, tool]));
  }

  async call(call: Call, turn: number): Promise<ReplayEvent> {
    const about = { turn, call: call.id, name: call.name };
    const recorded = this.#ends.get(keyOf(turn, call.id));
    if (recorded === undefined || STOPPED.test(recorded.output))
      return { type: "skipped", ...about, reason: "it was interrupted" };
    const tool = this.#tools.get(call.name);
    // What came from outside the box is taken from the log.
    const isFetch = tool?.effect === "network" && !this.#network;
    if (isFetch || call.name === "AskUser" || call.name.startsWith(MCP_PREFIX))
      return { type: "call", ...about, same: true, recorded: recorded.output, replayed: recorded.output };
    const end = await this.#run(call, turn, recorded.recording);
    const same = end.output === recorded.output && end.isError === recorded.isError;
    return { type: "call", ...about, same, recorded: recorded.output, replayed: end.output };
  }

  async #run(call: Call, turn: number, recording = ""): Promise<ToolEnd> {
    let end: ToolEnd | undefined;
    await runCall(call, {
      turn,
      tools: this.#tools,
      options: { sandbox: this.#sandbox, gate: { decide: async (request) => this.#decide(request) } },
      memory: this.#memory,
      signal: new AbortController().signal,
      recording: recording === "" ? undefined : fromBase64(recording),
      outputChars: DEFAULT_LIMITS.outputChars,
      emit: (event) => {
        if (event.type === "tool-end") end = event;
      },
    });
    return end as ToolEnd;
  }

  #decide({ call }: Request): Decision {
    return this.#decisions.get(call) ?? { allowed: true, by: "mode", reason: "as recorded" };
  }

  tree({ turn, tree }: TurnEndEvent): ReplayEvent {
    const replayed = treeDigest(this.#sandbox) ?? "";
    return { type: "tree", turn, same: replayed === tree, recorded: tree ?? "", replayed };
  }
}

const STOPPED = /^The call was stopped/;

function keyOf(turn: number, call: string): string {
  return `${turn} ${call}`;
}
