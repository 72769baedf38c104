import type { SandboxFactory, Sandbox as SandboxType } from "../types.ts";
import { createNodeSandbox } from "./open.ts";

export * from "../api.ts";
export { lacking } from "../commands.ts";
export { type Bringing, bringBundle } from "./bring.ts";
export { officialFolder } from "./commands.ts";
export { readRecording, recordingFile } from "./recording-file.ts";
export { type RelayOptions, relayListener } from "./relay.ts";
export type { WasiFolder } from "./wasi/folders.ts";
export { runWasi } from "./wasi/run.ts";
export type { WasiRunOptions, WasiRunResult } from "./wasi/types.ts";
export { findWasmtime } from "./wasmtime/find.ts";

export type Sandbox = SandboxType;

/** Makes sandboxes. With `project` and `state`, what earlier runs left in the shadow is there again. */
export const Sandbox: SandboxFactory = {
  create: async (options = {}) => createNodeSandbox(options),
};
