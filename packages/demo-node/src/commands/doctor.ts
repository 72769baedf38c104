import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
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
      wasmtimeFinding(),
      await bundlesFinding(values),
      { name: "state", ok: true, detail: stateRoot(values) },
      { name: "module cache", ok: true, detail: cacheFolder() },
      await agentFinding(values),
    ];
    const style = styleOf(process.stdout);
    if (values.json) process.stdout.write(`${JSON.stringify({ engine: "v8", findings })}\n`);
    else
      for (const { name, ok, detail } of findings)
        process.stdout.write(`${ok ? style.green("ok") : style.yellow("--")} ${name.padEnd(13)} ${detail}\n`);
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

function wasmtimeFinding(): Finding {
  const path = findWasmtime();
  if (path === undefined)
    return { name: "wasmtime", ok: false, detail: "not found; scripts run on v8, in this process" };
  try {
    const version = execFileSync(path, ["--version"], { timeout: 5000 }).toString().trim();
    return {
      name: "wasmtime",
      ok: false,
      detail: `${version} at ${path}; not used by this version, scripts run on v8`,
    };
  } catch (error) {
    return {
      name: "wasmtime",
      ok: false,
      detail: `${path} does not run (${(error as Error).message}); scripts run on v8`,
    };
  }
}

function findWasmtime(): string | undefined {
  const given = process.env.SHADOWBOX_WASMTIME;
  if (given) return given;
  const folders = (process.env.PATH ?? "").split(delimiter);
  return folders.map((folder) => join(folder, "wasmtime")).find((path) => existsSync(path));
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
