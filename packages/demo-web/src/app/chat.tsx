import { useEffect, useMemo, useRef } from "preact/hooks";
import type { ModelSettings } from "../runtime/protocol.ts";
import { type CallView, type Conversation, type Item, itemsOf } from "./conversation.ts";
import { useKept } from "./kept-view.ts";
import { ModeSelect } from "./settings.tsx";
import type { AgentActions } from "./use-agent.ts";

interface Props {
  conversation: Conversation;
  isBusy: boolean;
  model: ModelSettings;
  mode: Parameters<typeof ModeSelect>[0]["mode"];
  actions: AgentActions;
  openSettings(): void;
}

/** Talks to the agent; what it does in the box is folded. */
export function Chat({ conversation, isBusy, model, mode, actions, openSettings }: Props) {
  const items = useMemo(() => itemsOf(conversation), [conversation]);
  const end = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const list = end.current?.parentElement;
    if (list) list.scrollTop = list.scrollHeight;
  }, [items]);
  return (
    <div class="chat">
      <div class="bar chatbar">
        <span class="model">{modelLabel(model)}</span>
        <ModeSelect mode={mode} change={actions.setMode} />
        <button type="button" class="plain" onClick={openSettings}>
          Change model
        </button>
        <button type="button" class="plain" disabled={items.length === 0} onClick={actions.forget}>
          New conversation
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <div class="items" role="log" aria-label="Conversation" tabIndex={0}>
        {items.length === 0 && <Empty isDemo={model.provider === "scripted"} send={actions.send} />}
        {items.map((item) => (
          <ItemView key={item.key} item={item} />
        ))}
        {isBusy && <p class="quiet working">working…</p>}
        <div ref={end} />
      </div>
      <Prompt isBusy={isBusy} send={actions.send} stop={actions.stop} />
    </div>
  );
}

function modelLabel({ provider, name }: ModelSettings): string {
  return provider === "scripted" ? "Recorded demo, no model" : `${provider}: ${name}`;
}

function Empty({ isDemo, send }: { isDemo: boolean; send(text: string): void }) {
  return (
    <div class="empty">
      <p>An agent works in this box with the same shell and files as you.</p>
      <p class="quiet">
        What it changes shows under Review. What leaves the box, such as a request to the network, asks you.
      </p>
      {isDemo && (
        <button type="button" class="primary" onClick={() => send("Write notes on this project.")}>
          Play the demo
        </button>
      )}
    </div>
  );
}

function ItemView({ item }: { item: Item }) {
  if (item.type === "call") return <Call call={item.call} />;
  if (item.type === "note") return <p class="note">{item.text}</p>;
  const who = item.type === "person" ? "You" : "Agent";
  return (
    <div class={`said ${item.type}`}>
      <span class="who">{who}</span>
      <p>{item.text}</p>
    </div>
  );
}

const STATE: Readonly<Record<CallView["state"], string>> = {
  waits: "waits",
  runs: "runs",
  done: "done",
  failed: "failed",
  denied: "not allowed",
};

function Call({ call: { name, subject, state, output } }: { call: CallView }) {
  return (
    <details class={`call ${state}`}>
      <summary>
        <span class="tool">{name}</span> <code>{subject}</code> <span class="state">{STATE[state]}</span>
      </summary>
      {subject.includes("\n") && <pre>{subject}</pre>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls */}
      <pre tabIndex={0}>{output === "" ? "no output" : output}</pre>
    </details>
  );
}

function Prompt({ isBusy, send, stop }: { isBusy: boolean; send(text: string): void; stop(): void }) {
  const [text, setText] = useKept("message", "");
  const submit = () => {
    if (isBusy || text.trim() === "") return;
    send(text);
    setText("");
  };
  return (
    <form
      class="prompt"
      onSubmit={(event) => {
        event.preventDefault();
        submit();
      }}
    >
      <textarea
        aria-label="Message to the agent"
        rows={2}
        placeholder="What should be done? Enter sends, Shift+Enter breaks the line"
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
        onKeyDown={(event) => {
          if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
          event.preventDefault();
          submit();
        }}
      />
      {isBusy ? (
        <button type="button" onClick={stop}>
          Stop
        </button>
      ) : (
        <button type="submit" class="primary" disabled={text.trim() === ""}>
          Send
        </button>
      )}
    </form>
  );
}
