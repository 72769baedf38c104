import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import {
  AgentError,
  type Ask,
  type AskUser,
  Gate,
  type Mode,
  newToolMemory,
  type Prices,
  parseRule,
  type Rule,
  type RunOptions,
  type Session,
  type ToolMemory,
  type TurnLimits,
  todosOf,
  toolsFor,
} from "@shadowbox/agent";
import {
  KEY_NAMES,
  type ModelRequest,
  parseScript,
  resolveModel,
  scriptedModel,
} from "@shadowbox/agent/models";
import { SessionFolder } from "@shadowbox/agent/node";
import type { Sandbox } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "../cli/errors.ts";
import { rulesOfNetwork } from "../cli/network.ts";
import { configPath, type Parsed, projectPath, stateRoot } from "../cli/options.ts";
import { projectKey } from "../cli/project-key.ts";
import { type Config, readConfig, readMcpConfig } from "./config.ts";
import { ProjectRules } from "./project-rules.ts";

const MODES: readonly Mode[] = ["ask", "accept-in-shadow", "plan", "deny"];

/** A model with a session: what a turn needs. */
export interface Agent {
  session: Session;
  options: RunOptions;
  modelName: string;
  /** Forgets what a person allowed or forbade for good; how many of it was for the project. */
  forgetRules(): number;
  /** Goes on with another session of the project. */
  resume(id: string): void;
  /** Ends the session's log and what was connected for it. */
  close(): Promise<void>;
}

/** The model that flags, environment or config name; undefined: none. */
export function modelNameOf(values: Parsed["values"], config: Config = readConfig()): string | undefined {
  return (values.model as string | undefined) ?? (process.env.SHADOWBOX_MODEL || config.model);
}

/** Where a project's sessions are kept. */
export function sessionFolder(values: Parsed["values"]): SessionFolder {
  return new SessionFolder(agentFolder(values));
}

function agentFolder(values: Parsed["values"]): string {
  return join(stateRoot(values), "sessions", projectKey(values));
}

/** Everything a turn needs, or a CliError that says what to set. */
export async function openAgent(
  values: Parsed["values"],
  sandbox: Sandbox,
  people: { ask?: Ask; askUser?: AskUser },
): Promise<Agent> {
  const config = readConfig();
  const modelName = modelNameOf(values, config) as string;
  const keys = { ...config.keys, ...pick(process.env, KEY_NAMES) };
  const model = modelName.startsWith("scripted:")
    ? scripted(modelName.slice("scripted:".length))
    : await resolved(modelName, (values["base-url"] as string) ?? config.baseUrl, keys);
  const mode = modeOf(values);
  const mcp = await connectServers(values, config);
  const secrets = Object.values(keys).filter((value): value is string => value !== undefined);
  const session = openSession(values, { model: modelName, mode, secrets });
  const prices: Prices | undefined = config.prices[modelName];
  const given = [...rulesOfNetwork(values), ...config.rules, ...rulesOf(values)];
  const rules = new ProjectRules(join(agentFolder(values), "rules.json"));
  const gate = new Gate({
    mode,
    rules: [...given, ...rules.read()],
    ask: people.ask,
    onProjectRule: (rule) => rules.add(rule),
  });
  const agent: Agent = {
    session,
    modelName,
    resume: (id) => {
      const other = sessionFolder(values).open(id, secrets);
      endSession(values, agent.session);
      agent.session = other;
      agent.options.memory = memoryOf(other);
    },
    forgetRules: () => {
      gate.reset(given);
      return rules.forget();
    },
    close: async () => {
      endSession(values, agent.session);
      await mcp?.close();
    },
    options: {
      sandbox,
      ...(mcp && { tools: [...toolsFor(sandbox), ...mcp.tools] }),
      model,
      gate,
      memory: memoryOf(session),
      askUser: people.askUser,
      ...(prices && { prices }),
      limits: limitsOf(values, prices),
    },
  };
  return agent;
}

