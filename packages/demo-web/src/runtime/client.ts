import type { AgentEvent } from "@shadowbox/agent";
import { RuntimeError } from "./errors.ts";
import type { AuditEvent, Message, Method, Question, Reply, Request, Runtime } from "./protocol.ts";

export interface RuntimeEvents {
  /** `shown` is to be called when they have been shown: what follows may wait for it. */
  output(bytes: Uint8Array, shown: () => void): void;
  /** Another tab has the box: until that is closed this one can only look. */
  waiting(): void;
  /** While it waits: there is something new to see. */
  changed(): void;
  audit(event: AuditEvent): void;
  agent(event: AgentEvent): void;
  /** The person's answer, whenever it comes. */
  ask(question: Question): Promise<Reply>;
}

export type Call = <M extends Method>(
  method: M,
  ...args: Parameters<Runtime[M]>
) => Promise<Awaited<ReturnType<Runtime[M]>>>;

export interface ConnectedRuntime {
  call: Call;
  /** From now on events go here; that it waits for another tab is said again. */
  listen(events: RuntimeEvents): void;
}

/** Starts the worker that holds the sandbox; the page only sends and receives. */
export function connectRuntime(): ConnectedRuntime {
  const worker = new Worker(new URL("./runtime-worker.ts", import.meta.url), {
    type: "module",
    credentials: "omit",
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  let next = 1;
  let events: RuntimeEvents | undefined;
  let isWaiting = false;
  worker.onmessage = ({ data }: MessageEvent<Message>) => {
    if (data.type === "output") {
      const shown = () => worker.postMessage({ shown: data.bytes.length });
      if (events) events.output(data.bytes, shown);
      else shown();
    } else if (data.type === "audit") events?.audit(data.event);
    else if (data.type === "agent") events?.agent(data.event);
    else if (data.type === "changed") events?.changed();
    else if (data.type === "question") {
      const { id, question } = data;
      events?.ask(question).then((reply) => worker.postMessage({ reply, to: id }));
    } else if (data.type === "waiting") {
      isWaiting = true;
      events?.waiting();
    } else {
      const call = waiting.get(data.id);
      waiting.delete(data.id);
      if (data.type === "result") call?.resolve(data.value as never);
      else call?.reject(new RuntimeError(data.message, data.code));
    }
  };
  worker.onerror = ({ message }) => {
    for (const { reject } of waiting.values())
      reject(new RuntimeError(`the runtime ended: ${message}`, "crash"));
    waiting.clear();
  };
  return {
    call: (method, ...args) =>
      new Promise((resolve, reject) => {
        const request: Request = { id: next++, method, args };
        waiting.set(request.id, { resolve, reject });
        worker.postMessage(request);
      }),
    listen: (to) => {
      events = to;
      if (isWaiting) to.waiting();
    },
  };
}
