import { randomBytes } from "node:crypto";
import type { McpOptions } from "@shadowbox/agent/node/mcp";
import { CliError, EXIT } from "../cli/errors.ts";
import { NetPerson } from "../cli/net-ask.ts";
import { NETWORK, networkOf, rulesOfNetwork } from "../cli/network.ts";
import { openBox, PROGRAMS } from "../cli/open.ts";
import { COMMON, type Parsed } from "../cli/options.ts";
import { VERSION } from "../cli/version.ts";
import type { CliCommand } from "./command.ts";

export const mcp: CliCommand = {
  usage: "mcp [--project DIR] [options]",
  about:
    "Serves the box to an MCP client over standard input and output, or over HTTP on the loopback address.",
  flags: {
    project: COMMON.project,
    state: COMMON.state,
    help: COMMON.help,
    ...NETWORK,
    ...PROGRAMS,
    http: { type: "boolean", help: "serve streamable HTTP instead; prints address and token" },
    port: { type: "string", value: "N", help: "with --http (default: any free one)" },
    "allow-commit": { type: "boolean", help: "let the client commit without asking its user" },
  },
  run: runMcp,
};

async function runMcp({ values }: Parsed): Promise<number> {
  const { serveMcpHttp, serveMcpStdio } = await import("@shadowbox/agent/node/mcp");
  // Standard output belongs to the protocol; notices go to standard error.
  const net = new NetPerson();
  const sandbox = await openBox(values, { net: { ...(await networkOf(values)), ask: net.ask } });
  const options: McpOptions = {
    sandbox,
    version: VERSION,
    allowCommit: values["allow-commit"] === true,
    rules: rulesOfNetwork(values),
    onNetAsk: (ask) => {
      net.answer = ask;
    },
  };
  try {
    if (!values.http) await serveMcpStdio(options);
    else {
      const token = process.env.SHADOWBOX_MCP_TOKEN || randomBytes(24).toString("base64url");
      const served = await serveMcpHttp({ ...options, token, port: portOf(values.port) });
      process.stdout.write(`${JSON.stringify({ url: served.url, token })}\n`);
      await new Promise((resolve) => process.once("SIGINT", resolve).once("SIGTERM", resolve));
      await served.close();
    }
  } finally {
    await sandbox.close();
  }
  return EXIT.OK;
}

function portOf(value: Parsed["values"][string]): number {
  if (value === undefined) return 0;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65535)
    throw new CliError(`--port: expected 0 to 65535, got "${value}"`, EXIT.USAGE);
  return port;
}
