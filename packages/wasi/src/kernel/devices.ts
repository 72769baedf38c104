import { Errno } from "@shadowbox/vfs";

/** Character devices; the values are kept in shared memory. */
export const Device = { NULL: 1, ZERO: 2, FULL: 3, RANDOM: 4, URANDOM: 5, TTY: 6, RPC: 7, FETCH: 8 } as const;
export type DeviceId = (typeof Device)[keyof typeof Device];

/** What `crypto.getRandomValues` fills at once. */
const RANDOM_CHUNK = 65536;

/** Fills a view, of shared memory too, with random bytes of the platform's secure generator. */
function systemRandom(into: Uint8Array): void {
  for (let at = 0; at < into.length; at += RANDOM_CHUNK) {
    const part = into.subarray(at, at + RANDOM_CHUNK);
    if (into.buffer instanceof ArrayBuffer) crypto.getRandomValues(part as Uint8Array<ArrayBuffer>);
    else part.set(crypto.getRandomValues(new Uint8Array(part.length)));
  }
}

/** Reading and writing of the devices that have no state. */
export class Devices {
  /** Where random bytes come from; undefined: from the platform. */
  randomSource: { fillRandom(into: Uint8Array): void } | undefined;

  fillRandom(into: Uint8Array): void {
    if (this.randomSource === undefined) systemRandom(into);
    else this.randomSource.fillRandom(into);
  }

  read(device: DeviceId, into: Uint8Array): number {
    switch (device) {
      case Device.NULL:
        return 0;
      case Device.ZERO:
      case Device.FULL:
        into.fill(0);
        return into.length;
      case Device.RANDOM:
      case Device.URANDOM:
        this.fillRandom(into);
        return into.length;
      default:
        return -Errno.ENXIO;
    }
  }

  /** ENOSPC on /dev/full. */
  write(device: DeviceId, bytes: Uint8Array): number {
    if (device === Device.FULL) return bytes.length === 0 ? 0 : -Errno.ENOSPC;
    return device === Device.TTY || device === Device.RPC ? -Errno.ENXIO : bytes.length;
  }
}
