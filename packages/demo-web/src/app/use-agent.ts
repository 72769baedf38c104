import type { AgentEvent, Mode } from "@shadowbox/agent";
import type { Call } from "../runtime/client.ts";
import type { ModelSettings } from "../runtime/protocol.ts";
import { type Conversation, NO_CONVERSATION, withEvent } from "./conversation.ts";

/** What of the agent is shown. */
export interface AgentView {
  conversation: Conversation;
  isBusy: boolean;
}

export const NO_AGENT: AgentView = { conversation: NO_CONVERSATION, isBusy: false };

export interface AgentActions {
  send(text: string): void;
  stop(): void;
  forget(): void;
  setMode(mode: Mode): void;
}

interface Parts {
  call: Call;
  update(change: (before: AgentView) => AgentView): void;
  /** The box may look otherwise now. */
  refresh(): Promise<void>;
  model(): ModelSettings;
  setMode(mode: Mode): void;
  fail(error: unknown): void;
}

/** The agent of this page's box: its turns, and what is shown of them. */
export function connectAgent({ call, update, refresh, model, setMode, fail }: Parts) {
  let looking: Promise<void> | undefined;
  let isStale = false;
  /** Looks at the box; what happens during a look is looked at after it. */
  const look = (): Promise<void> => {
    isStale = true;
    looking ??= (async () => {
      while (isStale) {
        isStale = false;
        await refresh().catch(fail);
      }
      looking = undefined;
    })();
    return looking;
  };
  const actions: AgentActions = {
    send: async (text) => {
      update((before) => ({ ...before, isBusy: true }));
      await call("turn", text, model()).catch(fail);
      update((before) => ({ ...before, isBusy: false }));
      await look();
    },
    stop: () => void call("stopTurn").catch(fail),
    forget: () => {
      update(() => NO_AGENT);
      void call("newConversation").catch(fail);
    },
    setMode,
  };
  return {
    actions,
    take: (event: AgentEvent) => {
      update((before) => ({ ...before, conversation: withEvent(before.conversation, event) }));
      if (event.type === "tool-end") void look();
    },
    /** The conversation that is kept with the project; its code is not loaded for an empty one. */
    load: async () => {
      const records = await call("conversation");
      update(() => ({ ...NO_AGENT, conversation: { ...NO_CONVERSATION, records } }));
    },
  };
}
