import type { Mode } from "@shadowbox/agent";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import type { BoxSettings, ModelSettings } from "../runtime/protocol.ts";
import type { Preferences, Theme } from "./preferences.ts";

export const NETWORK_WORDS: Readonly<Record<BoxSettings["network"], string>> = {
  off: "The network is off",
  ask: "You are asked about each host",
  registries: "Package registries are open for reading",
  docs: "Documentation sites are open for reading",
  open: "All public hosts are open",
};

const MODE_WORDS: Readonly<Record<Mode, string>> = {
  "accept-in-shadow": "Free in the box, asks before it leaves",
  ask: "Asks before each change",
  plan: "Reads only",
  deny: "Reads only, and never asks",
};

const PROVIDERS: readonly (readonly [ModelSettings["provider"], string])[] = [
  ["scripted", "Demo: a recorded script, no model"],
  ["anthropic", "Anthropic"],
  ["openai", "OpenAI"],
  ["openai-compatible", "OpenAI-compatible endpoint"],
];

interface Props {
  preferences: Preferences;
  /** Bytes that the browser keeps for this site, and may. */
  storage: StorageFacts | undefined;
  save(preferences: Preferences): Promise<void>;
}

export interface StorageFacts {
  usage: number;
  quota: number;
  isPersistent: boolean;
}

/** Limits of the box, the agent's model, and how the page looks. */
export function Settings({ preferences, storage, save }: Props) {
  const [draft, setDraft] = useState(preferences);
  const [note, setNote] = useState("");
  const { box, model } = draft;
  const change = (part: Partial<Preferences>) => {
    setDraft({ ...draft, ...part });
    setNote("");
  };
  const onSubmit = async (event: Event) => {
    event.preventDefault();
    setNote("Saving…");
    await save(draft);
    setNote("Saved.");
  };
  return (
    <form class="settings" onSubmit={onSubmit}>
      <BoxFields box={box} change={(part) => change({ box: { ...box, ...part } })} />
      <ModelFields
        model={model}
        keepKey={draft.keepKey}
        change={(part) => change({ model: { ...model, ...part } })}
        changeKeep={(keepKey) => change({ keepKey })}
      />
      <fieldset>
        <legend>This page</legend>
        <Field label="Colours">
          <select
            value={draft.theme}
            onChange={(event) => change({ theme: event.currentTarget.value as Theme })}
          >
            <option value="system">as the system</option>
            <option value="light">light</option>
            <option value="dark">dark</option>
          </select>
        </Field>
        {storage && <Storage {...storage} />}
      </fieldset>
      <div class="bar">
        <button type="submit" class="primary">
          Save settings
        </button>
        <span role="status">{note}</span>
      </div>
    </form>
  );
}

function Field({ label, hint, children }: { label: string; hint?: string; children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the control is its child
    <label class="field">
      <span>{label}</span>
      {children}
      {hint && <small>{hint}</small>}
    </label>
  );
}

function BoxFields({ box, change }: { box: BoxSettings; change(part: Partial<BoxSettings>): void }) {
  return (
    <fieldset>
      <legend>Limits of the box</legend>
      <Field label="Memory of one program, MiB">
        <input
          type="number"
          min={64}
          max={4096}
          step={64}
          required
          value={box.memoryMiB}
          onInput={(event) => change({ memoryMiB: Number(event.currentTarget.value) })}
        />
      </Field>
      <Field label="Time of one command, seconds" hint="0: until it ends or you stop it">
        <input
          type="number"
          min={0}
          required
          value={box.timeoutSeconds}
          onInput={(event) => change({ timeoutSeconds: Number(event.currentTarget.value) })}
        />
      </Field>
      <Field label="Network">
        <select
          value={box.network}
          onChange={(event) => change({ network: event.currentTarget.value as BoxSettings["network"] })}
        >
          {Object.entries(NETWORK_WORDS).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </Field>
      <label class="check">
        <input
          type="checkbox"
          checked={box.loopback}
          onChange={(event) => change({ loopback: event.currentTarget.checked })}
        />
        Servers of this machine may be reached, too
      </label>
    </fieldset>
  );
}

interface ModelProps {
  model: ModelSettings;
  keepKey: boolean;
  change(part: Partial<ModelSettings>): void;
  changeKeep(keep: boolean): void;
}

function ModelFields({ model, keepKey, change, changeKeep }: ModelProps) {
  const { provider } = model;
  const isCompatible = provider === "openai-compatible";
  return (
    <fieldset>
      <legend>The agent's model</legend>
      <Field label="Provider">
        <select
          value={provider}
          onChange={(event) => change({ provider: event.currentTarget.value as ModelSettings["provider"] })}
        >
          {PROVIDERS.map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </Field>
      {provider !== "scripted" && (
        <>
          <Field label="Model">
            <input
              type="text"
              required
              value={model.name}
              placeholder={provider === "anthropic" ? "claude-sonnet-4-5" : "name of the model"}
              onInput={(event) => change({ name: event.currentTarget.value.trim() })}
            />
          </Field>
          <Field label="Address" hint={isCompatible ? undefined : "Empty: the provider's own"}>
            <input
              type="url"
              required={isCompatible}
              value={model.baseUrl}
              placeholder="http://localhost:11434/v1"
              onInput={(event) => change({ baseUrl: event.currentTarget.value.trim() })}
            />
          </Field>
          <Field label="Key" hint="Goes to this address only, never into the box">
            <input
              type="password"
              autocomplete="off"
              required={!isCompatible}
              value={model.key}
              onInput={(event) => change({ key: event.currentTarget.value.trim() })}
            />
          </Field>
          <label class="check">
            <input
              type="checkbox"
              checked={keepKey}
              onChange={(event) => changeKeep(event.currentTarget.checked)}
            />
            Keep the key in this browser; else it is forgotten with the page
          </label>
        </>
      )}
    </fieldset>
  );
}

/** What the agent may do without asking. */
export function ModeSelect({ mode, change }: { mode: Mode; change(mode: Mode): void }) {
  return (
    <select
      aria-label="What the agent may do"
      value={mode}
      onChange={(event) => change(event.currentTarget.value as Mode)}
    >
      {Object.entries(MODE_WORDS).map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  );
}

function Storage({ usage, quota, isPersistent }: StorageFacts) {
  const mib = (bytes: number) => `${Math.round(bytes / 2 ** 20).toLocaleString()} MiB`;
  return (
    <p class="quiet">
      {mib(usage)} of {mib(quota)} are used here.{" "}
      {isPersistent
        ? "The browser keeps them until you remove them."
        : "The browser may remove them when its disk is full."}
    </p>
  );
}
