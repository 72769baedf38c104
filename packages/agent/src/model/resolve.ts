import type { LanguageModelV3 } from "@ai-sdk/provider";
import { AgentError } from "../errors.ts";

/** What a model is made of. */
export interface ModelRequest {
  /** `provider:name`, such as `anthropic:claude-sonnet-4-5`, or `openai-compatible:NAME` with {@link baseUrl}. */
  model: string;
  /** Endpoint to use instead of the provider's own; for OpenAI-compatible servers (Ollama, vLLM, llama.cpp …). */
  baseUrl?: string;
  /** Keys by the name of their variable, such as `ANTHROPIC_API_KEY`. */
  keys: Readonly<Record<string, string | undefined>>;
  fetch?: typeof globalThis.fetch;
}

/** A provider, and the variable that its key comes in. */
interface Provider {
  key?: string;
  load(request: {
    name: string;
    apiKey: string;
    baseURL?: string;
    fetch?: typeof globalThis.fetch;
  }): Promise<LanguageModelV3>;
}

const PROVIDERS: Readonly<Record<string, Provider>> = {
  anthropic: {
    key: "ANTHROPIC_API_KEY",
    load: async ({ name, ...options }) => (await import("@ai-sdk/anthropic")).createAnthropic(options)(name),
  },
  openai: {
    key: "OPENAI_API_KEY",
    load: async ({ name, ...options }) => (await import("@ai-sdk/openai")).createOpenAI(options)(name),
  },
  google: {
    key: "GOOGLE_GENERATIVE_AI_API_KEY",
    load: async ({ name, ...options }) =>
      (await import("@ai-sdk/google")).createGoogleGenerativeAI(options)(name),
  },
  "openai-compatible": {
    load: async ({ name, baseURL, apiKey, fetch }) => {
      if (baseURL === undefined)
        throw new AgentError(
          "model",
          `model "openai-compatible:${name}": expected --base-url URL, such as http://localhost:11434/v1`,
        );
      const { createOpenAICompatible } = await import("@ai-sdk/openai-compatible");
      return createOpenAICompatible({
        name: "openai-compatible",
        baseURL,
        fetch,
        includeUsage: true,
        ...(apiKey && { apiKey }),
      })(name);
    },
  },
};

/** Names of the providers that {@link resolveModel} knows. */
export const PROVIDER_NAMES: readonly string[] = Object.keys(PROVIDERS);

/** Throws AgentError `model` saying what to set. `scripted:FILE` is the caller's: it needs a file. */
export async function resolveModel({ model, baseUrl, keys, fetch }: ModelRequest): Promise<LanguageModelV3> {
  const colon = model.indexOf(":");
  const [providerName, name] = colon < 0 ? ["", model] : [model.slice(0, colon), model.slice(colon + 1)];
  const provider = PROVIDERS[providerName];
  if (provider === undefined || name === "")
    throw new AgentError(
      "model",
      `model "${model}": expected PROVIDER:NAME with a provider of ${PROVIDER_NAMES.join(", ")}, scripted; such as anthropic:claude-sonnet-4-5`,
    );
  const apiKey = (provider.key ? keys[provider.key] : keys.OPENAI_COMPATIBLE_API_KEY) ?? "";
  if (provider.key !== undefined && apiKey === "")
    throw new AgentError(
      "model",
      `model "${model}": no key; set ${provider.key} in the environment or the config file`,
    );
  return provider.load({
    name,
    apiKey,
    ...(baseUrl !== undefined && { baseURL: baseUrl }),
    ...(fetch && { fetch }),
  });
}

/** The variables that keys are looked for in. */
export const KEY_NAMES: readonly string[] = [
  ...Object.values(PROVIDERS).flatMap(({ key }) => (key ? [key] : [])),
  "OPENAI_COMPATIBLE_API_KEY",
];
