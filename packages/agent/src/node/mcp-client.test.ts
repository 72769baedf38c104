import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import type { Sandbox } from "@shadowbox/sandbox/node";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { Gate, type GateOptions } from "../gate/gate.ts";
import { parseRule } from "../gate/rules.ts";
import { run } from "../loop/run.ts";
import { connectMcp } from "../mcp/client.ts";
import { scriptedModel } from "../model/scripted.ts";
import { memoryStore, Session } from "../session/session.ts";
import { toolsFor } from "../tools/all.ts";
import { inputSchemaOf } from "../tools/tool.ts";
import { connectMcpServers } from "./mcp-client.ts";
import { testBox } from "./testing/box.ts";

let box: Sandbox;
beforeAll(async () => {
  box = await testBox({});
});
afterAll(() => box.close());

/** A server with notes of its own. */
async function notes() {
  const kept: string[] = [];
  const server = new McpServer({ name: "notes", version: "1" });
  const inputSchema = { text: z.string() };
  server.registerTool("add", { description: "Add a note.", inputSchema }, ({ text }) => {
    kept.push(text);
    return { content: [{ type: "text", text: `note ${kept.length}` }] };
  });
  server.registerTool("fail", { description: "Fails." }, () => {
    throw new Error("no paper");
  });
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await server.connect(theirs);
  return { kept, connection: await connectMcp("notes", ours) };
}

/** What a scripted model is told when it calls a server's tool, and whether the gate decided. */
async function played(name: string, input: unknown, gate: GateOptions) {
  const { kept, connection } = await notes();
  const session = Session.create(memoryStore(), { id: "s", model: "m" });
  const model = scriptedModel({ steps: [{ calls: [{ name, input }] }, { text: "done" }] });
  const tools = [...toolsFor(box), ...connection.tools];
  for await (const _ of run(session, "go", { sandbox: box, model, gate: new Gate(gate), tools }));
  await connection.close();
  const end = session.events.find((event) => event.type === "tool-end");
  const asked = session.events.find((event) => event.type === "permission");
  return { kept, output: end?.output, by: asked?.by };
}

const ADD = "mcp__notes__add";

it("lists a server's tools with its schemas", async () => {
  const { connection } = await notes();
  expect(connection.tools.map(({ name }) => name)).toEqual([ADD, "mcp__notes__fail"]);
  expect(inputSchemaOf(connection.tools[0]!)).toMatchObject({ properties: { text: { type: "string" } } });
  await connection.close();
});

const gates: [string, GateOptions, string[], RegExp, string][] = [
  ["nobody is there", {}, [], /nobody is there to ask/, "default"],
  ["a person says no", { ask: async () => ({ allowed: false }) }, [], /a person said no/, "person"],
  ["a person says yes", { ask: async () => ({ allowed: true }) }, ["hi"], /^note 1$/, "person"],
  ["a rule allows it", { rules: [parseRule(ADD, "allow")] }, ["hi"], /^note 1$/, "rule"],
  ["the mode is deny", { mode: "deny", rules: [parseRule(ADD, "allow")] }, [], /allows reading only/, "mode"],
];
it.each(gates)("asks the gate for each call: %s", async (_, gate, kept, output, by) => {
  const seen = await played(ADD, { text: "hi" }, gate);
  expect(seen).toEqual({ kept, output: expect.stringMatching(output), by });
});

it("gives the model a server's failure, and its complaint about an input", async () => {
  const ask = async () => ({ allowed: true });
  expect((await played("mcp__notes__fail", {}, { ask })).output).toBe("no paper");
  expect((await played(ADD, { wrong: 1 }, { ask })).output).toMatch(/Invalid arguments for tool add/);
});

it("uses the servers that are there, and names the one that is not", async () => {
  const { tools, problems, close } = await connectMcpServers({ gone: { command: "no-such-program-here" } });
  expect(tools).toEqual([]);
  expect(problems).toEqual([expect.stringMatching(/^MCP server "gone" is not there: .*ENOENT/)]);
  await close();
});
