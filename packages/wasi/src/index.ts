export {
  type ExitResult,
  type LimitName,
  moduleLoader,
  type ProcessLimits,
  type StartRequest,
  V8Engine,
} from "./engine/engine.ts";
export { type FetchDoor, type HostPipe, HostPipeWriter } from "./engine/host-io.ts";
export { isModule, limitModule, PAGE_BYTES } from "./engine/module.ts";
export type { ModuleLoader } from "./engine/module-table.ts";
export { type AttachFileSystems, moduleWorker } from "./engine/module-worker.ts";
export { type PoolOptions, WorkerPool } from "./engine/pool.ts";
export { WorkerKind } from "./engine/pool-memory.ts";
export type { Programs } from "./engine/programs.ts";
export type { WorkerEvents, WorkerFactory, WorkerHandle, WorkerPort } from "./engine/protocol.ts";
export { type RunContext, serveWorker, type WorkerProgram } from "./engine/worker.ts";
export { WasiError, type WasiErrorCode } from "./errors.ts";
export { type ArchiveFile, ArchiveFileSystem, archiveFiles } from "./kernel/archive-fs.ts";
export { capabilityBits } from "./kernel/capabilities.ts";
export type { Spawn } from "./kernel/children.ts";
export type { Command, CommandBytes } from "./kernel/commands.ts";
export type { EntrySink } from "./kernel/io.ts";
export { Kernel, type KernelConfig, type KernelLimits, type Mount } from "./kernel/kernel.ts";
export { OpenFlags, ProgramKind } from "./kernel/layout.ts";
export { Process, ProcessExit } from "./kernel/process.ts";
export type { Ended } from "./kernel/processes.ts";
export { ReadOnlyFileSystem } from "./kernel/read-only.ts";
export { statMode } from "./kernel/rpc.ts";
export { Signal, STATUS_SIGNALLED } from "./kernel/signals.ts";
export type { LaunchFile } from "./kernel/spawn.ts";
export { Access, AT_CWD, type Lookup, USER } from "./kernel/walker.ts";
