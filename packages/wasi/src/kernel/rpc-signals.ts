import { Errno } from "@shadowbox/vfs";
import { Slot } from "./layout.ts";
import type { Process } from "./process.ts";
import { Op, type ReplyWriter, type RequestReader } from "./rpc-wire.ts";
import { bit } from "./signals.ts";

/** What SIGNAL may say that a signal does. */
const DISPOSITIONS = ["default", "ignore", "catch"] as const;
const NS_PER_MS = 1e6;

/** Operations of host services on signals; undefined for another one. */
export function signalOperation(
  process: Process,
  op: number,
  request: RequestReader,
  reply: ReplyWriter,
): number | undefined {
  switch (op) {
    case Op.KILL: {
      const pid = request.i32();
      const signal = request.u32();
      request.end();
      return process.children.kill(pid, signal);
    }
    case Op.SIGNAL: {
      const signal = request.u32();
      const disposition = DISPOSITIONS[request.u32()];
      request.end();
      if (disposition === undefined) return -Errno.EINVAL;
      const before = dispositionOf(process, signal);
      const done = process.setSignal(signal, disposition);
      if (done >= 0) reply.u32(DISPOSITIONS.indexOf(before));
      return done;
    }
    case Op.SIGNALS:
      request.end();
      process.ring();
      reply.u32(process.takeSignals() >>> 0);
      return 0;
    case Op.ALARM: {
      const ns = request.u64();
      request.end();
      const left = process.alarm.set(Number(ns) / NS_PER_MS);
      reply.u64(Math.ceil(left * NS_PER_MS));
      return 0;
    }
    default:
      return undefined;
  }
}

/** Whether a signal that the process handles waits to be taken, or its alarm is due. */
export function signalWaits(process: Process): boolean {
  const { i32 } = process.kernel.memory;
  const pending = Atomics.load(i32, process.slot + Slot.PENDING);
  return (pending & i32[process.slot + Slot.CAUGHT]) !== 0 || process.alarm.isDue();
}

function dispositionOf(process: Process, signal: number): (typeof DISPOSITIONS)[number] {
  const { i32 } = process.kernel.memory;
  if (i32[process.slot + Slot.IGNORED] & bit(signal)) return "ignore";
  return i32[process.slot + Slot.CAUGHT] & bit(signal) ? "catch" : "default";
}
