import type { Kernel } from "./kernel.ts";
import { Limit, ProcessState, Slot } from "./layout.ts";

/** Milliseconds that mean the same in every thread, and that nobody sets back. */
const now = () => performance.timeOrigin + performance.now();

/** Starts the clock of a process whose bundle bounds its time, now that its program begins. */
export function startClock(kernel: Kernel, slot: number): void {
  const { i32, f64 } = kernel.memory;
  if (i32[slot + Slot.TIME_LIMIT] === 0) return;
  f64[(slot + Slot.DEADLINE) >> 1] = now() + i32[slot + Slot.TIME_LIMIT];
  kernel.callSupervisor();
}

/** Kills the processes that are over their time; milliseconds until the next one will be, infinite if none will. */
export function killOverdue(kernel: Kernel): number {
  const { i32, f64 } = kernel.memory;
  const time = now();
  let next = Number.POSITIVE_INFINITY;
  for (const slot of kernel.processes.used()) {
    const deadline = f64[(slot + Slot.DEADLINE) >> 1];
    if (deadline === 0 || i32[slot + Slot.OVERDUE] || i32[slot + Slot.STATE] !== ProcessState.RUNNING)
      continue;
    if (deadline > time) next = Math.min(next, deadline - time);
    else if (kernel.processes.killOverdue(slot, i32[slot + Slot.PID])) kernel.memory.noteLimit(Limit.TIME);
  }
  return next;
}

/** Says on descriptor 2 of a process that ends why it was killed, if it was over its time. */
export function sayOverdue(kernel: Kernel, slot: number): void {
  const { i32 } = kernel.memory;
  if (i32[slot + Slot.OVERDUE] === 0) return;
  const bundle = kernel.commands.of(slot)?.bundle ?? "";
  const seconds = i32[slot + Slot.TIME_LIMIT] / 1000;
  kernel.process(slot).complain(`killed: over the time limit of ${seconds} s that bundle "${bundle}" sets`);
}
