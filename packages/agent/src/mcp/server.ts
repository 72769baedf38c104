import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { RequestHandlerExtra } from "@modelcontextprotocol/sdk/shared/protocol.js";
import type { CallToolResult, ServerNotification, ServerRequest } from "@modelcontextprotocol/sdk/types.js";
import type { NetworkOptions, Sandbox } from "@shadowbox/sandbox";
import { z } from "zod";
import { fetchRequest } from "../gate/fetch-request.ts";
import { type Ask, Gate } from "../gate/gate.ts";
import type { Rule } from "../gate/rules.ts";
import { toolsFor } from "../tools/all.ts";
import { decode } from "../tools/text.ts";
import { newToolMemory, type Tool, type ToolMemory } from "../tools/tool.ts";
import { OUTPUT_FOLDER, OUTPUT_LIMIT, shorten } from "../tools/truncate.ts";

/** How a sandbox is offered over MCP. */
export interface McpOptions {
  sandbox: Sandbox;
  version: string;
  /** Default: free inside the box; what leaves it asks the client's user (elicitation), and is refused where the client cannot ask. */
  gate?: Gate;
  /** Of the default gate. */
  rules?: readonly Rule[];
  /** The client may commit without asking its user; default: only after the user said yes (elicitation). */
  allowCommit?: boolean;
  /** Given what asks the gate, and so the client's user, what programs may fetch: for `net.ask` of the sandbox. The newest client is asked. */
  onNetAsk?(ask: NetAsk): void;
}

type NetAsk = NonNullable<NetworkOptions["ask"]>;

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>;

const INSTRUCTIONS = `A sandbox with a shadow copy of the user's project. bash, python and the file tools work on the shadow; the project's own files change only when the user commits. Use diff or status to see what would change.`;

/** An MCP server over one sandbox: its tools in lower case, the change set as resources, and `commit`. Connect it to a transport. */
export function createMcpServer(options: McpOptions): McpServer {
  const { sandbox, version } = options;
  const server = new McpServer({ name: "shadowbox", version }, { instructions: INSTRUCTIONS });
  let { gate } = options;
  const served: Served = {
    sandbox,
    // What the client can do is known when it is connected.
    gate: () =>
      (gate ??= new Gate({ rules: options.rules, ask: canAsk(server) ? askToAllow(server) : undefined })),
    memory: newToolMemory(),
    client: crypto.randomUUID().slice(0, 8),
  };
  options.onNetAsk?.((question) => served.gate().decide(fetchRequest(question, "net")));
  for (const tool of toolsFor(sandbox)) if (!SESSION_ONLY.has(tool.name)) addTool(server, tool, served);
  if (sandbox.hasProject) {
    addReview(server, sandbox);
    addCommit(server, options);
  }
  return server;
}

/** Clients have their own ways for these, or get them under other names below. */
const SESSION_ONLY: ReadonlySet<string> = new Set(["Todo", "AskUser", "Changes"]);

interface Served {
  sandbox: Sandbox;
  gate(): Gate;
  memory: ToolMemory;
  /** Tells the outputs of this client's calls from those of others. */
  client: string;
}

function addTool(server: McpServer, tool: Tool, served: Served): void {
  const config = {
    description: tool.description,
    inputSchema: (tool.schema as unknown as z.ZodObject).shape,
    annotations: {
      readOnlyHint: tool.effect === "read",
      destructiveHint: false,
      openWorldHint: tool.effect === "network",
    },
  };
  server.registerTool(tool.name.toLowerCase(), config, (input: Record<string, unknown>, extra: Extra) =>
    callTool(tool, input, extra, served),
  );
}

async function callTool(
  tool: Tool,
  input: Record<string, unknown>,
  extra: Extra,
  served: Served,
): Promise<CallToolResult> {
  const { sandbox, gate, memory, client } = served;
  const call = `mcp_${client}_${String(extra.requestId)}`;
  const detail = tool.detail?.(input);
  const decision = await gate().decide({
    call,
    tool: tool.name,
    effect: tool.effect,
    subject: tool.subject(input),
    ...(detail !== undefined && { detail }),
  });
  if (!decision.allowed) return answer(`Not permitted: ${decision.reason}.`, true);
  const onOutput = progress(extra);
  try {
    const { output, isError } = await tool.run(input, {
      sandbox,
      signal: extra.signal,
      call,
      memory,
      onOutput,
    });
    return answer(fitted(sandbox, output, call), isError);
  } catch (error) {
    return answer(
      extra.signal.aborted ? "The call was stopped." : `${tool.name} failed: ${(error as Error).message}`,
      true,
    );
  }
}

/** Output as it comes, to clients that asked for progress. */
function progress(extra: Extra): ((stream: "stdout" | "stderr", text: string) => void) | undefined {
  const token = extra._meta?.progressToken;
  if (token === undefined) return undefined;
  let bytes = 0;
  return (_, text) => {
    bytes += text.length;
    const params = { progressToken: token, progress: bytes, message: text.slice(-500) };
    void extra.sendNotification({ method: "notifications/progress", params });
  };
}

