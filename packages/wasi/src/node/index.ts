export { type ProgramModule, type WasmtimeOptions, WasmtimePrograms } from "./wasmtime/programs.ts";
export { nodeWorkerFactory, type WorkerEntries } from "./worker-factory.ts";
export { nodeWorkerPort } from "./worker-port.ts";
