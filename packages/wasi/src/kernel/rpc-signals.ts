import { Errno } from "@shadowbox/vfs";
import type { Process } from "./process.ts";
import { Op, type ReplyWriter, type RequestReader } from "./rpc-wire.ts";

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
      return disposition === undefined ? -Errno.EINVAL : process.setSignal(signal, disposition);
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
