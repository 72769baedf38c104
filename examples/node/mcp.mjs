// A sandbox as an MCP server, and a client that uses it: `node mcp.mjs`. Both are in one process here; `shadowbox mcp` is the same
// server on standard input and output, for clients such as editors.

import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { createMcpServer } from "@shadowbox/agent/mcp";
import { projectFiles, Sandbox } from "@shadowbox/sandbox";

const sandbox = await Sandbox.create({ files: { "notes.md": "# Notes\n" } });
const [ours, theirs] = InMemoryTransport.createLinkedPair();
await createMcpServer({ sandbox, version: "1.0.0" }).connect(theirs);

const client = new Client({ name: "example", version: "1.0.0" }, { capabilities: { elicitation: {} } });
// Before anything is committed the server asks the client's user; this one agrees.
client.setRequestHandler(ElicitRequestSchema, ({ params }) => {
  console.log(`asked: ${params.message}`);
  return { action: "accept", content: { commit: true } };
});
await client.connect(ours);

const { tools } = await client.listTools();
console.log(`tools: ${tools.map(({ name }) => name).join(" ")}`);

async function call(name, input = {}) {
  const { content } = await client.callTool({ name, arguments: input });
  console.log(`${name}: ${content[0].text}`);
}
await call("bash", { command: "echo '- looked at the box' >> notes.md; wc -l < notes.md" });
await call("diff");
await call("commit");

const [notes] = projectFiles(sandbox);
console.log(new TextDecoder().decode(notes.bytes));
await client.close();
await sandbox.close();
