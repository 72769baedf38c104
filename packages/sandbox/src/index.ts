import { SandboxError } from "./errors.ts";
import type { SandboxFactory, Sandbox as SandboxType } from "./types.ts";

export * from "./api.ts";

export type Sandbox = SandboxType;

/**
 * Makes sandboxes. The package's export conditions `node` and `browser` put the host's own in this one's place; it is what is left
 * where there is neither: SandboxError `engine`.
 */
export const Sandbox: SandboxFactory = {
  async create() {
    throw new SandboxError("engine", "create sandbox: expected Node or a browser, got another host");
  },
};
