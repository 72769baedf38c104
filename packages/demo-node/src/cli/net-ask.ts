import type { NetRecorder, NetworkOptions } from "@shadowbox/sandbox/node";

export type NetAsk = NonNullable<NetworkOptions["ask"]>;

/** Who is asked what programs may fetch, and who keeps the answers: nobody, until a prompt is there. */
export class NetPerson {
  answer: NetAsk = async () => false;
  recorder: NetRecorder | undefined;
  readonly ask: NetAsk = (question) => this.answer(question);
  readonly record: NetRecorder = { add: (exchange) => this.recorder?.add(exchange) };
}
