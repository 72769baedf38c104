import { Errno } from "@shadowbox/vfs";
import { Clock, clockTime } from "./clock.ts";
import type { Guest, GuestFunctions } from "./guest.ts";

/** Bytes of a `subscription`: u64 userdata, u8 tag at 8, then a clock (16…) or a descriptor (u32 at 16). */
const SUBSCRIPTION = 48;
/** Bytes of an `event`: u64 userdata, u16 errno at 8, u8 type at 10, u64 bytes at 16, u16 flags at 24. */
const EVENT = 32;

const Tag = { CLOCK: 0, FD_READ: 1, FD_WRITE: 2 } as const;
const CLOCK_ABSOLUTE = 1;
const HANGUP = 1;

interface Subscription {
  userdata: bigint;
  tag: number;
  /** Of a clock: when it fires, by `performance.now`. */
  deadline: number;
  fd: number;
  /** Of a clock that cannot be waited for, which is said at once. */
  errno: number;
}

/** `poll_oneoff`: waits until at least one subscription has happened, and reports all that have. */
export function pollFunctions(guest: Guest): GuestFunctions {
  return {
    poll_oneoff(subscriptions: number, events: number, count: number, result: number): number {
      if (count === 0) return Errno.EINVAL;
      const wanted: Subscription[] = [];
      for (let index = 0; index < count; index++) {
        const subscription = readSubscription(guest, (subscriptions >>> 0) + index * SUBSCRIPTION);
        if (typeof subscription === "number") return subscription;
        wanted.push(subscription);
      }
      const status = sleepFor(guest, wanted);
      if (status === -Errno.EINTR) return Errno.EINTR;
      const now = performance.now();
      let written = 0;
      for (const subscription of wanted)
        if (happened(guest, subscription, now))
          writeEvent(guest, (events >>> 0) + EVENT * written++, subscription);
      guest.setU32(result, written);
      return 0;
    },
  };
}

/** An errno for what nothing can be waited for by: as in wasmtime, a descriptor that is not open fails the whole call. */
function readSubscription(guest: Guest, at: number): Subscription | Errno {
  const { view } = guest;
  const userdata = view.getBigUint64(at, true);
  const tag = view.getUint8(at + 8);
  const subscription = { userdata, tag, deadline: Number.POSITIVE_INFINITY, fd: -1, errno: 0 };
  if (tag === Tag.CLOCK) {
    const flags = view.getUint16(at + 40, true);
    const clock = view.getUint32(at + 16, true);
    const deadline = deadlineOf(guest, clock, view.getBigUint64(at + 24, true), flags);
    if (deadline === undefined)
      subscription.errno = clock > Clock.THREAD_CPUTIME ? Errno.EINVAL : Errno.ENOTSUP;
    else subscription.deadline = deadline;
    return subscription;
  }
  if (tag !== Tag.FD_READ && tag !== Tag.FD_WRITE) return Errno.EINVAL;
  subscription.fd = view.getUint32(at + 16, true);
  return guest.process.file(subscription.fd) < 0 ? Errno.EBADF : subscription;
}

/** When a clock subscription fires, by `performance.now`; undefined for a clock that cannot be waited for. */
function deadlineOf(guest: Guest, clock: number, timeout: bigint, flags: number): number | undefined {
  if (clock !== Clock.REALTIME && clock !== Clock.MONOTONIC) return undefined;
  const left = flags & CLOCK_ABSOLUTE ? timeout - clockTime(guest) : timeout;
  return performance.now() + Math.max(0, Number(left) / 1e6);
}

function happened(guest: Guest, subscription: Subscription, now: number): boolean {
  if (subscription.errno !== 0) return true;
  if (subscription.tag === Tag.CLOCK) return now >= subscription.deadline;
  const { io } = guest.process;
  return subscription.tag === Tag.FD_READ ? io.readable(subscription.fd) : io.writable(subscription.fd);
}

function sleepFor(guest: Guest, wanted: readonly Subscription[]): number {
  const deadline = Math.min(...wanted.map((subscription) => subscription.deadline));
  const others = wanted.filter((subscription) => subscription.tag !== Tag.CLOCK || subscription.errno !== 0);
  if (others.length === 0) return guest.process.pause(deadline - performance.now());
  const ready = () => others.some((subscription) => happened(guest, subscription, 0));
  return guest.process.io.poll(ready, deadline - performance.now());
}

function writeEvent(guest: Guest, at: number, subscription: Subscription): void {
  guest.bytes(at, EVENT).fill(0);
  guest.setU64(at, subscription.userdata);
  guest.view.setUint16(at + 8, subscription.errno, true);
  guest.view.setUint8(at + 10, subscription.tag);
  if (subscription.tag === Tag.CLOCK) return;
  const { bytes, hangup } = guest.process.io.pending(subscription.fd);
  guest.setU53(at + 16, subscription.tag === Tag.FD_READ ? bytes : 65536);
  guest.view.setUint16(at + 24, hangup ? HANGUP : 0, true);
}
