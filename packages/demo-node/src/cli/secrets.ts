import { existsSync } from "node:fs";
import type { NetSecret } from "@shadowbox/sandbox/node";
import { CliError, EXIT } from "./errors.ts";
import { configPath, type Parsed } from "./options.ts";

/** A secret of the network that a flag or the config file names; its value stays in a variable of the CLI's own. */
export interface NamedSecret extends Omit<NetSecret, "value"> {
  readonly name: string;
  readonly variable: string;
}

const INJECT = ["header", "bearer", "query"] as const;

/** The secrets of the config file and of `--secret`, which goes before. Throws CliError naming the one that is wrong. */
export async function namedSecrets(values: Parsed["values"]): Promise<NamedSecret[]> {
  const flags = ((values.secret ?? []) as string[]).map(ofFlag);
  // Few have a config file: what reads it is loaded for those only.
  const config = existsSync(configPath()) ? (await import("../agent/config.ts")).readConfig().secrets : [];
  return [...config.filter(({ name }) => !flags.some((flag) => flag.name === name)), ...flags];
}

/** Those whose variable is set, with their values. One of a flag must be: CliError (status 2). */
export async function secretsOf(values: Parsed["values"]): Promise<Record<string, NetSecret>> {
  const secrets: Record<string, NetSecret> = {};
  for (const { name, variable, hosts, inject } of await namedSecrets(values)) {
    const value = process.env[variable];
    if (value) secrets[name] = { hosts, inject, value };
  }
  for (const { name, variable } of ((values.secret ?? []) as string[]).map(ofFlag))
    if (!(name in secrets)) throw new CliError(`--secret: variable ${variable} is not set`, EXIT.USAGE);
  return secrets;
}

/** `NAME=HOST`, `NAME=bearer:HOST,HOST`, `NAME=query:HOST`. */
function ofFlag(text: string): NamedSecret {
  const [, name, inject = "header", hosts] = /^(\w+)=(?:(header|bearer|query):)?(.+)$/.exec(text) ?? [];
  if (name === undefined || hosts === undefined)
    throw new CliError(`--secret: expected NAME=HOST or NAME=bearer:HOST, got "${text}"`, EXIT.USAGE);
  return { name, variable: name, hosts: hosts.split(","), inject: inject as NetSecret["inject"] };
}

/** `secrets` of the config file: NAME → `{ hosts, inject?, variable? }`. Throws CliError. */
export function ofConfig(json: unknown, path: string): NamedSecret[] {
  const secrets = (json ?? {}) as Record<string, Partial<NamedSecret> | null>;
  return Object.entries(secrets).map(([name, secret]) => {
    const { hosts, inject = "header", variable = name, ...rest } = secret ?? {};
    const isList =
      Array.isArray(hosts) && hosts.length > 0 && hosts.every((host) => typeof host === "string");
    if (!isList || !INJECT.includes(inject) || typeof variable !== "string" || Object.keys(rest).length > 0)
      throw new CliError(
        `${path}: secrets: expected { "hosts": ["HOST"], "inject": "header", "bearer" or "query", "variable": "NAME" } in "${name}"`,
      );
    return { name, hosts, inject, variable };
  });
}
