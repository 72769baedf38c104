import type { Guest, GuestFunctions } from "./guest.ts";

/** `random_get`: bytes of the host's secure generator, any number of them. */
export function randomFunctions(guest: Guest): GuestFunctions {
  return {
    random_get(pointer: number, length: number): number {
      guest.process.kernel.devices.fillRandom(guest.bytes(pointer, length));
      return 0;
    },
  };
}
