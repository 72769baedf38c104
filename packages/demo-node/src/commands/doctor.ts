import { execFileSync } from "node:child_process";
import { helpColumns, wrap } from "../cli/help.ts";
import { NETWORK, networkOf } from "../cli/network.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, cacheFolder, type Parsed, stateRoot } from "../cli/options.ts";
import { namedSecrets } from "../cli/secrets.ts";
import { styleOf } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

export const doctor: CliCommand = {
  usage: "doctor [options]",
  about:
    "Checks engines, bundles and folders, says what would fall back and why, and what the network is set to with these flags.",
  flags: { ...COMMON, ...NETWORK },
  async run({ values }: Parsed) {
    const findings: Finding[] = [
      {
        name: "node",
        ok: true,
        detail: `${process.version}, V8 ${process.versions.v8}, ${process.platform} ${process.arch}`,
      },
      await wasmtimeFinding(),
      await bundlesFinding(values),
      ...(await registryFindings()),
      { name: "state", ok: true, detail: stateRoot(values) },
      { name: "module cache", ok: true, detail: cacheFolder() },
      ...(await networkFindings(values)),
      await agentFinding(values),
    ];
    const style = styleOf(process.stdout);
    if (values.json) process.stdout.write(`${JSON.stringify({ engine: "v8", findings })}\n`);
    else
      for (const { name, ok, detail } of findings)
        process.stdout.write(
          `${ok ? style.green("ok") : style.yellow("--")} ${name.padEnd(13)} ${wrap(detail, helpColumns() - 17, 17)}\n`,
        );
    return findings.every(({ name, ok }) => ok || MAY_LACK.has(name)) ? 0 : 1;
  },
};

/** What a box does without. */
const MAY_LACK: ReadonlySet<string> = new Set(["wasmtime", "agent", "loopback", "secrets"]);

/** What programs could fetch with these flags and the config file; of secrets the names only. */
async function networkFindings(values: Parsed["values"]): Promise<Finding[]> {
  const { describeNetwork } = await import("@shadowbox/sandbox/node");
  const unset = (await namedSecrets(values)).filter(({ variable }) => !process.env[variable]);
  return [
    ...describeNetwork(await networkOf(values)).map(({ name, detail, isOpen }) => {
      return { name, ok: isOpen !== true, detail };
    }),
    ...unset.map(({ name, variable }) => {
      return { name: "secrets", ok: false, detail: `${name}: variable ${variable} is not set` };
    }),
  ];
}

async function agentFinding(values: Parsed["values"]): Promise<Finding> {
  const { modelNameOf } = await import("../agent/setup.ts");
  const model = modelNameOf(values);
  return model === undefined
    ? {
        name: "agent",
        ok: false,
        detail:
          "no model named (--model, SHADOWBOX_MODEL or the config file): the prompt takes shell commands",
      }
    : { name: "agent", ok: true, detail: `model ${model}` };
}

async function wasmtimeFinding(): Promise<Finding> {
  const { findWasmtime } = await import("@shadowbox/sandbox/node");
  const path = findWasmtime(process.env);
  if (path === undefined)
    return { name: "wasmtime", ok: false, detail: "not found; scripts run on v8, in this process" };
  try {
    const version = execFileSync(path, ["--version"], { timeout: 5000 }).toString().trim();
    return { name: "wasmtime", ok: true, detail: `${version} at ${path}; used with --engine wasmtime` };
  } catch (error) {
    return {
      name: "wasmtime",
      ok: false,
      detail: `${path} does not run (${(error as Error).message}); scripts run on v8`,
    };
  }
}

/** The registries that the user added, with the keys that they trust for them. */
async function registryFindings(): Promise<Finding[]> {
  const { addedRegistries } = await import("../cli/registries.ts");
  const { openAdded } = await import("./bundle-sources.ts");
  return addedRegistries().map((added) => {
    const { trust, address } = added;
    const detail = `"${trust.name}" from ${address}, added by you; trusts ${trust.threshold} of ${trust.keys.join(", ")}`;
    try {
      openAdded(added);
      return { name: "registry", ok: true, detail };
    } catch (error) {
      return { name: "registry", ok: false, detail: `${detail}; ${(error as Error).message}` };
    }
  });
}

/** Opens the registry as every command does, and loads each module once, so that every digest is checked. */
async function bundlesFinding(values: Parsed["values"]): Promise<Finding> {
  try {
    const box = await openBox(values, { project: undefined, state: undefined });
    const commands = [...box.commands().values()];
    const bundles = new Set(commands.map(({ bundle, version }) => `${bundle} ${version}`));
    const result = await box.exec("type bash >/dev/null && echo ok");
    await box.close();
    const runs = Buffer.from(result.stdout).toString() === "ok\n";
    return {
      name: "bundles",
      ok: runs,
      detail: `${commands.length} commands, signed and verified: ${[...bundles].join(", ")}`,
    };
  } catch (error) {
    return { name: "bundles", ok: false, detail: (error as Error).message };
  }
}
