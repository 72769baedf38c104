import { resolve } from "node:path";
import type { Rule } from "@shadowbox/agent";
import type { NetRule, NetworkOptions } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "./errors.ts";
import type { Flag, Parsed } from "./options.ts";
import { secretsOf } from "./secrets.ts";

const PRESETS = ["off", "registries", "docs", "ask", "open"] as const;

/** Flags of the commands that run programs. */
export const NETWORK = {
  net: {
    type: "string",
    value: "PRESET",
    help: "what programs may fetch: off (default), registries, docs, ask (a person, for each host), open",
  },
  "allow-host": {
    type: "string",
    multiple: true,
    value: "HOST",
    help: "allow all requests to a host: example.org, *.example.org, http://example.org:8080",
  },
  "deny-host": {
    type: "string",
    multiple: true,
    value: "HOST",
    help: "deny a host, whatever else allows it",
  },
  "allow-loopback": { type: "boolean", help: "open servers of this machine to programs; for tests" },
  secret: {
    type: "string",
    multiple: true,
    value: "NAME=[HOW:]HOST",
    help: "programs get a stand-in for variable NAME; its value goes to that host only: in any header, or HOW: bearer, query",
  },
  "net-record": {
    type: "string",
    value: "FILE",
    help: "keep requests and their answers in an HTTP archive (HAR)",
  },
  "net-replay": {
    type: "string",
    value: "FILE",
    help: "answer requests from such an archive, and from nothing else",
  },
} as const satisfies Record<string, Flag>;

/** The network that flags ask for. Throws CliError (status 2) naming the flag that is wrong, SandboxError `invalid` for an archive that is none. */
export async function networkOf(values: Parsed["values"]): Promise<NetworkOptions> {
  const preset = (values.net ?? "off") as (typeof PRESETS)[number];
  if (!PRESETS.includes(preset))
    throw new CliError(`--net: expected ${PRESETS.join(", ")}, got "${preset}"`, EXIT.USAGE);
  const list = (name: string) => (values[name] ?? []) as string[];
  return {
    policy: {
      preset,
      allow: list("allow-host").map((host) => ({ ...ruleOf(host, "--allow-host"), methods: "*" })),
      deny: list("deny-host").flatMap((host) => {
        const rule = ruleOf(host, "--deny-host");
        // A name is denied with all that lies below it.
        const below = rule.host.startsWith("*") || /^[\d.]+$|:/.test(rule.host) ? [] : [`*.${rule.host}`];
        return [rule, ...below.map((name) => ({ ...rule, host: name }))];
      }),
      allowLoopback: values["allow-loopback"] === true,
    },
    secrets: await secretsOf(values),
    ...(await recordingOf(values)),
  };
}

/** Rules that spare a person the question for what would be refused anyway: nothing can be fetched, whoever says yes. */
export function rulesOfNetwork(values: Parsed["values"]): Rule[] {
  const isOpened = values["allow-host"] !== undefined || values["net-replay"] !== undefined;
  if ((values.net ?? "off") !== "off" || isOpened) return [];
  const reason = "the network is off; only the person can open it, by starting with --net or --allow-host";
  return [{ decision: "deny", tool: "WebFetch", reason }];
}

async function recordingOf(values: Parsed["values"]): Promise<Pick<NetworkOptions, "record" | "replay">> {
  const [record, replay] = [values["net-record"], values["net-replay"]];
  if (typeof record === "string" && typeof replay === "string")
    throw new CliError("--net-record: expected this or --net-replay, got both", EXIT.USAGE);
  if (record === undefined && replay === undefined) return {};
  const { readRecording, recordingFile } = await import("@shadowbox/sandbox/node");
  if (typeof record === "string") return { record: recordingFile(resolve(record)) };
  return { replay: readRecording(resolve(replay as string)) };
}

/** `host`, `*.host`, or `scheme://host:port`. */
function ruleOf(text: string, flag: string): NetRule {
  const [, scheme, host, port] = /^(?:(https?):\/\/)?(\[[^\]]+\]|[^:/]+)(?::(\d+))?\/?$/.exec(text) ?? [];
  if (host === undefined)
    throw new CliError(`${flag}: expected HOST or http://HOST:PORT, got "${text}"`, EXIT.USAGE);
  return {
    host,
    ...(scheme !== undefined && { scheme: scheme as "http" | "https" }),
    ...(port !== undefined && { port: Number(port) }),
  };
}
