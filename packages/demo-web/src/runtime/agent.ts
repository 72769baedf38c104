import "./no-eval.ts";
import { type AgentEvent, newToolMemory, run, Session, type ToolMemory } from "@shadowbox/agent";
import { parseScript, resolveModel, scriptedModel } from "@shadowbox/agent/models";
import type { Sandbox } from "@shadowbox/sandbox/browser";
import { DEMO_SCRIPT } from "./demo-script.ts";
import { CONVERSATION, type Lines, openLines } from "./kept.ts";
import type { Page, Permissions } from "./person.ts";
import type { ConversationRecord, ModelSettings } from "./protocol.ts";

/** The agent of one box: its conversation, kept beside the box, and one turn at a time. */
export class Agent {
  readonly #page: Page;
  readonly #permissions: Permissions;
  readonly #store: Lines;
  readonly #name: string;
  #memory: ToolMemory = newToolMemory();
  #session: Session | undefined;
  #stop: AbortController | undefined;

  private constructor(page: Page, permissions: Permissions, store: Lines, name: string) {
    this.#page = page;
    this.#permissions = permissions;
    this.#store = store;
    this.#name = name;
    if (store.read() !== "") this.#use(Session.open(store, name));
  }

  static async open(page: Page, permissions: Permissions, state: string): Promise<Agent> {
    return new Agent(page, permissions, await openLines(state, CONVERSATION), state);
  }

  #use(session: Session): Session {
    this.#session = session;
    this.#permissions.session = session;
    return session;
  }

  get records(): readonly ConversationRecord[] {
    return (this.#session?.records ?? []).map(({ time, event }) => ({ time, event }));
  }

  async turn(sandbox: Sandbox, text: string, settings: ModelSettings): Promise<void> {
    const model = await modelOf(settings);
    const gate = await this.#permissions.gate();
    const name = `${settings.provider}:${model.modelId}`;
    const secrets = settings.key === "" ? [] : [settings.key];
    const session = this.#sessionFor(name, secrets);
    this.#stop = new AbortController();
    const options = {
      ...{ sandbox, model, gate, memory: this.#memory, signal: this.#stop.signal },
      askUser: this.#permissions.askUser,
    };
    try {
      for await (const event of run(session, text, options)) this.#show(event);
    } finally {
      this.#stop = undefined;
    }
  }

  /** The log masks the key of the present model; a conversation that was kept is opened with it. */
  #sessionFor(model: string, secrets: readonly string[]): Session {
    const isEmpty = this.#store.read() === "";
    const id = `${this.#name}-${Date.now().toString(36)}`;
    return this.#use(
      isEmpty
        ? Session.create(this.#store, { id, model, secrets })
        : Session.open(this.#store, this.#name, { secrets }),
    );
  }

  #show(event: AgentEvent): void {
    this.#page.post({ type: "agent", event });
    if (event.type !== "permission") return;
    const { tool, subject, allowed, reason, by } = event;
    // What the mode allows by itself is no decision of anybody.
    if (by !== "mode" || !allowed)
      this.#permissions.note({
        ...{ type: "permission", time: new Date().toISOString() },
        ...{ tool, subject, allowed, reason },
      });
  }

  stop(): void {
    this.#stop?.abort();
  }

  forget(): void {
    this.stop();
    this.#store.truncate(0);
    this.#store.sync();
    this.#session = undefined;
    this.#permissions.session = undefined;
    this.#memory = newToolMemory();
  }

  close(): void {
    this.stop();
    this.#store.close();
  }
}

async function modelOf({ provider, name, baseUrl, key }: ModelSettings) {
  if (provider === "scripted") return scriptedModel(parseScript(JSON.stringify(DEMO_SCRIPT), "demo"), "demo");
  return resolveModel({
    model: `${provider}:${name}`,
    ...(baseUrl !== "" && { baseUrl }),
    keys: { ANTHROPIC_API_KEY: key, OPENAI_API_KEY: key, OPENAI_COMPATIBLE_API_KEY: key },
    fetch: fetchForModel,
  });
}

/** The endpoint gets the key that the person gave, and nothing that the browser has. */
const fetchForModel: typeof fetch = (input, init) => {
  const headers = new Headers(init?.headers);
  // A page may set no user agent; Anthropic wants to hear that the person's key is in a page.
  headers.delete("user-agent");
  if (headers.has("x-api-key")) headers.set("anthropic-dangerous-direct-browser-access", "true");
  return fetch(input, {
    ...init,
    headers,
    credentials: "omit",
    referrerPolicy: "no-referrer",
    cache: "no-store",
  });
};
