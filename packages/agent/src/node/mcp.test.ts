import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { InMemoryTransport } from "@modelcontextprotocol/sdk/inMemory.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { Sandbox } from "@shadowbox/sandbox/node";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createMcpServer } from "../mcp/server.ts";
import { serveMcpHttp } from "./mcp-http.ts";

let folder: string;
let sandbox: Sandbox;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "shadowbox-mcp-"));
  const project = join(folder, "project");
  await import("node:fs/promises").then(({ mkdir }) => mkdir(project));
  writeFileSync(join(project, "a.txt"), "one\n");
  sandbox = await Sandbox.create({ project, state: join(folder, "state") });
});
afterEach(async () => {
  await sandbox.close();
  rmSync(folder, { recursive: true, force: true });
});

async function connect(options: { allowCommit?: boolean; answer?: boolean } = {}): Promise<Client> {
  const client = new Client(
    { name: "test", version: "1" },
    { capabilities: options.answer === undefined ? {} : { elicitation: {} } },
  );
  if (options.answer !== undefined)
    client.setRequestHandler(ElicitRequestSchema, async () => ({
      action: "accept" as const,
      content: { commit: options.answer as boolean, allow: options.answer as boolean },
    }));
  const [ours, theirs] = InMemoryTransport.createLinkedPair();
  await createMcpServer({ sandbox, version: "1", allowCommit: options.allowCommit }).connect(theirs);
  await client.connect(ours);
  return client;
}

async function call(client: Client, name: string, input: Record<string, unknown> = {}) {
  const { content, isError } = await client.callTool({ name, arguments: input });
  return { text: (content as { text: string }[])[0]?.text, isError: isError === true };
}

describe("the MCP server", () => {
  it("offers tools that work on the shadow only", async () => {
    const client = await connect();
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(["bash", "read", "write", "edit", "status", "diff", "commit"]),
    );
    expect(await call(client, "bash", { command: "echo two >> a.txt; cat a.txt" })).toEqual({
      text: "one\ntwo",
      isError: false,
    });
    expect((await call(client, "diff")).text).toContain("+two");
    expect(readFileSync(join(folder, "project/a.txt"), "utf8")).toBe("one\n");
    const { contents } = await client.readResource({ uri: "shadowbox://changes" });
    expect(JSON.parse((contents[0] as { text: string }).text).changes).toMatchObject([
      { path: "a.txt", kind: "modified" },
    ]);
    expect((await call(client, "restore")).text).toBe("1 changes taken back");
  });

  it("answers a wrong input by what is wrong", async () => {
    const client = await connect();
    expect((await call(client, "bash", { cmd: "ls" })).isError).toBe(true);
    expect(await call(client, "edit", { path: "a.txt", edits: [{ old: "zz", new: "y" }] })).toMatchObject({
      isError: true,
    });
  });

  const commits: [string, { allowCommit?: boolean; answer?: boolean }, boolean][] = [
    ["a client that cannot ask", {}, false],
    ["a user who says no", { answer: false }, false],
    ["a user who says yes", { answer: true }, true],
    ["--allow-commit", { allowCommit: true }, true],
  ];
  it.each(commits)("commits with %s: see", async (_, options, written) => {
    const client = await connect(options);
    await call(client, "write", { path: "new.txt", content: "x\n" });
    expect((await call(client, "commit")).isError).toBe(!written);
    expect(await call(client, "status")).toMatchObject({ isError: false });
    expect(sandbox.changes().changes).toHaveLength(written ? 0 : 1);
  });

  const fetches: [string, { answer?: boolean }, RegExp][] = [
    ["a client that cannot ask", {}, /^Not permitted: it needs a person's yes and nobody is there/],
    ["a user who says no", { answer: false }, /^Not permitted: a person said no/],
    // The box's own policy is closed all the same.
    ["a user who says yes", { answer: true }, /request refused/],
  ];
  it.each(fetches)("asks the user about a host, with %s", async (_, options, answer) => {
    const client = await connect(options);
    expect((await call(client, "webfetch", { url: "https://example.org/" })).text).toMatch(answer);
  });

  it("stops a call that the client cancels", async () => {
    const client = await connect();
    const stop = new AbortController();
    const running = client.callTool(
      { name: "bash", arguments: { command: "while :; do :; done" } },
      undefined,
      { signal: stop.signal },
    );
    setTimeout(() => stop.abort(), 50);
    await expect(running).rejects.toThrow();
    expect((await call(client, "bash", { command: "echo on" })).text).toBe("on");
  });

  it("is served over HTTP to who has the token", async () => {
    const served = await serveMcpHttp({ sandbox, version: "1", token: "t0ken" });
    const post = (headers: Record<string, string>) =>
      fetch(served.url, { method: "POST", body: "{}", headers }).then(({ status }) => status);
    expect(await post({})).toBe(401);
    expect(await post({ authorization: "Bearer t0ken", origin: "http://evil.example" })).toBe(403);
    const client = new Client({ name: "test", version: "1" });
    const requestInit = { headers: { authorization: "Bearer t0ken" } };
    await client.connect(new StreamableHTTPClientTransport(new URL(served.url), { requestInit }));
    expect((await call(client, "bash", { command: "echo over http" })).text).toBe("over http");
    await client.close();
    await served.close();
  });
});
