import { SandboxError } from "../errors.ts";
import { execute } from "../execute.ts";
import type { ExecOptions, ExecResult, SandboxOptions } from "../types.ts";
import { openParts } from "./open.ts";

export { SandboxError };

export async function openSandbox(options: SandboxOptions = {}) {
  const parts = openParts(options);
  return {
    fs: parts.files,
    exec: (script: string, o: ExecOptions = {}): Promise<ExecResult> =>
      execute({ engine: parts.engine, workspaceDir: parts.workspaceDir, outputBytes: 64 << 20 }, script, o),
    close: () => parts.engine.close(),
  };
}
