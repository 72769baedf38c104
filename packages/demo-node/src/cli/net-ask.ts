import type { NetworkOptions } from "@shadowbox/sandbox/node";

export type NetAsk = NonNullable<NetworkOptions["ask"]>;

/** Who is asked what programs may fetch: nobody, until a prompt is there. */
export class NetPerson {
  answer: NetAsk = async () => false;
  readonly ask: NetAsk = (question) => this.answer(question);
}
