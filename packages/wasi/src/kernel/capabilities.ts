import type { Command } from "./commands.ts";

/** What a command may do, as its manifest says; bits that are kept in shared memory. */
export const Capability = { FS_READ: 1, FS_WRITE: 2, SPAWN: 4, NET: 8 } as const;

/** Of shells and of module files that scripts bring along: all but the network. */
export const UNLISTED = Capability.FS_READ | Capability.FS_WRITE | Capability.SPAWN;

const NAMES: readonly (readonly [string, number])[] = [
  ["fs.read", Capability.FS_READ],
  ["fs.write", Capability.FS_WRITE],
  ["spawn", Capability.SPAWN],
  ["net", Capability.NET],
];

/** The bits of a manifest's capabilities; those that are not enforced here (`clock`, `random`) have none. */
export function capabilityBits(names: Iterable<string>): number {
  let bits = 0;
  for (const name of names) bits |= NAMES.find(([each]) => each === name)?.[1] ?? 0;
  return bits;
}

/** Name of one bit, as manifests write it. */
export function capabilityName(bit: number): string {
  return NAMES.find(([, each]) => each === bit)?.[0] ?? "";
}

/** What a command is told when it tries something that it may not; one without a manifest is `undefined`. */
export function refusal(bit: number, command: Command | undefined): string {
  const name = `not permitted: "${capabilityName(bit)}"`;
  if (command?.bundle === undefined) return `${name} is not among its capabilities`;
  if ((command.denied ?? 0) & bit)
    return `${name}, which bundle "${command.bundle}" asks for, is denied in this box`;
  return `${name} is not among the capabilities that bundle "${command.bundle}" asks for`;
}
