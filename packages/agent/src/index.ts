export { AgentError, type AgentErrorCode } from "./errors.ts";
export type {
  AgentEvent,
  AssistantPart,
  DecidedBy,
  Mode,
  SessionEvent,
  StreamEvent,
  TurnEnd,
  Usage,
} from "./events.ts";
export { exportHtml } from "./export/html.ts";
export { exportMarkdown } from "./export/markdown.ts";
export { decidedInTurn, fetchRequest } from "./gate/fetch-request.ts";
export {
  type Answer,
  type Ask,
  type Decision,
  type Effect,
  Gate,
  type GateOptions,
  type Request,
} from "./gate/gate.ts";
export { parseRule, printRule, type Rule } from "./gate/rules.ts";
export { DEFAULT_LIMITS, type Prices, type RunOptions, type TurnLimits } from "./loop/options.ts";
export { type ReplayEvent, type ReplayOptions, replay } from "./loop/replay.ts";
export { run } from "./loop/run.ts";
export { type PromptOptions, systemPrompt } from "./prompt.ts";
export { type LogRecord, readChain } from "./session/chain.ts";
export {
  eventsThrough,
  forkSession,
  memoryStore,
  Session,
  type SessionOptions,
  type SessionStore,
} from "./session/session.ts";
export { type SessionSummary, summaryOf } from "./session/summary.ts";
export { shadowboxTools } from "./tools/ai-sdk.ts";
export { toolsFor } from "./tools/all.ts";
export { type EditLine, editLines, editsOf, type TextEdit } from "./tools/edits.ts";
export { printTodos, todosOf } from "./tools/session-tools.ts";
export {
  type AskUser,
  inputSchemaOf,
  newToolMemory,
  type Todo,
  type Tool,
  type ToolContext,
  type ToolMemory,
  type ToolResult,
} from "./tools/tool.ts";
