import type { SandboxFactory, Sandbox as SandboxType } from "../types.ts";
import { createBrowserSandbox } from "./open.ts";

export * from "../api.ts";
export { listTree } from "./list.ts";
export { prepareSandbox } from "./open.ts";
export { runWasi, type WasiRunOptions, type WasiRunResult } from "./wasi.ts";

export type Sandbox = SandboxType;

/** Makes sandboxes in a cross-origin isolated page, or in a worker of one. `registry` is an address, default `registry/` beside the caller. */
export const Sandbox: SandboxFactory = {
  create: async (options = {}) => createBrowserSandbox(options),
};
