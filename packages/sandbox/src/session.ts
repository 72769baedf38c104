import type { ShellSnapshot } from "@shadowbox/shell";
import { decodeText, encodeText } from "@shadowbox/vfs";

/** The descriptor through which a session's shell hands its state back to the host. */
export const SESSION_FD = 99;

/** What the host gives a shell worker that is to go on with a session. */
export interface SessionTask {
  type: "session";
  script: string;
  argv0: string;
  args: readonly string[];
  /** As the shell handed it back last time; absent at the start. */
  state?: Uint8Array;
}

export function isSessionTask(value: unknown): value is SessionTask {
  return (value as Partial<SessionTask> | undefined)?.type === "session";
}

/** A shell's state as bytes; maps and sets keep their kind. */
export function encodeSession(snapshot: ShellSnapshot): Uint8Array {
  const text = JSON.stringify(snapshot, (_, value: unknown) => {
    if (value instanceof Map) return { $map: [...value] };
    if (value instanceof Set) return { $set: [...value] };
    return typeof value === "bigint" ? { $bigint: String(value) } : value;
  });
  return encodeText(text);
}

export function decodeSession(bytes: Uint8Array): ShellSnapshot {
  return JSON.parse(decodeText(bytes), (_, value: Tagged) => {
    if (value?.$map) return new Map(value.$map);
    if (value?.$set) return new Set(value.$set);
    return value?.$bigint === undefined ? value : BigInt(value.$bigint);
  }) as ShellSnapshot;
}

type Tagged = { $map?: [unknown, unknown][]; $set?: unknown[]; $bigint?: string } | undefined;