/** Ends a session's log; one in which nothing happened is not kept. */
function endSession(values: Parsed["values"], session: Session): void {
  session.close();
  if (session.events.length === 1) sessionFolder(values).remove(session.id);
}

/** What the tools remember of a session that goes on. */
function memoryOf({ events }: Session): ToolMemory {
  return { ...newToolMemory(), todos: todosOf(events) };
}

/** Other MCP servers; those that are not there are said, and the rest is used. */
async function connectServers(values: Parsed["values"], { mcpServers }: Config) {
  const given = values["mcp-config"];
  const servers = { ...mcpServers, ...(typeof given === "string" && readMcpConfig(given)) };
  if (Object.keys(servers).length === 0) return undefined;
  // Loaded for those who have any.
  const { connectMcpServers } = await import("@shadowbox/agent/node/mcp");
  const connections = await connectMcpServers(servers);
  for (const problem of connections.problems) process.stderr.write(`shadowbox: ${problem}\n`);
  return connections;
}

/** Throws CliError that says what to set, and where. */
async function resolved(model: string, baseUrl: string | undefined, keys: ModelRequest["keys"]) {
  try {
    return await resolveModel({ model, baseUrl, keys });
  } catch (error) {
    if (!(error instanceof AgentError)) throw error;
    throw new CliError(error.message.replace("the config file", configPath()), EXIT.USAGE);
  }
}

function scripted(file: string) {
  const path = resolve(file);
  try {
    return scriptedModel(parseScript(readFileSync(path, "utf8"), file), file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    throw new CliError(`--model scripted:${file}: no such file`, EXIT.USAGE);
  }
}

function openSession(
  values: Parsed["values"],
  options: { model: string; mode: Mode; secrets: string[] },
): Session {
  const folder = sessionFolder(values);
  const newest = values.continue ? folder.list().sessions[0]?.id : undefined;
  const id = (values.resume as string | undefined) || newest;
  if (id !== undefined) return folder.open(id, options.secrets);
  if (values.continue) throw new CliError("--continue: this project has no session yet", EXIT.USAGE);
  return folder.create({ ...options, project: projectPath(values) });
}

function modeOf(values: Parsed["values"]): Mode {
  const mode = (values.mode ?? "accept-in-shadow") as Mode;
  if (!MODES.includes(mode))
    throw new CliError(`--mode: expected ${MODES.join(", ")}, got "${mode}"`, EXIT.USAGE);
  return mode;
}

function rulesOf(values: Parsed["values"]): Rule[] {
  const of = (decision: "allow" | "deny") =>
    ((values[decision] ?? []) as string[]).map((text) => parseRule(text, decision));
  return [...of("deny"), ...of("allow")];
}

/** Flags that bound a turn, with what one of their units is in {@link TurnLimits}. */
const LIMITS = [
  ["max-turns", "maxSteps", 1],
  ["max-tokens", "maxTokens", 1],
  ["max-cost", "maxCostUsd", 1],
  ["timeout", "timeoutMs", 1000],
] as const;

function limitsOf(values: Parsed["values"], prices: Prices | undefined): Partial<TurnLimits> {
  if (values["max-cost"] !== undefined && prices === undefined)
    throw new CliError(`--max-cost: ${configPath()} has no "prices" for the model`, EXIT.USAGE);
  const limits: Partial<TurnLimits> = {};
  for (const [flag, name, unit] of LIMITS) {
    const value = values[flag];
    if (value === undefined) continue;
    const number = Number(value);
    if (!(number > 0) || (flag === "max-turns" && !Number.isInteger(number)))
      throw new CliError(`--${flag}: expected a number above 0, got "${value}"`, EXIT.USAGE);
    limits[name] = number * unit;
  }
  return limits;
}

function pick(from: NodeJS.ProcessEnv, names: readonly string[]): Record<string, string | undefined> {
  return Object.fromEntries(names.flatMap((name) => (from[name] ? [[name, from[name]]] : [])));
}
