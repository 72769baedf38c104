import type { SandboxFs } from "@shadowbox/sandbox";

export function treeDigest(fs: SandboxFs, folders: readonly string[]): Promise<string>;
