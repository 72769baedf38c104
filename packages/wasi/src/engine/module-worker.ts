import { type Heap, TreeFileSystem } from "@shadowbox/vfs";
import type { KernelConfig } from "../kernel/kernel.ts";
import { ModuleRunner } from "./run.ts";
import type { WorkerProgram } from "./worker.ts";

/** How a worker makes a sandbox's file systems; default: the heap's tree, without a project under it. */
export type AttachFileSystems = (heap: Heap, setup: unknown) => KernelConfig;

/** A worker that runs modules. */
export function moduleWorker(attach: AttachFileSystems = treeOnly): WorkerProgram {
  const runner = new ModuleRunner();
  return {
    attach,
    run: (process, context) => runner.run(process, context.module),
    rest: () => runner.rest(),
  };
}

function treeOnly(heap: Heap): KernelConfig {
  return { root: TreeFileSystem.attach(heap) };
}