function fitted(sandbox: Sandbox, output: string, call: string): string {
  const file = `${OUTPUT_FOLDER}/${call}.txt`;
  const { text, cut } = shorten(output, OUTPUT_LIMIT, file);
  if (cut) sandbox.fs.writeFile(file, output);
  return text;
}

function answer(text: string, isError = false): CallToolResult {
  return { content: [{ type: "text", text }], ...(isError && { isError }) };
}

/** Runs something whose failures are the caller's to know: they become an answer. */
async function answering(action: () => Promise<string> | string): Promise<CallToolResult> {
  try {
    return answer(await action());
  } catch (error) {
    return answer((error as Error).message, true);
  }
}

function addReview(server: McpServer, sandbox: Sandbox): void {
  const paths = z.array(z.string()).optional().describe("files or folders, default all");
  const annotations = { readOnlyHint: true };
  const status = () => JSON.stringify(sandbox.changes(), null, 1);
  server.registerTool(
    "status",
    { description: "What the box would change in the project, as JSON.", inputSchema: {}, annotations },
    () => answering(status),
  );
  server.registerTool(
    "diff",
    { description: "The change set as a patch in git's format.", inputSchema: { paths }, annotations },
    (input) => answering(() => decode(sandbox.diff(input.paths)) || "no changes"),
  );
  server.registerTool(
    "log",
    { description: "What was run, committed and undone.", inputSchema: {}, annotations },
    () =>
      answering(
        () =>
          sandbox
            .log()
            .map(({ time, operation, script, paths }) => `${time} ${operation} ${script ?? paths.join(" ")}`)
            .join("\n") || "nothing yet",
      ),
  );
  const restored = "Takes changes back in the box (the project is not touched).";
  server.registerTool("restore", { description: restored, inputSchema: { paths } }, (input) =>
    answering(async () => `${(await sandbox.discard(input.paths)).paths.length} changes taken back`),
  );
  const resource = (mimeType: string, read: () => string) => (uri: URL) => ({
    contents: [{ uri: uri.href, mimeType, text: read() }],
  });
  server.registerResource(
    "changes",
    "shadowbox://changes",
    { description: "The change set", mimeType: "application/json" },
    resource("application/json", status),
  );
  server.registerResource(
    "diff",
    "shadowbox://diff",
    { description: "The change set as a patch", mimeType: "text/x-diff" },
    resource("text/x-diff", () => decode(sandbox.diff())),
  );
}

function addCommit(server: McpServer, { sandbox, allowCommit }: McpOptions): void {
  const config = {
    description: "Writes changes to the user's project, after the user agreed.",
    inputSchema: { paths: z.array(z.string()).optional().describe("files or folders, default all") },
    annotations: { destructiveHint: true, readOnlyHint: false },
  };
  server.registerTool("commit", config, ({ paths }) =>
    answering(async () => {
      const { changes } = sandbox.changes(paths);
      if (changes.length === 0) return "nothing to commit";
      if (!allowCommit) {
        const refusal = await askCommit(
          server,
          changes.map(({ kind, path }) => `${kind} ${path}`),
        );
        if (refusal !== undefined) throw new Error(refusal);
      }
      const report = await sandbox.commit({ paths });
      return `committed ${report.id ?? "nothing"}: ${report.changes.changes.length} files`;
    }),
  );
}

/** Why the commit may not be; undefined: the user agreed. */
async function askCommit(server: McpServer, lines: readonly string[]): Promise<string | undefined> {
  if (!canAsk(server))
    return "commit needs the user's yes and this client cannot ask for it; the user can run `shadowbox commit`, or start the server with --allow-commit";
  const shown = lines.length > 20 ? [...lines.slice(0, 20), `and ${lines.length - 20} more`] : lines;
  const agreed = await elicit(
    server,
    `Write these changes to your project?\n${shown.join("\n")}`,
    "commit",
    "Commit",
  );
  return agreed ? undefined : "the user did not agree to the commit; nothing was written";
}

function canAsk(server: McpServer): boolean {
  return server.server.getClientCapabilities()?.elicitation !== undefined;
}

function askToAllow(server: McpServer): Ask {
  return async ({ tool, subject, detail }) => {
    const about = detail === undefined ? "" : `\n${detail}`;
    const question = `Allow ${tool.toLowerCase()} of ${subject}?${about}`;
    return { allowed: await elicit(server, question, "allow", "Allow") };
  };
}

/** Whether the client's user said yes. */
async function elicit(server: McpServer, message: string, name: string, title: string): Promise<boolean> {
  const { action, content } = await server.server.elicitInput({
    message,
    requestedSchema: {
      type: "object",
      properties: { [name]: { type: "boolean", title } },
      required: [name],
    },
  });
  return action === "accept" && content?.[name] === true;
}
