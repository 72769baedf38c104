export { HELPER, type Interposed, interpose, statusOf } from "./wasmtime/interposed.ts";
export { type ProgramModule, type WasmtimeOptions, WasmtimePrograms } from "./wasmtime/programs.ts";
export { causeOf, MemoryWatch, type Outcome, outcomeOf } from "./wasmtime/verdict.ts";
export { nodeWorkerFactory, type WorkerEntries } from "./worker-factory.ts";
export { nodeWorkerPort } from "./worker-port.ts";
