import { execFileSync } from "node:child_process";
import { helpColumns, wrap } from "../cli/help.ts";
import { openBox } from "../cli/open.ts";
import { COMMON, cacheFolder, type Parsed, stateRoot } from "../cli/options.ts";
import { styleOf } from "../cli/terminal.ts";
import type { CliCommand } from "./command.ts";

interface Finding {
  name: string;
  ok: boolean;
  detail: string;
}

export const doctor: CliCommand = {
  usage: "doctor [options]",
  about: "Checks engines, bundles and folders, and says what would fall back and why.",
  flags: COMMON,
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
      await agentFinding(values),
    ];
    const style = styleOf(process.stdout);
    if (values.json) process.stdout.write(`${JSON.stringify({ engine: "v8", findings })}\n`);
    else
      for (const { name, ok, detail } of findings)
        process.stdout.write(
          `${ok ? style.green("ok") : style.yellow("--")} ${name.padEnd(13)} ${wrap(detail, helpColumns() - 17, 17)}\n`,
        );
    return findings.every(({ name, ok }) => ok || name === "wasmtime" || name === "agent") ? 0 : 1;
  },
};

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
  return addedRegistries().map(({ trust, address }) => ({
    name: "registry",
    ok: true,
    detail: `"${trust.name}" from ${address}, added by you; trusts ${trust.threshold} of ${trust.keys.join(", ")}`,
  }));
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
