import type { baseOf, projectFiles, SandboxFactory } from "@shadowbox/sandbox";

export interface Sdk {
  Sandbox: SandboxFactory;
  baseOf: typeof baseOf;
  projectFiles: typeof projectFiles;
}

export const SDK_CASES: Record<string, { want: unknown }>;
export function runSdkCase(sdk: Sdk, name: string, registry?: string): Promise<unknown>;
