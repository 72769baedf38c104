import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import { ElicitRequestSchema } from "@modelcontextprotocol/sdk/types.js";
import { afterEach, expect, test } from "vitest";
import { BIN, CliBench } from "../testing/cli.ts";

let bench: CliBench;
afterEach(() => bench.remove());

const INTRO = `# A session over MCP

What a client (\`→\`) and \`shadowbox mcp\` (\`←\`) say to each other on standard input and output, recorded by
\`packages/demo-node/src/e2e/mcp.test.ts\`, which checks that it is still so. Long messages are cut at \`…\`.
`;

/** A client with a user who says yes, connected to \`shadowbox mcp\` on a project of one file. */
async function connect(
  flags: readonly string[],
  lines: string[] = [],
  env: Record<string, string> = {},
): Promise<Client> {
  bench = new CliBench({ "greet.py": 'print("helo")\n' });
  const transport = new StdioClientTransport({
    command: process.execPath,
    args: [BIN, "mcp", ...flags],
    cwd: bench.project,
    env: { ...(bench.env as Record<string, string>), ...env },
  });
  const client = new Client({ name: "example", version: "1.0.0" }, { capabilities: { elicitation: {} } });
  client.setRequestHandler(ElicitRequestSchema, async ({ params }) => {
    const names = "requestedSchema" in params ? Object.keys(params.requestedSchema.properties) : [];
    return { action: "accept" as const, content: Object.fromEntries(names.map((name) => [name, true])) };
  });
  await client.connect(recorded(transport, lines));
  return client;
}

/** The same transport, with what goes over it written down. */
function recorded(transport: Transport, lines: string[]): Transport {
  const note = (arrow: string, message: unknown) => {
    const line = `${arrow} ${JSON.stringify(message)}`;
    lines.push(line.length > 600 ? `${line.slice(0, 600)}…` : line);
  };
  const send = transport.send.bind(transport);
  transport.send = (message, options) => {
    note("→", message);
    return send(message, options);
  };
  let listener: Transport["onmessage"];
  Object.defineProperty(transport, "onmessage", {
    get: () => listener,
    set: (next: NonNullable<Transport["onmessage"]>) => {
      listener = (message, extra) => {
        note("←", message);
        next(message, extra);
      };
    },
  });
  return transport;
}

async function call(client: Client, name: string, input: Record<string, unknown> = {}): Promise<string> {
  const { content } = await client.callTool({ name, arguments: input });
  return (content as { text: string }[])[0]?.text ?? "";
}

test("a client works in the box and commits after its user's yes, as the docs show", async () => {
  const lines: string[] = [];
  const client = await connect([], lines);
  await client.listTools();
  const progress: unknown[] = [];
  await client.callTool(
    { name: "bash", arguments: { command: "sed -i s/helo/hello/ greet.py; python3 greet.py" } },
    undefined,
    {
      onprogress: ({ message }) => progress.push(message),
    },
  );
  expect(progress).toEqual(["hello\n"]);
  expect(bench.read("greet.py")).toBe('print("helo")\n');
  await call(client, "diff");
  await call(client, "commit", { paths: ["greet.py"] });
  expect(bench.read("greet.py")).toBe('print("hello")\n');
  await client.readResource({ uri: "shadowbox://changes" });
  await client.close();
  const page = `${INTRO}\n\`\`\`text\n${lines.join("\n")}\n\`\`\`\n`;
  await expect(page).toMatchFileSnapshot("../../../../docs/mcp-session.md");
}, 60_000);

test("a call that the client cancels ends, and the next one runs", async () => {
  const client = await connect([]);
  const stop = new AbortController();
  const input = { name: "bash", arguments: { command: "echo on; while :; do :; done" } };
  const running = client.callTool(input, undefined, { signal: stop.signal, onprogress: () => stop.abort() });
  await expect(running).rejects.toThrow();
  expect(await call(client, "bash", { command: "echo still here" })).toBe("still here");
  await client.close();
}, 60_000);

test("streamable HTTP is for who has the token, on the loopback address", async () => {
  bench = new CliBench({ "a.txt": "a\n" });
  const child = spawn(process.execPath, [BIN, "mcp", "--http"], {
    cwd: bench.project,
    env: bench.env,
    stdio: ["ignore", "pipe", "inherit"],
  });
  const [line] = (await once(child.stdout, "data")) as [Buffer];
  const { url, token } = JSON.parse(line.toString()) as { url: string; token: string };
  expect(new URL(url).hostname).toBe("127.0.0.1");
  expect((await fetch(url, { method: "POST", body: "{}" })).status).toBe(401);
  const client = new Client({ name: "example", version: "1.0.0" });
  const requestInit = { headers: { authorization: `Bearer ${token}` } };
  await client.connect(new StreamableHTTPClientTransport(new URL(url), { requestInit }));
  expect(await call(client, "bash", { command: "cat a.txt" })).toBe("a");
  expect(await call(client, "commit")).toContain("nothing to commit");
  await client.close();
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
}, 60_000);

test("its user is asked what programs may fetch, where the policy says ask", async () => {
  const server = createServer((_, response) => response.end("page")).listen(0, "127.0.0.1");
  await once(server, "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const lines: string[] = [];
  const client = await connect(["--net", "ask", "--allow-loopback"], lines);
  expect(await call(client, "bash", { command: `curl -s ${url}; curl -s ${url}` })).toBe("pagepage");
  const asked = lines.filter((line) => line.startsWith("←") && line.includes("elicitation/create"));
  expect(asked).toEqual([expect.stringContaining(`curl: GET ${url}`)]);
  await client.close();
  server.close();
});

test("a secret goes out in its place, and no message has it", async () => {
  const seen: string[] = [];
  const server = createServer(({ headers, url }, response) => {
    seen.push(`${headers["x-key"]} ${headers.authorization} ${url}`);
    response.end(`${seen.at(-1)}`);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const lines: string[] = [];
  const kinds = ["H=127.0.0.1", "B=bearer:127.0.0.1", "Q=query:127.0.0.1"].flatMap((kind) => [
    "--secret",
    kind,
  ]);
  const [H, B, Q] = ["header-value", "bearer-value", "query-value"] as const;
  const client = await connect(["--net", "open", "--allow-loopback", ...kinds], lines, { H, B, Q });
  const command = `curl -s -H "X-Key: $H" -H "Authorization: Bearer $B" "${base}?k=$Q"`;
  expect(await call(client, "bash", { command })).toMatch(/^\*{12} Bearer \*{12} \/\?k=\*{11}$/);
  expect(seen).toEqual([`${H} Bearer ${B} /?k=${Q}`]);
  for (const value of [H, B, Q]) expect(lines.join("")).not.toContain(value);
  await client.close();
  server.close();
});
