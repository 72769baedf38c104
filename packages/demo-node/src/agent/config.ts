import { existsSync, readFileSync, statSync } from "node:fs";
import { parseRule, type Rule } from "@shadowbox/agent";
import type { McpServerConfig } from "@shadowbox/agent/node/mcp";
import { CliError, EXIT } from "../cli/errors.ts";
import { configPath } from "../cli/options.ts";
import { type NamedSecret, ofConfig } from "../cli/secrets.ts";

/** What the config file may hold: $XDG_CONFIG_HOME/shadowbox/config.json, readable by its owner only. See docs/agent.md. */
export interface Config {
  model?: string;
  baseUrl?: string;
  /** By the name of their variable. The environment wins. */
  keys: Record<string, string>;
  /** Model → US dollars per million tokens. */
  prices: Record<string, { input: number; cachedInput?: number; output: number }>;
  rules: Rule[];
  /** Secrets of the network, whose values are in variables. */
  secrets: readonly NamedSecret[];
  /** Other MCP servers that the agent may use, by name. */
  mcpServers: Record<string, McpServerConfig>;
}

/** Throws CliError naming the file and what is wrong with it. */
export function readConfig(path = configPath()): Config {
  if (!existsSync(path)) return { keys: {}, prices: {}, rules: [], secrets: [], mcpServers: {} };
  if (process.platform !== "win32" && (statSync(path).mode & 0o077) !== 0)
    throw new CliError(`${path}: others can read it, and it may hold keys; run: chmod 600 ${path}`);
  let json: Record<string, unknown>;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw new CliError(`${path}: expected JSON: ${(error as Error).message}`);
  }
  const {
    model,
    baseUrl,
    keys = {},
    prices = {},
    allow = [],
    ask = [],
    deny = [],
    secrets,
    mcpServers,
    ...rest
  } = json;
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined)
    throw new CliError(
      `${path}: unknown "${unknown}"; expected model, baseUrl, keys, prices, allow, ask, deny, secrets, mcpServers`,
    );
  const rules = Object.entries({ allow, ask, deny }).flatMap(([decision, list]) =>
    (list as string[]).map((text) => parseRule(text, decision as Rule["decision"])),
  );
  return {
    ...(typeof model === "string" && { model }),
    ...(typeof baseUrl === "string" && { baseUrl }),
    keys: keys as Config["keys"],
    prices: prices as Config["prices"],
    rules,
    secrets: ofConfig(secrets, path),
    mcpServers: serversOf(mcpServers, path),
  };
}

/** MCP servers as editors write them; throws CliError naming the one that is wrong. */
function serversOf(json: unknown, path: string): Config["mcpServers"] {
  const servers = (json ?? {}) as Record<string, Record<string, unknown>>;
  for (const [name, server] of Object.entries(servers))
    if (typeof server?.command !== "string" && typeof server?.url !== "string")
      throw new CliError(`${path}: mcpServers: expected "command" or "url" in "${name}"`);
  return servers as Config["mcpServers"];
}

/** The servers of a file with `mcpServers`. Throws CliError. */
export function readMcpConfig(path: string): Config["mcpServers"] {
  try {
    return serversOf(JSON.parse(readFileSync(path, "utf8")).mcpServers, path);
  } catch (error) {
    if (error instanceof CliError) throw error;
    throw new CliError(`--mcp-config: read ${path}: ${(error as Error).message}`, EXIT.USAGE);
  }
}
