import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Script } from "../../model/scripted.ts";

type Step = Script["steps"][number];
type Chunk = Record<string, unknown>;

/** What goes wrong on the wire the first time a step is asked for. */
export type WireFault =
  /** The connection is reset before an answer. */
  | "reset"
  /** It is reset in the middle of the stream. */
  | "reset-midway"
  /** A line of the stream is no JSON. */
  | "garbage"
  /** The body ends early, in order, without a finish. */
  | "cut";

export interface WireStep extends Step {
  wire?: WireFault;
}

/** A provider on this machine that plays a script in the protocols of OpenAI's chat completions and Anthropic's messages. */
export class ModelServer {
  readonly #steps: readonly WireStep[];
  readonly #tries = new Map<number, number>();
  #server: Server | undefined;
  /** Bodies of all requests, in order. */
  readonly requests: Chunk[] = [];

  constructor(steps: readonly WireStep[]) {
    this.#steps = steps;
  }

  /** The base address, without a path. */
  async listen(): Promise<string> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server?.closeAllConnections();
    await new Promise((resolve) => this.#server?.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = "";
    for await (const part of request) text += part;
    const body = JSON.parse(text) as { messages: { role: string }[] };
    this.requests.push(body);
    const at = body.messages.filter(({ role }) => role === "assistant").length;
    const attempt = (this.#tries.get(at) ?? 0) + 1;
    this.#tries.set(at, attempt);
    const step = this.#steps[at];
    if (step === undefined) return refuse(response, 400, `no step ${at + 1}`);
    if (step.fail && attempt <= (step.fail.times ?? 1))
      return refuse(response, step.fail.status, step.fail.message ?? "no");
    const fault = attempt === 1 ? (step.wire ?? (step.cut ? "cut" : undefined)) : undefined;
    if (fault === "reset") return void response.socket?.destroy();
    const anthropic = request.url?.endsWith("/messages");
    const chunks = anthropic ? anthropicChunks(step, at) : openAiChunks(step, at);
    await stream(response, chunks, step.delayMs ?? 0, fault);
  }
}

function refuse(response: ServerResponse, status: number, message: string): void {
  const headers = { "content-type": "application/json", "retry-after-ms": "1" };
  response
    .writeHead(status, headers)
    .end(JSON.stringify({ type: "error", error: { type: "api_error", message } }));
}

async function stream(
  response: ServerResponse,
  chunks: readonly Chunk[],
  delayMs: number,
  fault: WireFault | undefined,
): Promise<void> {
  response.writeHead(200, { "content-type": "text/event-stream" });
  const shown = fault === undefined ? chunks : chunks.slice(0, Math.ceil(chunks.length / 2));
  for (const chunk of shown) {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    if (response.destroyed) return;
    const event = typeof chunk.type === "string" ? `event: ${chunk.type}\n` : "";
    await new Promise((resolve) => response.write(`${event}data: ${JSON.stringify(chunk)}\n\n`, resolve));
  }
  if (fault === "reset-midway") return void response.socket?.destroy();
  if (fault === "garbage") response.write("data: {this is no JSON\n\n");
  if (fault === undefined && !("type" in (chunks[0] ?? {}))) response.write("data: [DONE]\n\n");
  response.end();
}

const inputOf = (input: unknown) => (typeof input === "string" ? input : JSON.stringify(input));
const pieces = (text: string) => text.match(/[\s\S]{1,4000}/g) ?? [];

function openAiChunks(step: Step, at: number): Chunk[] {
  const base = { id: `answer-${at}`, object: "chat.completion.chunk", created: 1, model: "test" };
  const delta = (value: Chunk) => ({ ...base, choices: [{ index: 0, delta: value, finish_reason: null }] });
  const calls = (step.calls ?? []).flatMap(({ id, name, input }, index) => [
    delta({
      tool_calls: [
        {
          index,
          id: id ?? `call_${at + 1}_${index + 1}`,
          type: "function",
          function: { name, arguments: "" },
        },
      ],
    }),
    ...pieces(inputOf(input)).map((text) =>
      delta({ tool_calls: [{ index, function: { arguments: text } }] }),
    ),
  ]);
  const finish = { "content-filter": "content_filter", "tool-calls": "tool_calls" } as Record<string, string>;
  const unified = step.finish ?? (calls.length > 0 ? "tool-calls" : "stop");
  return [
    delta({ role: "assistant", content: "" }),
    ...pieces(step.text ?? "").map((content) => delta({ content })),
    ...calls,
    { ...base, choices: [{ index: 0, delta: {}, finish_reason: finish[unified] ?? unified }] },
    {
      ...base,
      choices: [],
      usage: {
        prompt_tokens: step.inputTokens ?? 100,
        completion_tokens: step.outputTokens ?? 10,
        total_tokens: 110,
      },
    },
  ];
}

function anthropicChunks(step: Step, at: number): Chunk[] {
  const blocks: { start: Chunk; deltas: Chunk[] }[] = [];
  if (step.text !== undefined)
    blocks.push({
      start: { type: "text", text: "" },
      deltas: pieces(step.text).map((text) => ({ type: "text_delta", text })),
    });
  for (const [index, { id, name, input }] of (step.calls ?? []).entries())
    blocks.push({
      start: { type: "tool_use", id: id ?? `call_${at + 1}_${index + 1}`, name, input: {} },
      deltas: pieces(inputOf(input)).map((partial_json) => ({ type: "input_json_delta", partial_json })),
    });
  const reasons = { length: "max_tokens", "content-filter": "refusal", "tool-calls": "tool_use" };
  const unified = step.finish ?? (step.calls?.length ? "tool-calls" : "stop");
  const stop_reason = (reasons as Record<string, string>)[unified] ?? "end_turn";
  return [
    {
      type: "message_start",
      message: {
        id: `answer-${at}`,
        type: "message",
        role: "assistant",
        model: "test",
        content: [],
        stop_reason: null,
        stop_sequence: null,
        usage: { input_tokens: step.inputTokens ?? 100, output_tokens: 0 },
      },
    },
    ...blocks.flatMap(({ start, deltas }, index) => [
      { type: "content_block_start", index, content_block: start },
      ...deltas.map((delta) => ({ type: "content_block_delta", index, delta })),
      { type: "content_block_stop", index },
    ]),
    {
      type: "message_delta",
      delta: { stop_reason, stop_sequence: null },
      usage: { output_tokens: step.outputTokens ?? 10 },
    },
    { type: "message_stop" },
  ];
}
